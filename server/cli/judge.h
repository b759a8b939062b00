/*
 * judge.h - what the commands that judge foreign notes, proofs and logs share: the one line of the verdict, keys of the
 * command line, reading files that somebody else made. Words: verdict, witness.
 */
#ifndef MPOS_CLI_JUDGE_H
#define MPOS_CLI_JUDGE_H

#include "checkpoint.h"
#include "cli.h"
#include "note.h"

/* Prints "ok: ..." or "bad: ..." as one line, whatever the texts in it hold, and returns the exit status. */
int
judge_ok(const char *format, ...) __attribute__((format(printf, 1, 2)));
int
judge_bad(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The keys of one run. First those of --vkey, then those of --witness. */
typedef struct judge_keys {
    mpos_note_signer *signers;
    size_t log_count;
    size_t count;
} judge_keys;

/*
 * Reads the keys. A plain Ed25519 key given as a witness stands for its cosignature key, as witnesses publish either.
 * False after judge_bad when one cannot be read. judge_keys_dispose frees.
 */
bool
judge_keys_init(judge_keys *keys, const cli_list *vkeys, const cli_list *witnesses);
void
judge_keys_dispose(judge_keys *keys);

/* A note that was read and whose signatures were checked. */
typedef struct judge_note {
    mpos_note note;
    mpos_checkpoint checkpoint; /* only of judge_checkpoint */
} judge_note;

/*
 * Checks the signatures of a note; judge_checkpoint also that it is a checkpoint signed by one of the log's keys and by
 * every witness. False after judge_bad; place ("checkpoint: ", or "") stands before the reason.
 */
bool
judge_signatures(judge_keys *keys, const char *bytes, size_t size, const char *place, judge_note *out);
bool
judge_checkpoint(judge_keys *keys, const char *bytes, size_t size, const char *place, judge_note *out);

/* Reads all of stdin, at most size_max + 1 bytes so that too much can be told. The caller frees. */
char *
judge_stdin(size_t size_max, size_t *size_out);

#endif
