/* operations.c - the table of operations, sorted by name. */
#include "postgres.h"

#include "call.h"
#include "journal.h"

const mpos_operation mpos_operations[] = {
    {"journal.feed", mpos_journal_feed, MPOS_SCOPE_JOURNAL_READ, MPOS_OP_READ},
    {"journal.get", mpos_journal_read, MPOS_SCOPE_JOURNAL_READ, MPOS_OP_READ},
    {NULL, NULL, 0, 0},
};
