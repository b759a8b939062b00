/* proof.c - mpos proof verify: a proof that an entry is in a log, by whomever. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge.h"
#include "log_proof.h"
#include "merkle.h"
#include "sha.h"

static const char *const help =
    "Usage: mpos proof verify --vkey KEY --entry HEX [--witness KEY]... <PROOF\n\n"
    "Checks a c2sp.org/tlog-proof@v1 on standard input: that the entry with these bytes is in the log whose "
    "checkpoint\n"
    "the proof carries, that the log's key signed that checkpoint, and that every witness given cosigned "
    "it.\n\n"
    "  --vkey KEY     public key of the log, name+id+base64; of several, one must have signed and none "
    "wrongly\n"
    "  --entry HEX    bytes of the entry; of a journal the 200 bytes of its header\n"
    "  --witness KEY  public key of a witness; can be given several times\n\n"
    "Extra data in a proof are not authenticated by it. Prints one line.\n"
    "Exit status: 0 in order, 1 not, 2 wrong command line, 3 could not read.\n";

/* The bytes of the option, ends the program when it is not hex. The caller frees. */
static uint8_t *
read_entry(const char *hex, size_t *size_out)
{
    size_t digits = strlen(hex);
    uint8_t *entry = cli_alloc(digits / 2 + 1);

    if (digits % 2 != 0 || strspn(hex, "0123456789abcdefABCDEF") != digits) {
        cli_usage("proof", "--entry needs bytes as hex digits");
    }
    for (size_t i = 0; i < digits / 2; i++) {
        char byte[3] = {hex[2 * i], hex[2 * i + 1], '\0'};

        entry[i] = (uint8_t)strtoul(byte, NULL, 16);
    }
    *size_out = digits / 2;
    return entry;
}

static int
judge_proof(judge_keys *keys, const uint8_t leaf[32], const char *text, size_t size)
{
    mpos_log_proof proof;
    judge_note note;
    const mpos_checkpoint *checkpoint = &note.checkpoint;
    const char *reason;

    if (mpos_log_proof_parse(text, size, &proof, &reason) != MPOS_OK) {
        return judge_bad("%s", reason);
    }
    if (!judge_checkpoint(keys, proof.note, proof.note_size, "checkpoint: ", &note)) {
        return CLI_FINDINGS;
    }
    if (proof.index >= checkpoint->size) {
        return judge_bad("index %llu is not below the size %llu of the checkpoint",
                         (unsigned long long)proof.index, (unsigned long long)checkpoint->size);
    }
    if (mpos_merkle_check_inclusion(&cli_digest, proof.index, checkpoint->size, leaf,
                                    (const uint8_t(*)[32])proof.hashes, proof.hash_count,
                                    checkpoint->root) != MPOS_OK) {
        return judge_bad("the hashes do not lead from this entry at index %llu to the root of the checkpoint",
                         (unsigned long long)proof.index);
    }
    return judge_ok("origin %.*s, index %llu, size %llu, witnesses %zu%s", (int)checkpoint->origin_size,
                    checkpoint->origin, (unsigned long long)proof.index, (unsigned long long)checkpoint->size,
                    keys->count - keys->log_count, proof.has_extra ? ", extra data not authenticated" : "");
}

int
cli_proof(int argc, char **argv)
{
    const char *hex = NULL;
    cli_list vkeys = {.count = 0}, witnesses = {.count = 0};
    const cli_option options[] = {
        {"--vkey", .list = &vkeys}, {"--witness", .list = &witnesses}, {"--entry", .text = &hex}, {0}};
    int rest = cli_options("proof", help, options, argc, argv), status = CLI_FINDINGS;
    judge_keys keys;
    uint8_t *entry, leaf[32];
    size_t size;

    if (rest != 1 || strcmp(argv[0], "verify") != 0 || vkeys.count == 0 || hex == NULL) {
        cli_usage("proof", "proof verify needs --vkey, --entry and a proof on standard input");
    }
    entry = read_entry(hex, &size);
    mpos_log_leaf(&cli_digest, entry, size, leaf);
    free(entry);
    if (judge_keys_init(&keys, &vkeys, &witnesses)) {
        char *text = judge_stdin(MPOS_LOG_PROOF_SIZE_MAX, &size);

        status = judge_proof(&keys, leaf, text, size);
        free(text);
        judge_keys_dispose(&keys);
    }
    return status;
}
