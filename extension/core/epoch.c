/* epoch.c - see epoch.h. Reading writes what it has read again and compares, so that there is one form only. */
#include "epoch.h"

#include <string.h>

#include "canon.h"
#include "text.h"

#define HASH_TEXT 43

static const char *const reasons[] = {"restore", "promotion", "asked"};
#define REASONS (sizeof reasons / sizeof reasons[0])

size_t
mpos_epoch_open_encode(const mpos_epoch_open *open, char out[MPOS_EPOCH_TEXT_MAX])
{
    char *at = mpos_text_put_number(mpos_text_put(out, "{\"from_epoch\":"), open->from_epoch);

    at = mpos_text_put(at, ",\"from_leaf\":\"");
    at += mpos_base64url(open->from_leaf, 32, at);
    if (open->has_note) {
        at = mpos_text_put(at, "\",\"from_note\":\"");
        at += mpos_base64url(open->from_note, 32, at);
    }
    at = mpos_text_put_number(mpos_text_put(at, "\",\"from_size\":"), open->from_size);
    at = mpos_text_put(at, ",\"op\":\"epoch_open\",\"reason\":\"");
    at = mpos_text_put(mpos_text_put(at, reasons[open->reason]), "\"}");
    *at = '\0';
    return (size_t)(at - out);
}

typedef struct reader {
    const char *at;
    const char *end;
} reader;

static bool
skip(reader *in, const char *text)
{
    const char *at = in->at;

    for (; *text != '\0'; text++, at++) {
        if (at == in->end || *at != *text) {
            return false;
        }
    }
    in->at = at;
    return true;
}

/* Too many digits come out as another number, which is then not what was read. */
static uint64_t
take_number(reader *in)
{
    uint64_t number = 0;

    while (in->at < in->end && *in->at >= '0' && *in->at <= '9') {
        number = number * 10 + (uint64_t)(*in->at++ - '0');
    }
    return number;
}

static bool
take_hash(reader *in, uint8_t out[32])
{
    size_t size;

    if (in->end - in->at < HASH_TEXT || mpos_base64url_decode(in->at, HASH_TEXT, out, 32, &size) != MPOS_OK ||
        size != 32) {
        return false;
    }
    in->at += HASH_TEXT;
    return true;
}

static mpos_epoch_reason
take_reason(reader *in)
{
    for (size_t i = 0; i < REASONS; i++) {
        if (skip(in, reasons[i])) {
            return (mpos_epoch_reason)i;
        }
    }
    return MPOS_EPOCH_RESTORE;
}

mpos_err
mpos_epoch_open_decode(const char *text, size_t size, mpos_epoch_open *out)
{
    reader in = {text, text + size};
    mpos_epoch_open open = {0};
    char again[MPOS_EPOCH_TEXT_MAX];

    if (!skip(&in, "{\"from_epoch\":")) {
        return MPOS_E_INVALID_VALUE;
    }
    open.from_epoch = (uint32_t)take_number(&in);
    if (!skip(&in, ",\"from_leaf\":\"") || !take_hash(&in, open.from_leaf)) {
        return MPOS_E_INVALID_VALUE;
    }
    open.has_note = skip(&in, "\",\"from_note\":\"");
    if ((open.has_note && !take_hash(&in, open.from_note)) || !skip(&in, "\",\"from_size\":")) {
        return MPOS_E_INVALID_VALUE;
    }
    open.from_size = take_number(&in);
    if (!skip(&in, ",\"op\":\"epoch_open\",\"reason\":\"")) {
        return MPOS_E_INVALID_VALUE;
    }
    open.reason = take_reason(&in);
    if (mpos_epoch_open_encode(&open, again) != size || memcmp(again, text, size) != 0) {
        return MPOS_E_INVALID_VALUE;
    }
    *out = open;
    return MPOS_OK;
}
