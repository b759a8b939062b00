/* vkeys.c - see vkeys.h. A key signs every log under the log's own name, which the id depends on. */
#include "vkeys.h"

#include <string.h>

#include "cli.h"
#include "note.h"
#include "sha.h"

char *
vkeys_for(PGconn *conn, const char *origin)
{
    PGresult *keys =
        cli_query(conn, "SELECT vkey FROM journal.signing_key ORDER BY active_from DESC", 0, NULL, false);
    size_t room = MPOS_NOTE_VKEY_SIZE(strlen(origin)) + 1, size = 0;
    char *text = cli_alloc(room * (size_t)(PQntuples(keys) + 1));

    for (int i = 0; i < PQntuples(keys); i++) {
        const char *vkey = PQgetvalue(keys, i, 0);
        mpos_note_key key;

        if (mpos_note_key_parse(&cli_digest, vkey, strlen(vkey), &key) == MPOS_NOTE_OK &&
            key.type == MPOS_NOTE_ED25519) {
            size += mpos_note_key_format(&cli_digest, origin, strlen(origin), key.type, key.key, text + size);
            text[size++] = '\n';
        }
    }
    text[size] = '\0';
    PQclear(keys);
    return text;
}
