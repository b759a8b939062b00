/*
 * journal_ops.c - operations journal.get (the head) and journal.feed (entries after a cursor, for the
 * server's sockets).
 *
 * A cursor is (epoch, seq, h8): the last entry seen, -1 before the first, and the first 8 bytes of its leaf
 * in hex. A cursor that this journal does not know is answered with mode "reset".
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/uuid.h"

#include "bytes.h"
#include "journal.h"
#include "journal_header.h"
#include "journal_range.h"
#include "payload.h"
#include "sqlstate.h"
#include "uuid.h"

#define H8_LEN 16
#define FEED_LIMIT_MAX 1000
/* A page of entries stays below what one socket may have queued. */
#define FEED_BYTES_MAX (1024 * 1024)

typedef struct feed_cursor {
    int32 epoch;
    int64 seq;
    char h8[H8_LEN + 1];
} feed_cursor;

/* One of the server's path or query parameters, NULL when absent. */
static char *
parameter(const mpos_call *call, const char *name)
{
    JsonbValue params, value;

    if (getKeyJsonValueFromContainer(&call->input->root, "params", 6, &params) == NULL ||
        params.type != jbvBinary || !JsonContainerIsObject(params.val.binary.data) ||
        getKeyJsonValueFromContainer(params.val.binary.data, name, (int)strlen(name), &value) == NULL ||
        value.type != jbvString) {
        return NULL;
    }
    return pnstrdup(value.val.string.val, (size_t)value.val.string.len);
}

static bool
parse_uuid(const char *text, uint8 out[UUID_LEN])
{
    static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    size_t digit = 0;

    if (text == NULL || strlen(text) != sizeof shape - 1) {
        return false;
    }
    for (size_t i = 0; i < sizeof shape - 1; i++) {
        const char *hex = "0123456789abcdef";
        const char *at = strchr(hex, pg_tolower((unsigned char)text[i]));

        if (shape[i] == '-' ? text[i] != '-' : at == NULL) {
            return false;
        }
        if (shape[i] == 'x') {
            uint8 value = (uint8)(at - hex);

            out[digit / 2] = digit % 2 == 0 ? (uint8)(value << 4) : (uint8)(out[digit / 2] | value);
            digit++;
        }
    }
    return true;
}

static bool
parse_number(const char *text, int64 least, int64 most, int64 *out)
{
    char *end;
    long long value;

    if (text == NULL || text[0] == '\0') {
        return false;
    }
    errno = 0;
    value = strtoll(text, &end, 10);
    if (errno != 0 || *end != '\0' || value < least || value > most) {
        return false;
    }
    *out = value;
    return true;
}

static void
h8_of(const uint8 *leaf, char out[H8_LEN + 1])
{
    (void)hex_encode((const char *)leaf, H8_LEN / 2, out);
    out[H8_LEN] = '\0';
}

mpos_err
mpos_journal_read(mpos_call *call)
{
    mpos_journal_row journal;
    uint8 id[UUID_LEN];
    char text[37];
    char leaf[2 * MPOS_LEAF_SIZE + 1];

    if (!parse_uuid(parameter(call, "journal_id"), id) ||
        !mpos_journal_get(call->context.tenant, id, &journal)) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, "journal_id", "%s", mpos_err_title(MPOS_E_NOT_FOUND));
    }
    mpos_uuid_text(id, text);
    (void)hex_encode((const char *)journal.last_leaf, MPOS_LEAF_SIZE, leaf);
    leaf[2 * MPOS_LEAF_SIZE] = '\0';
    appendStringInfo(&call->body, "{\"id\":\"%s\",\"origin\":", text);
    escape_json(&call->body, journal.origin);
    appendStringInfo(&call->body, ",\"epoch\":%d,\"size\":" INT64_FORMAT ",\"leaf\":\"%s\"}", journal.epoch,
                     journal.next_seq, leaf);
    return MPOS_OK;
}

/*
 * Journal of the parameters: an outlet's own, or the tenant's. Foreign, unknown and malformed ids look the
 * same.
 */
static bool
find_journal(mpos_call *call, mpos_journal_row *out)
{
    static const uint8 none[UUID_LEN] = {0};
    uint8 id[UUID_LEN];
    char *outlet = parameter(call, "outlet_id");

    if (outlet != NULL) {
        if (!parse_uuid(outlet, id) || !mpos_journal_of(call->context.tenant, id, out)) {
            return false;
        }
    } else if (!parse_uuid(parameter(call, "journal_id"), id) ||
               !mpos_journal_get(call->context.tenant, id, out)) {
        return false;
    }
    /* A session reads its own outlet's journal and the tenant's. */
    return memcmp(out->outlet.data, none, UUID_LEN) == 0 ||
           memcmp(out->outlet.data, call->context.outlet, UUID_LEN) == 0;
}

