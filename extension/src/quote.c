/*
 * quote.c - see quote.h.
 *
 * Bytes, big-endian, as base64url: 0 1 version, 1 4 number of the key, 5 32 catalogue, 37 32 price, 69 8 at, 77 8 expiry,
 * 85 32 MAC. The MAC is of "mpos.quote.v1" 00, tenant, outlet and the first 85 bytes.
 */
#include "postgres.h"

#include "bytes.h"
#include "canon.h"
#include "context_key.h"
#include "priced_form.h"
#include "quote.h"
#include "sha256.h"
#include "sqlstate.h"

#define VERSION 1
#define SIGNED_SIZE 85
#define QUOTE_SIZE (SIGNED_SIZE + MPOS_CONTEXT_MAC_SIZE)

static const char label[] = "mpos.quote.v1";

/* The number of the key is signed with the rest, so that it cannot be named another. */
static bool
mac_of(const mpos_call *call, const uint8 head[SIGNED_SIZE], uint8 out[MPOS_CONTEXT_MAC_SIZE])
{
    uint8 message[sizeof label + 32 + SIGNED_SIZE];

    memcpy(message, label, sizeof label);
    memcpy(message + sizeof label, call->context.tenant, 16);
    memcpy(message + sizeof label + 16, call->context.outlet, 16);
    memcpy(message + sizeof label + 32, head, SIGNED_SIZE);
    return mpos_context_key_mac(mpos_get_u32(head + 1), message, sizeof message, out);
}

void
mpos_quote_price(const mpos_priced_cart *cart, uint8 out[32])
{
    mpos_cart bare = cart->cart;
    mpos_cart_line *lines = palloc(sizeof *lines * Max(bare.line_count, 1));
    size_t room = mpos_priced_form_size(&bare);
    uint8 *form = palloc(room);
    size_t size;

    memcpy(lines, cart->cart.lines, sizeof *lines * bare.line_count);
    for (int i = 0; i < bare.line_count; i++) {
        memset(lines[i].id, 0, sizeof lines[i].id);
    }
    bare.lines = lines;
    mpos_check(mpos_priced_form_encode(&bare, &cart->priced, form, room, &size), "quoted form");
    mpos_sha256(form, size, NULL, 0, out);
    pfree(form);
    pfree(lines);
}

char *
mpos_quote_make(const mpos_call *call, const mpos_quote *quote)
{
    uint8 bytes[QUOTE_SIZE];
    char *text = palloc((QUOTE_SIZE * 4 + 2) / 3 + 1);

    bytes[0] = VERSION;
    mpos_put_u32(bytes + 1, mpos_context_key_current());
    memcpy(bytes + 5, quote->catalogue, 32);
    memcpy(bytes + 37, quote->price, 32);
    mpos_put_u64(bytes + 69, (uint64)quote->at);
    mpos_put_u64(bytes + 77, (uint64)quote->expires_us);
    if (!mac_of(call, bytes, bytes + SIGNED_SIZE)) {
        return NULL;
    }
    text[mpos_base64url(bytes, QUOTE_SIZE, text)] = '\0';
    return text;
}

mpos_err
mpos_quote_read(mpos_call *call, const char *text, mpos_quote *out)
{
    uint8 bytes[QUOTE_SIZE];
    uint8 mac[MPOS_CONTEXT_MAC_SIZE];
    size_t size = 0;

    if (mpos_base64url_decode(text, strlen(text), bytes, sizeof bytes, &size) != MPOS_OK ||
        size != QUOTE_SIZE || bytes[0] != VERSION || !mac_of(call, bytes, mac) ||
        !mpos_equal_secret(mac, bytes + SIGNED_SIZE, sizeof mac)) {
        return mpos_refuse(call, MPOS_E_QUOTE_INVALID, "/quote", "%s", "");
    }
    memcpy(out->catalogue, bytes + 5, 32);
    memcpy(out->price, bytes + 37, 32);
    out->at = (int64)mpos_get_u64(bytes + 69);
    out->expires_us = (int64)mpos_get_u64(bytes + 77);
    if (out->expires_us < call->now_us) {
        return mpos_refuse(call, MPOS_E_QUOTE_EXPIRED, "/quote", "%s", "");
    }
    return MPOS_OK;
}
