/*
 * import_cell.h - from what a cell says to the canonical text of its column. Words: cell, canonical.
 */
#ifndef MPOS_IMPORT_CELL_H
#define MPOS_IMPORT_CELL_H

#include "postgres.h"

#include "err.h"
#include "import.h"

/*
 * The canonical text through *out, in the current context; on refusal why, through *detail. Blanks around a cell do not
 * count. exponent: decimals of the currency.
 */
mpos_err
mpos_cell_read(const mpos_column *column, int exponent, const char *cell, const char **out,
               const char **detail);

#endif
