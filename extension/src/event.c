/*
 * event.c - domain events of the outlet's journal, read entry by entry from a cursor on. A page ends between entries, so
 * that the cursor alone says what was read. Words: event, cursor, page.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "bytes.h"
#include "canon.h"
#include "input.h"
#include "journal.h"
#include "json.h"
#include "operations.h"
#include "uuid.h"

#define LIMIT 100
#define LIMIT_MAX 1000
#define SCAN_MAX 2000  /* entries of one page that may hold no event */
#define PAYLOAD_FEED 1 /* kind of a feed section */
#define HEADER_RECORDED_AT 64

typedef struct list_params {
    uint32 given;
    const char *from;
    int64 limit;
} list_params;

enum { LIST_FROM, LIST_LIMIT };

static const mpos_field list_fields[] = {
    {"from", MPOS_IN_TEXT, 0, offsetof(list_params, from), 1, 64},
    {"limit", MPOS_IN_INT, 0, offsetof(list_params, limit), 1, LIMIT_MAX},
};
MPOS_SHAPE(list, list_params);

typedef struct cursor {
    int32 epoch;
    int64 seq;
    char h8[17];
} cursor;

static void
hex8(const uint8 leaf[32], char out[17])
{
    out[hex_encode((const char *)leaf, 8, out)] = '\0';
}

static bool
digits(const char **text, int64 max, int64 *out)
{
    int64 value = 0;
    const char *start = *text;

    while (**text >= '0' && **text <= '9' && value <= max) {
        value = value * 10 + (*(*text)++ - '0');
    }
    *out = value;
    return *text > start && value <= max;
}

/* epoch.seq.h8, as the page before gave it. */
static bool
parse_cursor(const char *text, cursor *out)
{
    int64 epoch;
    bool negative;

    if (!digits(&text, PG_INT32_MAX, &epoch) || *text++ != '.') {
        return false;
    }
    negative = *text == '-';
    text += negative ? 1 : 0;
    if (!digits(&text, MPOS_CANON_INT_MAX, &out->seq) || *text++ != '.' || strlen(text) != 16 ||
        strspn(text, "0123456789abcdef") != 16) {
        return false;
    }
    out->epoch = (int32)epoch;
    out->seq = negative ? -out->seq : out->seq;
    memcpy(out->h8, text, sizeof out->h8);
    return true;
}

/* The cursor must name an entry of this journal, or its very beginning. */
static bool
cursor_valid(const mpos_journal_row *journal, const cursor *at)
{
    mpos_entry entry;
    char h8[17] = "0000000000000000";

    if (at->epoch < 0 || at->epoch > journal->epoch || at->seq < -1) {
        return false;
    }
    if (at->seq >= 0) {
        if (!mpos_entry_get(journal->journal.data, at->epoch, at->seq, &entry)) {
            return false;
        }
        hex8(entry.ref.leaf, h8);
    }
    return strcmp(h8, at->h8) == 0;
}

/* ["event","<subject>","E",1,{...}] becomes one event of the answer. */
static void
event_json(StringInfo out, const mpos_entry *entry, int index, const char *line, size_t len)
{
    Jsonb *json = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(pnstrdup(line, len))));
    JsonbValue *subject = getIthJsonbValueFromContainer(&json->root, 1);
    JsonbValue *members = getIthJsonbValueFromContainer(&json->root, 4);
    JsonbValue type;
    Datum data;
    uint8 id[16];
    size_t id_len;
    char journal[37];

    (void)mpos_base64url_decode(subject->val.string.val, (size_t)subject->val.string.len, id, sizeof id,
                                &id_len);
    (void)getKeyJsonValueFromContainer(members->val.binary.data, "type", 4, &type);
    data = DirectFunctionCall2(jsonb_delete, JsonbPGetDatum(JsonbValueToJsonb(members)),
                               CStringGetTextDatum("type"));
    mpos_uuid_text(entry->ref.journal.data, journal);
    mpos_json_open(out, NULL, '{');
    mpos_json_text(out, "id",
                   psprintf("%s.%d." INT64_FORMAT ".%d", journal, entry->ref.epoch, entry->ref.seq, index));
    mpos_json_text(out, "type", pnstrdup(type.val.string.val, type.val.string.len));
    mpos_json_time(out, "time", (int64)mpos_get_u64(entry->header + HEADER_RECORDED_AT));
    mpos_json_uuid(out, "subject", id);
    mpos_json_raw(out, "data", DatumGetCString(DirectFunctionCall1(jsonb_out, data)));
    mpos_json_close(out, '}');
}

static int
count_lines(const char *body, size_t len)
{
    int count = len > 0 ? 1 : 0;

    for (size_t i = 0; i < len; i++) {
        count += body[i] == '\n';
    }
    return count;
}

static void
entry_events(StringInfo out, const mpos_entry *entry, const char *body, size_t len)
{
    const char *end = body + len;
    int index = 0;

    for (const char *line = body; line < end; index++) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));

        stop = stop != NULL ? stop : end;
        event_json(out, entry, index, line, (size_t)(stop - line));
        line = stop + 1;
    }
}

/* Reads on until the limit, the head, or enough entries without any event. True when there is more behind. */
static bool
read_page(StringInfo out, const mpos_journal_row *journal, cursor *at, int64 limit)
{
    int64 found = 0;

    for (int scanned = 0; scanned < SCAN_MAX; scanned++) {
        mpos_entry entry;
        const char *body = NULL;
        size_t len = 0;
        int count = 0;

        if (!mpos_entry_get(journal->journal.data, at->epoch, at->seq + 1, &entry)) {
            if (at->epoch == journal->epoch) {
                return false;
            }
            at->epoch++;
            at->seq = -1;
            strlcpy(at->h8, "0000000000000000", sizeof at->h8);
            continue;
        }
        if (entry.payload != NULL && mpos_entry_section(&entry, PAYLOAD_FEED, "event", &body, &len)) {
            count = count_lines(body, len);
        }
        if (found > 0 && found + count > limit) {
            return true;
        }
        entry_events(out, &entry, body, len);
        found += count;
        at->seq = entry.ref.seq;
        hex8(entry.ref.leaf, at->h8);
    }
    return true;
}

mpos_err
mpos_event_list(mpos_call *call)
{
    list_params in;
    mpos_journal_row journal;
    cursor at = {.epoch = 0, .seq = -1, .h8 = "0000000000000000"};
    bool more;
    mpos_err err = mpos_input_params(call, &list_shape, &in);

    if (err != MPOS_OK) {
        return err;
    }
    if (!mpos_journal_of(call->context.tenant, call->context.outlet, &journal)) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    if (MPOS_GIVEN(&in, LIST_FROM) && !parse_cursor(in.from, &at)) {
        return mpos_refuse(call, MPOS_E_INVALID_VALUE, "from",
                           "Pass on `next` of the page before as it was given.");
    }
    if (!cursor_valid(&journal, &at)) {
        return mpos_refuse(call, MPOS_E_CURSOR_RESET, "from", "%s", "");
    }
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_open(&call->body, "events", '[');
    more = read_page(&call->body, &journal, &at, MPOS_GIVEN(&in, LIST_LIMIT) ? in.limit : LIMIT);
    mpos_json_close(&call->body, ']');
    mpos_json_text(&call->body, "next", psprintf("%d." INT64_FORMAT ".%s", at.epoch, at.seq, at.h8));
    mpos_json_bool(&call->body, "more", more);
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}
