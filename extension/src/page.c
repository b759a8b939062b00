/* page.c - the answer of a list. */
#include "postgres.h"

#include "json.h"
#include "page.h"
#include "statement.h"

void
mpos_page_answer(mpos_call *call, const char *member, uint64 rows, int64 limit, mpos_page_row row)
{
    uint8 last[16];

    mpos_json_open(&call->body, NULL, '{');
    mpos_json_open(&call->body, member, '[');
    for (uint64 i = 0; i < rows && (int64)i < limit; i++) {
        row(&call->body, NULL, i);
        (void)mpos_cell_uuid(i, 1, last);
    }
    mpos_json_close(&call->body, ']');
    mpos_json_uuid(&call->body, "next", (int64)rows > limit ? last : NULL);
    mpos_json_close(&call->body, '}');
}
