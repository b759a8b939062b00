/*
 * platform.h - entries of the platform's journal (kind 'platform', tenant zero): checkpoints of the other journals, keys of
 * the signer, changes of the schema. Words: platform.
 */
#ifndef MPOS_PLATFORM_H
#define MPOS_PLATFORM_H

#include "postgres.h"

#include "journal_header.h"

/*
 * One entry of that kind in the platform's journal, appended when the top-level transaction commits, after all other heads
 * are locked; forgotten when the running subtransaction aborts. aux: the header's aux hash, NULL for zeros. body: the audit
 * section, one canonical JSON object (see canon.h), NUL-terminated, copied, at most MPOS_PLATFORM_BODY_MAX bytes
 * (JOURNAL_LIMIT). Where there is no platform's journal (yet) nothing is recorded. The commit is refused when it would not be
 * durable, and PREPARE TRANSACTION is.
 */
void
mpos_platform_append(mpos_entry_kind kind, const uint8 *aux, const char *body);
#define MPOS_PLATFORM_BODY_MAX (128 * 1024)

/* Registers the transaction callbacks; called once from _PG_init, before mpos_pending_init. */
void
mpos_platform_init(void);

#endif
