/* log_proof.c - see log_proof.h. */
#include "log_proof.h"

#include <string.h>

#include "base64.h"
#include "checkpoint.h"

static const char header[] = "c2sp.org/tlog-proof@v1";
enum { HEADER_SIZE = sizeof header - 1 };

typedef struct cursor {
    const char *text;
    size_t size;
    size_t at;
} cursor;

typedef struct line {
    const char *text;
    size_t size;
} line;

/* The next line without its end; false when there is no line end any more. */
static bool
take_line(cursor *from, line *out)
{
    size_t end = from->at;

    while (end < from->size && from->text[end] != '\n') {
        end++;
    }
    if (end == from->size) {
        return false;
    }
    *out = (line){from->text + from->at, end - from->at};
    from->at = end + 1;
    return true;
}

/* Cuts the word and a space off the line's front; false when it begins otherwise. */
static bool
cut_word(line *l, const char *word, size_t size)
{
    if (l->size < size || memcmp(l->text, word, size) != 0) {
        return false;
    }
    l->text += size;
    l->size -= size;
    return true;
}

/* Hash lines up to the empty one. */
static const char *
take_hashes(cursor *from, mpos_log_proof *proof)
{
    line l;

    while (take_line(from, &l)) {
        size_t size;

        if (l.size == 0) {
            return NULL;
        }
        if (proof->hash_count == MPOS_LOG_PROOF_HASHES_MAX) {
            return "the proof has more than 63 hashes";
        }
        if (l.size != MPOS_BASE64_SIZE(32) ||
            mpos_base64_decode(l.text, l.size, proof->hashes[proof->hash_count], 32, &size) != MPOS_OK ||
            size != 32) {
            return "a line of the proof is not the base64 of a hash";
        }
        proof->hash_count++;
    }
    return "no empty line ends the hashes";
}

static const char *
read_proof(cursor *from, mpos_log_proof *proof)
{
    line l;
    size_t ignored;
    const char *fault;

    if (from->size > MPOS_LOG_PROOF_SIZE_MAX) {
        return "the proof is longer than 4 MiB";
    }
    if (!take_line(from, &l) || l.size != HEADER_SIZE || memcmp(l.text, header, HEADER_SIZE) != 0) {
        return "the first line is not c2sp.org/tlog-proof@v1";
    }
    if (!take_line(from, &l)) {
        return "there is no index line";
    }
    if (cut_word(&l, "extra ", 6)) {
        if (mpos_base64_decode(l.text, l.size, NULL, 0, &ignored) != MPOS_OK) {
            return "the extra data are not base64";
        }
        proof->has_extra = true;
        proof->extra = l.text;
        proof->extra_size = l.size;
        if (!take_line(from, &l)) {
            return "there is no index line";
        }
    }
    if (!cut_word(&l, "index ", 6) || mpos_whole_parse(l.text, l.size, &proof->index) != MPOS_OK) {
        return "the index line is not index and a number";
    }
    fault = take_hashes(from, proof);
    if (fault == NULL) {
        proof->note = from->text + from->at;
        proof->note_size = from->size - from->at;
    }
    return fault;
}

mpos_err
mpos_log_proof_parse(const char *text, size_t text_size, mpos_log_proof *out, const char **reason)
{
    cursor from = {text, text_size, 0};
    const char *fault;

    memset(out, 0, sizeof *out);
    fault = read_proof(&from, out);
    if (fault != NULL) {
        memset(out, 0, sizeof *out);
        *reason = fault;
        return MPOS_E_INVALID_VALUE;
    }
    return MPOS_OK;
}

size_t
mpos_log_proof_format(uint64_t index, const uint8_t (*hashes)[32], size_t hash_count, const char *note,
                      size_t note_size, char *out)
{
    char *at = out;

    memcpy(at, header, HEADER_SIZE);
    at += HEADER_SIZE;
    memcpy(at, "\nindex ", 7);
    at += 7;
    at += mpos_whole_format(index, at);
    *at++ = '\n';
    for (size_t i = 0; i < hash_count; i++) {
        at += mpos_base64(hashes[i], 32, at);
        *at++ = '\n';
    }
    *at++ = '\n';
    memcpy(at, note, note_size);
    return (size_t)(at - out) + note_size;
}

void
mpos_log_leaf(const mpos_digest *digest, const uint8_t *bytes, size_t size, uint8_t out[32])
{
    static const uint8_t prefix = 0;
    mpos_chunk chunks[] = {{&prefix, 1}, {bytes, size}};

    digest->sha256(digest->host, chunks, 2, out);
}
