/* cursor.h - the place in a journal that a reader has reached: epoch, number of the last entry, start of its leaf. */
#ifndef MPOS_CURSOR_H
#define MPOS_CURSOR_H

#include "journal.h"

/* The head of a journal as a cursor: {"epoch","seq","h8"}. */
void
mpos_cursor_json(StringInfo out, const char *key, const mpos_journal_row *journal);

#endif
