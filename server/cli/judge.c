/* judge.c - see judge.h. */
#include "judge.h"

#include <errno.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sha.h"
#include "signature.h"

/* Line ends and other controls that a foreign text may hold would make two lines of one. */
static void
print_line(const char *head, const char *format, va_list args)
{
    char line[2048];

    vsnprintf(line, sizeof line, format, args);
    fputs(head, stdout);
    for (const unsigned char *c = (const unsigned char *)line; *c != '\0'; c++) {
        bool c1 = c[0] == 0xC2 && c[1] >= 0x80 && c[1] < 0xA0;
        bool separator = c[0] == 0xE2 && c[1] == 0x80 && (c[2] == 0xA8 || c[2] == 0xA9);

        putchar(*c < ' ' || *c == 0x7F || c1 || separator ? '?' : *c);
        c += c1 ? 1 : separator ? 2 : 0;
    }
    putchar('\n');
}

int
judge_ok(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    print_line("ok: ", format, args);
    va_end(args);
    return CLI_OK;
}

int
judge_bad(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    print_line("bad: ", format, args);
    va_end(args);
    return CLI_FINDINGS;
}

static bool
read_key(const char *vkey, bool witness, mpos_note_key *key)
{
    mpos_note_fault fault = mpos_note_key_parse(&cli_digest, vkey, strlen(vkey), key);

    if (fault != MPOS_NOTE_OK) {
        judge_bad("key %.200s: %s", vkey, mpos_note_reason(fault));
        return false;
    }
    if (!cli_key_usable(key)) {
        judge_bad("key %.200s: not an ECDSA key on the curve P-256, P-384 or P-521", vkey);
        return false;
    }
    if (witness && key->type == MPOS_NOTE_ED25519) {
        key->type = MPOS_NOTE_COSIGNATURE;
        key->id =
            mpos_note_key_id(&cli_digest, key->name, key->name_size, key->type, key->key, key->key_size);
    }
    return true;
}

bool
judge_keys_init(judge_keys *keys, const cli_list *vkeys, const cli_list *witnesses)
{
    if (sodium_init() < 0) {
        cli_fail("libsodium does not start");
    }
    keys->log_count = vkeys->count;
    keys->count = vkeys->count + witnesses->count;
    keys->signers = cli_alloc(sizeof *keys->signers * (keys->count + 1));
    memset(keys->signers, 0, sizeof *keys->signers * (keys->count + 1));
    for (size_t i = 0; i < keys->count; i++) {
        bool witness = i >= keys->log_count;
        const char *vkey = witness ? witnesses->items[i - keys->log_count] : vkeys->items[i];

        if (!read_key(vkey, witness, &keys->signers[i].key)) {
            judge_keys_dispose(keys);
            return false;
        }
    }
    return true;
}

void
judge_keys_dispose(judge_keys *keys)
{
    free(keys->signers);
    keys->signers = NULL;
}

bool
judge_signatures(judge_keys *keys, const char *bytes, size_t size, const char *place, judge_note *out)
{
    mpos_note_fault fault = mpos_note_parse(bytes, size, &out->note);

    if (fault == MPOS_NOTE_OK) {
        fault = mpos_note_verify(&cli_verifier, &out->note, keys->signers, keys->count);
    }
    if (fault != MPOS_NOTE_OK) {
        judge_bad("%s%s", place, mpos_note_reason(fault));
        return false;
    }
    return true;
}

static bool
log_signed(const judge_keys *keys)
{
    for (size_t i = 0; i < keys->log_count; i++) {
        if (keys->signers[i].signed_by) {
            return true;
        }
    }
    return false;
}

bool
judge_checkpoint(judge_keys *keys, const char *bytes, size_t size, const char *place, judge_note *out)
{
    if (!judge_signatures(keys, bytes, size, place, out)) {
        return false;
    }
    if (!log_signed(keys)) {
        judge_bad("%sthe log's key has not signed", place);
        return false;
    }
    for (size_t i = keys->log_count; i < keys->count; i++) {
        const mpos_note_key *key = &keys->signers[i].key;

        if (!keys->signers[i].signed_by) {
            judge_bad("%sthe witness %.*s has not cosigned", place, (int)key->name_size, key->name);
            return false;
        }
    }
    if (mpos_checkpoint_parse(out->note.text, out->note.text_size, &out->checkpoint) != MPOS_OK) {
        judge_bad("%sthe text is not origin, size and root", place);
        return false;
    }
    return true;
}

char *
judge_stdin(size_t size_max, size_t *size_out)
{
    char *bytes = NULL;
    size_t size = 0, room = 0;
    ssize_t got = 1;

    while (got != 0 && size <= size_max) {
        if (size == room) {
            room = room == 0 ? 65536 : room * 2;
            bytes = cli_realloc(bytes, room);
        }
        got = read(STDIN_FILENO, bytes + size, room - size);
        if (got < 0 && errno != EINTR) {
            cli_fail("reading standard input: %s", strerror(errno));
        }
        size += got > 0 ? (size_t)got : 0;
    }
    *size_out = size;
    return bytes;
}
