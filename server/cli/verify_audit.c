/*
 * verify_audit.c - what the audit sections say about rows. The usual section is scanned in place, which is most of what a
 * verification does; anything unusual goes through the JSON library.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "canon.h"
#include "cli.h"
#include "journal_header.h"
#include "sha.h"
#include "verify.h"

typedef struct text {
    const char *at;
    size_t size;
} text;

typedef struct scan {
    const char *at;
    const char *end;
} scan;

static bool
take(scan *s, char c)
{
    if (s->at == s->end || *s->at != c) {
        return false;
    }
    s->at++;
    return true;
}

/* Bit i: at[i] is c. */
static inline unsigned
places_of(const char at[16], char c)
{
#ifdef __SSE2__
    return (unsigned)_mm_movemask_epi8(
        _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)at), _mm_set1_epi8(c)));
#else
    unsigned found = 0;

    for (int i = 0; i < 16; i++) {
        found |= (unsigned)(at[i] == c) << i;
    }
    return found;
#endif
}

/* The next quote or backslash; end when there is none. */
static inline const char *
find_special(const char *at, const char *end)
{
    for (; end - at >= 16; at += 16) {
        unsigned found = places_of(at, '"') | places_of(at, '\\');

        if (found != 0) {
            return at + __builtin_ctz(found);
        }
    }
    while (at < end && *at != '"' && *at != '\\') {
        at++;
    }
    return at;
}

/* Which of 16 characters a backslash before them escapes; bit 0 of escaped: the first one is. Bit 16: the next block's first. */
static inline unsigned
escaped_by(unsigned slashes, unsigned escaped)
{
    if ((slashes & (slashes << 1 | escaped)) == 0) {
        return slashes << 1 | escaped;
    }
    for (int i = 0; i < 16; i++) {
        escaped |= (slashes & ~escaped & 1U << i) << 1;
    }
    return escaped;
}

/* The quote that ends a string, or end. Recorded input is JSON in a string: every few characters a quote is escaped there. */
static const char *
find_quote(const char *at, const char *end)
{
    unsigned escaped = 0;

    for (; end - at >= 16; at += 16) {
        unsigned ends;

        escaped = escaped_by(places_of(at, '\\'), escaped);
        ends = places_of(at, '"') & ~escaped;
        if (ends != 0) {
            return at + __builtin_ctz(ends);
        }
        escaped >>= 16;
    }
    for (; at < end && (escaped != 0 || *at != '"'); at++) {
        escaped = escaped == 0 && *at == '\\';
    }
    return at;
}

/* A string without escapes. */
static bool
take_text(scan *s, text *out)
{
    const char *quote;

    if (!take(s, '"')) {
        return false;
    }
    quote = find_special(s->at, s->end);
    if (quote == s->end || *quote != '"') {
        return false;
    }
    *out = (text){s->at, (size_t)(quote - s->at)};
    s->at = quote + 1;
    return true;
}

/* Behind the quote that ends a string; s->at is behind the one that begins it. */
static bool
skip_string(scan *s)
{
    const char *quote = find_quote(s->at, s->end);

    s->at = quote < s->end ? quote + 1 : quote;
    return quote < s->end;
}

/* Up to the comma or bracket that ends a value, which stays. */
static bool
skip_value(scan *s)
{
    int depth = 0;

    while (s->at < s->end) {
        char c = *s->at;

        if (depth == 0 && (c == ',' || c == ']' || c == '}')) {
            return true;
        }
        s->at++;
        if (c == '"') {
            if (!skip_string(s)) {
                return false;
            }
        } else if (c == '[' || c == '{') {
            depth++;
        } else if (c == ']' || c == '}') {
            depth--;
        }
    }
    return false;
}

static void
note_row(verify_run *run, int journal, const verify_entry *e, text entity, text id, const char *digest,
         bool deleted)
{
    if (!run->rows_skipped) {
        row_record *record = row_map_put(&run->rows, journal, entity.at, entity.size, id.at, id.size);

        record->epoch = e->epoch;
        record->seq = e->seq;
        memcpy(record->digest, digest, ROW_DIGEST_TEXT_SIZE);
        record->deleted = deleted;
    }
    if (run->replica_mode) {
        verify_report(run, &run->journals[journal], e->epoch, e->seq, "replica_mode",
                      "%.*s %.*s: changed under session_replication_role = replica", (int)entity.size,
                      entity.at, (int)id.size, id.at);
    }
}

/* ["orders","<id>","<digest>","U" and, for changes outside mpos.call, an image] */
static bool
scan_row(verify_run *run, int journal, const verify_entry *e, scan *s)
{
    text entity, id, digest, op;

    if (!take(s, '[') || !take_text(s, &entity) || !take(s, ',') || !take_text(s, &id) || !take(s, ',') ||
        !take_text(s, &digest) || !take(s, ',') || !take_text(s, &op) ||
        digest.size != ROW_DIGEST_TEXT_SIZE || op.size != 1 || (take(s, ',') && !skip_value(s)) ||
        !take(s, ']')) {
        return false;
    }
    note_row(run, journal, e, entity, id, digest.at, op.at[0] == 'D');
    return true;
}

static bool
is(text key, const char name[4])
{
    return key.size == 4 && memcmp(key.at, name, 4) == 0;
}

/*
 * False when it is not the usual form: then everything is read again, by the library. Rows that were noted before are
 * noted once more, which changes nothing. Where rows do not matter nothing is read behind "op": "next" stands before it.
 */
