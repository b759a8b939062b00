/*
 * flush.h - turns the pending changes into journal entries. Words: flush, group, part.
 */
#ifndef MPOS_FLUSH_H
#define MPOS_FLUSH_H

#include "postgres.h"

#include "lib/stringinfo.h"

#include "journal.h"

/* One entry holds at most this many rows, or this much text; more becomes parts of one flush. */
#define MPOS_PART_ROWS_MAX 256
#define MPOS_PART_BYTES_MAX (128 * 1024)
/* More parts than this on one journal in one transaction is a mistake, not a sale. */
#define MPOS_PARTS_MAX 64
/* Unless it was declared by mpos.bulk: then as many as the header can number. */
#define MPOS_BULK_PARTS_MAX 65535

/* What a flush appended; the caller initialises both. */
typedef struct mpos_flushed {
    StringInfoData refs;    /* mpos_entry_ref after mpos_entry_ref, those that open an epoch left out */
    StringInfoData entries; /* header 200, leaf 32, u32 payload length, payload; for each entry */
} mpos_flushed;

/*
 * Appends one entry (or its parts) per journal and call for everything pending: payloads first, then the
 * heads in ascending journal id.. *out may be NULL. Raises JOURNAL_LIMIT, JOURNAL_DAMAGED.
 */
void
mpos_flush(mpos_flushed *out);

#endif
