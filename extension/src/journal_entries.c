/*
 * journal_entries.c - operation journal.entries: whole entries of the business's own journals, audit sections too, for
 * those with the right. Words: page.
 */
#include "postgres.h"

#include "canon.h"
#include "input.h"
#include "journal.h"
#include "journal_range.h"
#include "json.h"
#include "operations.h"

#define LIMIT 100
#define LIMIT_MAX 1000
/* A page stays below what one answer should hold in memory. */
#define PAGE_BYTES_MAX (1024 * 1024)

typedef struct entries_params {
    uint32 given;
    uint8 journal[16];
    int64 from;
    int64 epoch;
    int64 limit;
} entries_params;

enum { ENTRIES_JOURNAL, ENTRIES_FROM, ENTRIES_EPOCH, ENTRIES_LIMIT };

static const mpos_field entries_fields[] = {
    {"journal_id", MPOS_IN_ID, MPOS_IN_REQUIRED, offsetof(entries_params, journal), 0, 0},
    {"from", MPOS_IN_INT, 0, offsetof(entries_params, from), 0, MPOS_CANON_INT_MAX},
    {"epoch", MPOS_IN_INT, 0, offsetof(entries_params, epoch), 0, PG_INT32_MAX},
    {"limit", MPOS_IN_INT, 0, offsetof(entries_params, limit), 1, LIMIT_MAX},
};
MPOS_SHAPE(entries, entries_params);

typedef struct entries_page {
    StringInfo out;
    int64 left;
    int64 next;
} entries_page;

static bool
add_entry(const mpos_entry *entry, void *argument)
{
    entries_page *page = argument;

    mpos_json_open(page->out, NULL, '{');
    mpos_json_int(page->out, "seq", entry->ref.seq);
    mpos_json_hex(page->out, "leaf", entry->ref.leaf, MPOS_LEAF_SIZE);
    mpos_json_base64(page->out, "header", entry->header, MPOS_HEADER_SIZE);
    if (entry->payload != NULL) {
        mpos_json_base64(page->out, "payload", (const uint8 *)VARDATA_ANY(entry->payload),
                         VARSIZE_ANY_EXHDR(entry->payload));
    } else {
        mpos_json_null(page->out, "payload");
    }
    mpos_json_close(page->out, '}');
    page->next = entry->ref.seq + 1;
    page->left--;
    return page->left > 0 && page->out->len < PAGE_BYTES_MAX;
}

mpos_err
mpos_journal_entries(mpos_call *call)
{
    mpos_journal_row journal;
    entries_params in;
    entries_page page;
    int32 epoch;
    int64 size;
    mpos_err err = mpos_input_params(call, &entries_shape, &in);

    if (err != MPOS_OK) {
        return err;
    }
    if (!mpos_journal_get(call->context.tenant, in.journal, &journal) ||
        (MPOS_GIVEN(&in, ENTRIES_EPOCH) && in.epoch > journal.epoch)) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    epoch = MPOS_GIVEN(&in, ENTRIES_EPOCH) ? (int32)in.epoch : journal.epoch;
    size = epoch == journal.epoch ? journal.next_seq : mpos_epoch_size(&journal.journal, epoch);
    page = (entries_page){&call->body, MPOS_GIVEN(&in, ENTRIES_LIMIT) ? in.limit : LIMIT, in.from};
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_uuid(&call->body, "journal_id", journal.journal.data);
    mpos_json_int(&call->body, "epoch", epoch);
    mpos_json_int(&call->body, "size", size);
    mpos_json_open(&call->body, "entries", '[');
    mpos_entries_walk(&journal.journal, epoch, in.from, size, add_entry, &page);
    mpos_json_close(&call->body, ']');
    mpos_json_int(&call->body, "next", page.next);
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}
