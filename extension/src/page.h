/*
 * page.h - lists in pages: the statement asks for one row more than the limit, and that there is one makes a `next`.
 * Words: page, row, next.
 */
#ifndef MPOS_PAGE_H
#define MPOS_PAGE_H

#include "postgres.h"

#include "lib/stringinfo.h"

#include "call.h"

/* Adds a row of the last statement's result as an object; key is NULL in a list. */
typedef void (*mpos_page_row)(StringInfo out, const char *key, uint64 row);

/*
 * The call's answer {"<member>":[...],"next":...} of `rows` rows of the last statement, of which `limit` are shown. Cell 1
 * of a row is its id (uuid); next is the last one shown when there are more, else null.
 */
void
mpos_page_answer(mpos_call *call, const char *member, uint64 rows, int64 limit, mpos_page_row row);

#endif
