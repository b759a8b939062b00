/*
 * row_edit.h - who changed which row, and what of it. Words: edit, entity, change.
 *
 * A change is a member with its value before and after; of what an import changes the names are those of its columns, with the
 * texts that the file has. What belongs to an item (variants, prices) is noted for the item.
 */
#ifndef MPOS_ROW_EDIT_H
#define MPOS_ROW_EDIT_H

#include "postgres.h"

#include "call.h"

/* The row as JSON before (NULL: it is new) and after. Nothing is noted when nothing but the version is different. */
void
mpos_row_edit_note(mpos_call *call, const char *entity, const uint8 id[16], const char *before,
                   const char *after);

/* Many edits at once. */
typedef struct mpos_row_edits {
    const char *entity; /* "item", "category" */
    int count;
    uint8 (*ids)[16];   /* of the rows */
    const char **items; /* codes of the items that the rows belong to; NULL: the rows are what is noted */
    bool *made;
    const char **changes; /* JSON objects */
} mpos_row_edits;

void
mpos_row_edit_note_all(mpos_call *call, const mpos_row_edits *edits);

/* catalogue.history */
mpos_err
mpos_row_history(mpos_call *call);

#endif