static bool
scan_audit(verify_run *run, int journal, const verify_entry *e, const char *body, size_t size)
{
    scan s = {body, body + size};
    text key;

    if (!take(&s, '{')) {
        return false;
    }
    do {
        if (!take_text(&s, &key) || !take(&s, ':')) {
            return false;
        }
        if (key.size == 2 && memcmp(key.at, "op", 2) == 0 && run->rows_skipped && !run->replica_mode) {
            return true;
        }
        if (is(key, "next")) {
            if (!take_text(&s, &key) || !verify_ring_note(run, journal, e, key.at, key.size)) {
                return false;
            }
        } else if (!is(key, "rows")) {
            if (!skip_value(&s)) {
                return false;
            }
        } else if (!take(&s, '[')) {
            return false;
        } else if (!take(&s, ']')) {
            do {
                if (!scan_row(run, journal, e, &s)) {
                    return false;
                }
            } while (take(&s, ','));
            if (!take(&s, ']')) {
                return false;
            }
        }
    } while (take(&s, ','));
    return take(&s, '}') && s.at == s.end;
}

static text
text_of(const json_t *value)
{
    return (text){json_string_value(value), json_string_length(value)};
}

static void
read_row(verify_run *run, int journal, const verify_entry *e, const json_t *line)
{
    const json_t *entity = json_array_get(line, 0), *id = json_array_get(line, 1),
                 *digest = json_array_get(line, 2), *op = json_array_get(line, 3);

    if (!json_is_string(entity) || !json_is_string(id) ||
        json_string_length(digest) != ROW_DIGEST_TEXT_SIZE || json_string_length(op) != 1) {
        verify_report(run, &run->journals[journal], e->epoch, e->seq, "audit",
                      "an audit line has another form");
        return;
    }
    note_row(run, journal, e, text_of(entity), text_of(id), json_string_value(digest),
             json_string_value(op)[0] == 'D');
}

static json_t *
read_object(verify_run *run, int journal, const verify_entry *e, const char *body, size_t size)
{
    json_error_t error;
    json_t *object = json_loadb(body, size, JSON_ALLOW_NUL, &error);

    if (!json_is_object(object)) {
        verify_report(run, &run->journals[journal], e->epoch, e->seq, "audit",
                      "the audit section is not a JSON object");
    }
    return object;
}

void *
verify_room(void *list, size_t count, size_t size)
{
    return (count & (count - 1)) != 0 ? list : cli_realloc(list, size * (count == 0 ? 1 : count * 2));
}

/* The platform's journal keeps the checkpoints of the others: {"epoch","journal","note","op":"checkpoint","size"}. */
static void
note_checkpoint(verify_run *run, int journal, const verify_entry *e, const char *body, size_t size)
{
    json_t *object = read_object(run, journal, e, body, size);
    const json_t *note = json_object_get(object, "note"), *id = json_object_get(object, "journal");
    verify_witnessed seen = {.epoch = (uint32_t)json_integer_value(json_object_get(object, "epoch"))};
    mpos_note parts;
    mpos_checkpoint checkpoint;
    size_t id_size = 0;

    if (!json_is_string(note) || !json_is_string(id) ||
        mpos_base64url_decode(json_string_value(id), json_string_length(id), seen.journal, 16, &id_size) !=
            MPOS_OK ||
        id_size != 16 ||
        mpos_note_parse(json_string_value(note), json_string_length(note), &parts) != MPOS_NOTE_OK ||
        mpos_checkpoint_parse(parts.text, parts.text_size, &checkpoint) != MPOS_OK) {
        verify_report(run, &run->journals[journal], e->epoch, e->seq, "audit",
                      "the checkpoint of a journal is none");
    } else {
        run->witnessed = verify_room(run->witnessed, run->witnessed_count, sizeof *run->witnessed);
        seen.size = checkpoint.size;
        memcpy(seen.root, checkpoint.root, 32);
        run->witnessed[run->witnessed_count++] = seen;
    }
    json_decref(object);
}

static void
read_audit(verify_run *run, int journal, const verify_entry *e, const char *body, size_t size)
{
    json_t *object = read_object(run, journal, e, body, size);
    const json_t *next = json_object_get(object, "next"), *line;
    size_t i;

    if (next != NULL &&
        !verify_ring_note(run, journal, e, json_string_value(next), json_string_length(next))) {
        verify_report(run, &run->journals[journal], e->epoch, e->seq, "audit",
                      "the next journal of the transaction is none");
    }
    json_array_foreach(json_object_get(object, "rows"), i, line)
    {
        read_row(run, journal, e, line);
    }
    json_decref(object);
}

void
verify_audit(verify_run *run, int journal, const verify_entry *e, uint8_t kind, const char *body, size_t size)
{
    if (run->journals[journal].platform) {
        if (kind == MPOS_ENTRY_FOREIGN_CHECKPOINT) {
            note_checkpoint(run, journal, e, body, size);
        } else if (kind == MPOS_ENTRY_SCHEMA) {
            verify_schema_change(run, journal, e, body, size);
        } else if (kind == MPOS_ENTRY_ERASURE) {
            verify_erased(run, journal, e, body, size);
        }
        return;
    }
    if (kind == MPOS_ENTRY_ERASURE && verify_erasure(run, journal, e, body, size)) {
        return;
    }
    if (kind == MPOS_ENTRY_SCHEMA) {
        verify_manifest(run, journal, e, body, size);
        return;
    }
    if (scan_audit(run, journal, e, body, size)) {
        return;
    }
    read_audit(run, journal, e, body, size);
}