static bool
read_cursor(const mpos_call *call, feed_cursor *out, int64 *limit)
{
    char *h8 = parameter(call, "h8");
    char *limit_text = parameter(call, "limit");
    int64 epoch;

    if (!parse_number(parameter(call, "epoch"), 0, PG_INT32_MAX, &epoch) ||
        !parse_number(parameter(call, "seq"), -1, PG_INT64_MAX - 1, &out->seq) || h8 == NULL ||
        strlen(h8) != H8_LEN || (limit_text != NULL && !parse_number(limit_text, 1, FEED_LIMIT_MAX, limit))) {
        return false;
    }
    out->epoch = (int32)epoch;
    strlcpy(out->h8, h8, sizeof out->h8);
    return true;
}

/* True when the journal has an entry there with that leaf; before the first entry only zeros fit. */
static bool
cursor_fits(const mpos_journal_row *journal, const feed_cursor *cursor)
{
    mpos_entry entry;
    char h8[H8_LEN + 1] = "0000000000000000";

    if (cursor->epoch > journal->epoch ||
        (cursor->epoch == journal->epoch && cursor->seq >= journal->next_seq)) {
        return false;
    }
    if (cursor->seq >= 0) {
        if (!mpos_entry_get(journal->journal.data, cursor->epoch, cursor->seq, &entry)) {
            return false;
        }
        h8_of(entry.ref.leaf, h8);
    }
    return strcmp(h8, cursor->h8) == 0;
}

/* The payload as subscribers may see it: feed sections only. */
static void
append_feed_payload(StringInfo out, const mpos_entry *entry)
{
    mpos_section sections[MPOS_PAYLOAD_SECTIONS_MAX];
    mpos_payload_reader reader;
    size_t count = 0;
    size_t size = 0;
    uint8 length[4];

    if (entry->payload != NULL) {
        mpos_check(mpos_payload_open((const uint8 *)VARDATA(entry->payload),
                                     VARSIZE(entry->payload) - VARHDRSZ, &reader),
                   "stored payload");
        while (mpos_payload_next(&reader, &sections[count])) {
            count += sections[count].kind == MPOS_SECTION_FEED;
        }
    }
    mpos_check(mpos_payload_size(sections, count, &size), "feed payload size");
    mpos_put_u32(length, (uint32)size);
    appendBinaryStringInfo(out, (const char *)length, sizeof length);
    enlargeStringInfo(out, (int)size);
    mpos_check(mpos_payload_encode(sections, count, (uint8 *)out->data + out->len, size, &size),
               "feed payload");
    out->len += (int)size;
}

typedef struct feed_page {
    StringInfo out;
    int64 left;
} feed_page;

static bool
append_entry(const mpos_entry *entry, void *argument)
{
    feed_page *page = argument;

    appendBinaryStringInfo(page->out, (const char *)entry->header, MPOS_HEADER_SIZE);
    appendBinaryStringInfo(page->out, (const char *)entry->ref.leaf, MPOS_LEAF_SIZE);
    append_feed_payload(page->out, entry);
    page->left--;
    return page->left > 0 && page->out->len < FEED_BYTES_MAX;
}

static void
append_after(mpos_call *call, const mpos_journal_row *journal, feed_cursor cursor, int64 limit)
{
    feed_page page = {&call->entries, limit};
    int64 end = journal->next_seq;

    /* A cursor at the end of an older epoch reads on in the next one; a page holds entries of one epoch. */
    while (cursor.epoch < journal->epoch &&
           cursor.seq + 1 >= mpos_epoch_size(&journal->journal, cursor.epoch)) {
        cursor.epoch++;
        cursor.seq = -1;
    }
    if (cursor.epoch < journal->epoch) {
        end = mpos_epoch_size(&journal->journal, cursor.epoch);
    }
    mpos_entries_walk(&journal->journal, cursor.epoch, cursor.seq + 1, end, append_entry, &page);
}

mpos_err
mpos_journal_feed(mpos_call *call)
{
    mpos_journal_row journal;
    feed_cursor cursor;
    int64 limit = FEED_LIMIT_MAX;
    const char *mode = "reset";
    char id[37];
    char h8[H8_LEN + 1] = "0000000000000000";

    if (!find_journal(call, &journal)) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", mpos_err_title(MPOS_E_NOT_FOUND));
    }
    if (read_cursor(call, &cursor, &limit) && cursor_fits(&journal, &cursor)) {
        append_after(call, &journal, cursor, limit);
        mode = call->entries.len > 0 ? "replay" : "live";
    }
    if (journal.next_seq > 0) {
        h8_of(journal.last_leaf, h8);
    }
    mpos_uuid_text(journal.journal.data, id);
    appendStringInfo(&call->body,
                     "{\"journal_id\":\"%s\",\"mode\":\"%s\",\"epoch\":%d,\"head\":" INT64_FORMAT
                     ",\"h8\":\"%s\"}",
                     id, mode, journal.epoch, journal.next_seq - 1, h8);
    return MPOS_OK;
}
