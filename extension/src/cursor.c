/* cursor.c - see cursor.h. */
#include "postgres.h"

#include "cursor.h"
#include "json.h"

void
mpos_cursor_json(StringInfo out, const char *key, const mpos_journal_row *journal)
{
    static const uint8 none[8] = {0};

    mpos_json_open(out, key, '{');
    mpos_json_int(out, "epoch", journal->epoch);
    mpos_json_int(out, "seq", journal->next_seq - 1);
    mpos_json_hex(out, "h8", journal->next_seq > 0 ? journal->last_leaf : none, sizeof none);
    mpos_json_close(out, '}');
}
