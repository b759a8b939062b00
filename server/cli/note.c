/* note.c - mpos note verify: a signed note that anybody wrote. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge.h"

static const char *const help =
    "Usage: mpos note verify --vkey KEY [--vkey KEY]... <NOTE\n\n"
    "Checks a C2SP signed note on standard input against public keys (name+id+base64). At least one of them "
    "must have\n"
    "signed, and no signature of any of them may be wrong. Signatures of other keys are ignored, as the "
    "specification\n"
    "asks. Types: 1 Ed25519, 2 ECDSA on P-256, P-384 or P-521, 4 cosignature/v1, 5 RFC 6962 tree head "
    "(ECDSA).\n\n"
    "Prints one line. Exit status: 0 in order, 1 not, 2 wrong command line, 3 could not read.\n";

static int
say_signers(const judge_keys *keys)
{
    char names[1024] = "";

    for (size_t i = 0; i < keys->count; i++) {
        const mpos_note_key *key = &keys->signers[i].key;
        size_t used = strlen(names);

        if (keys->signers[i].signed_by) {
            snprintf(names + used, sizeof names - used, "%s%.*s+%08x", used > 0 ? ", " : "",
                     (int)key->name_size, key->name, key->id);
        }
    }
    return judge_ok("signed by %s", names);
}

int
cli_note(int argc, char **argv)
{
    cli_list vkeys = {.count = 0}, none = {.count = 0};
    const cli_option options[] = {{"--vkey", .list = &vkeys}, {0}};
    int rest = cli_options("note", help, options, argc, argv);
    judge_keys keys;
    judge_note note;
    int status = CLI_FINDINGS;

    if (rest != 1 || strcmp(argv[0], "verify") != 0 || vkeys.count == 0) {
        cli_usage("note", "note verify needs --vkey and a note on standard input");
    }
    if (judge_keys_init(&keys, &vkeys, &none)) {
        size_t size;
        char *bytes = judge_stdin(MPOS_NOTE_SIZE_MAX, &size);

        if (judge_signatures(&keys, bytes, size, "", &note)) {
            status = say_signers(&keys);
        }
        free(bytes);
        judge_keys_dispose(&keys);
    }
    return status;
}
