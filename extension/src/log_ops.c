/*
 * log_ops.c - operations journal.checkpoint, journal.tile, journal.bundle and journal.proof: the public side of a journal,
 * for readers of C2SP tlog-tiles who are nobody's session. Words: log (an epoch of a journal), tile, bundle.
 *
 * Parameters: journal_id; epoch (the present one when absent); level, n and width of a tile or bundle; seq of an entry.
 * Texts come in the body as they are, bytes in the entries. What is not signed yet is refused as checkpoint_pending and asked
 * for: that must be committed, so the refusal is an answer.
 */
#include "postgres.h"

#include "bytes.h"
#include "input.h"
#include "journal.h"
#include "journal_range.h"
#include "journal_store.h"
#include "log_proof.h"
#include "seal.h"
#include "sha256.h"
#include "sqlstate.h"
#include "statement.h"
#include "tile_store.h"

typedef struct log_params {
    uint32 given;
    uint8 journal[UUID_LEN];
    int64 epoch;
    int64 level;
    int64 n;
    int64 width;
    int64 seq;
} log_params;

/* Place of the epoch in every shape below. */
enum { GIVEN_EPOCH = 1 };

#define JOURNAL                                                                                              \
    {                                                                                                        \
        "journal_id", MPOS_IN_ID, MPOS_IN_REQUIRED, offsetof(log_params, journal), 0, 0                      \
    }
#define EPOCH                                                                                                \
    {                                                                                                        \
        "epoch", MPOS_IN_INT, 0, offsetof(log_params, epoch), 0, PG_INT32_MAX                                \
    }
#define N                                                                                                    \
    {                                                                                                        \
        "n", MPOS_IN_INT, MPOS_IN_REQUIRED, offsetof(log_params, n), 0, PG_INT64_MAX / MPOS_TILE_WIDTH - 1   \
    }
#define WIDTH                                                                                                \
    {                                                                                                        \
        "width", MPOS_IN_INT, MPOS_IN_REQUIRED, offsetof(log_params, width), 1, MPOS_TILE_WIDTH              \
    }

static const mpos_field checkpoint_fields[] = {JOURNAL, EPOCH};
MPOS_SHAPE(checkpoint, log_params);

static const mpos_field tile_fields[] = {
    JOURNAL,
    EPOCH,
    {"level", MPOS_IN_INT, MPOS_IN_REQUIRED, offsetof(log_params, level), 0, MPOS_TILE_LEVELS - 1},
    N,
    WIDTH,
};
MPOS_SHAPE(tile, log_params);

static const mpos_field bundle_fields[] = {JOURNAL, EPOCH, N, WIDTH};
MPOS_SHAPE(bundle, log_params);

static const mpos_field proof_fields[] = {
    JOURNAL, EPOCH, {"seq", MPOS_IN_INT, MPOS_IN_REQUIRED, offsetof(log_params, seq), 0, PG_INT64_MAX - 1}};
MPOS_SHAPE(proof, log_params);

/* An epoch of a journal, and its newest checkpoint. */
typedef struct public_log {
    pg_uuid_t journal;
    int32 epoch;
    bool current; /* no later epoch has begun */
    int64 size;   /* entries; of an ended epoch, those that are sealed */
    int64 signed_size;
    char *note; /* with the lines of the witnesses */
} public_log;

static mpos_err
not_found(mpos_call *call, const char *field)
{
    return mpos_refuse(call, MPOS_E_NOT_FOUND, field, "%s", mpos_err_title(MPOS_E_NOT_FOUND));
}

static mpos_err
open_log(mpos_call *call, const mpos_shape *shape, log_params *in, public_log *out)
{
    mpos_err err = mpos_input_params(call, shape, in);
    mpos_head head;

    memset(out, 0, sizeof *out);
    if (err != MPOS_OK) {
        return err;
    }
    memcpy(out->journal.data, in->journal, UUID_LEN);
    if (!mpos_head_get(&out->journal, &head)) {
        return not_found(call, "journal_id");
    }
    out->epoch = MPOS_GIVEN(in, GIVEN_EPOCH) ? (int32)in->epoch : head.epoch;
    if (out->epoch > head.epoch) {
        return not_found(call, "epoch");
    }
    out->current = out->epoch == head.epoch;
    out->size = out->current ? head.next_seq : mpos_sealed_size(&out->journal, out->epoch);
    return MPOS_OK;
}

/* The newest checkpoint; false when there is none yet. */
static bool
read_checkpoint(public_log *out)
{
    static mpos_statement newest = {
        "SELECT c.size, c.note || coalesce((SELECT string_agg(k.line || E'\\n', '' ORDER BY k.key_name) "
        "FROM journal.cosignature k WHERE k.journal_id = c.journal_id AND k.epoch = c.epoch AND k.size = "
        "c.size), '') "
        "FROM journal.checkpoint c WHERE c.journal_id = $1 AND c.epoch = $2 ORDER BY c.size DESC LIMIT 1",
        NULL};
    mpos_args args = {0};

    mpos_arg_uuid(&args, out->journal.data);
    mpos_arg_int(&args, out->epoch);
    if (mpos_statement_run(&newest, &args) == 0) {
        return false;
    }
    out->signed_size = mpos_cell_big(0, 1);
    out->note = mpos_cell_text(0, 2);
    return true;
}

/* An ended epoch needs no asking: its last checkpoint is due as soon as it is sealed. */
static mpos_err
ask_for_checkpoint(mpos_call *call, const public_log *log)
{
    static mpos_statement ask = {"SELECT mpos.checkpoint_ask($1)", NULL};
    mpos_args args = {0};

    if (log->current) {
        mpos_arg_uuid(&args, log->journal.data);
        (void)mpos_statement_run(&ask, &args);
    }
    call->status = 409;
    appendStringInfo(&call->body, "{\"code\":\"%s\"}", mpos_err_code(MPOS_E_CHECKPOINT_PENDING));
    return MPOS_OK;
}

mpos_err
mpos_log_checkpoint(mpos_call *call)
{
    log_params in;
    public_log log;
    mpos_err err = open_log(call, &checkpoint_shape, &in, &log);

    if (err != MPOS_OK) {
        return err;
    }
    if (!read_checkpoint(&log)) {
        return ask_for_checkpoint(call, &log);
    }
    appendStringInfoString(&call->body, log.note);
    return MPOS_OK;
}

mpos_err
mpos_log_tile(mpos_call *call)
{
    log_params in;
    public_log log;
    const uint8 *hashes;
    mpos_tree tree;
    mpos_err err = open_log(call, &tile_shape, &in, &log);

    if (err != MPOS_OK) {
        return err;
    }
    mpos_tree_open(&tree, &log.journal, log.epoch);
    hashes = mpos_tree_read(&tree, (int)in.level, (uint64)in.n, (uint32)in.width);
    if (hashes == NULL) {
        return not_found(call, "n");
    }
    appendBinaryStringInfo(&call->entries, (const char *)hashes, (int)in.width * 32);
    return MPOS_OK;
}

static bool
append_header(const mpos_entry *entry, void *argument)
{
    uint8 size[2];

    mpos_put_u16(size, MPOS_HEADER_SIZE);
    appendBinaryStringInfo(argument, (const char *)size, sizeof size);
    appendBinaryStringInfo(argument, (const char *)entry->header, MPOS_HEADER_SIZE);
    return true;
}

mpos_err
mpos_log_bundle(mpos_call *call)
{
    log_params in;
    public_log log;
    int64 from;
    mpos_err err = open_log(call, &bundle_shape, &in, &log);

    if (err != MPOS_OK) {
        return err;
    }
    from = in.n * MPOS_TILE_WIDTH;
    if (from + in.width > mpos_sealed_size(&log.journal, log.epoch)) {
        return not_found(call, "n");
    }
    mpos_leaves_walk(&log.journal, log.epoch, from, from + in.width, append_header, &call->entries);
    /* Headers go when a month is taken out; the tiles over them stay. */
    if (call->entries.len != (int)in.width * (2 + MPOS_HEADER_SIZE)) {
        resetStringInfo(&call->entries);
        return not_found(call, "n");
    }
    return MPOS_OK;
}

static void
append_proof(mpos_call *call, const public_log *log, int64 seq)
{
    uint8 hashes[MPOS_PROOF_HASHES_MAX][32];
    size_t count = 0;
    size_t note_size = strlen(log->note);
    mpos_tree tree;
    mpos_err err;

    mpos_tree_open(&tree, &log->journal, log->epoch);
    err = mpos_tile_inclusion(&mpos_host_digest, &tree.source, (uint64)seq, (uint64)log->signed_size, hashes,
                              &count);
    if (err != MPOS_OK) {
        mpos_raise(err, NULL, NULL);
    }
    enlargeStringInfo(&call->body, (int)MPOS_LOG_PROOF_TEXT_SIZE(count, note_size) + 1);
    call->body.len += (int)mpos_log_proof_format((uint64)seq, (const uint8(*)[32])hashes, count, log->note,
                                                 note_size, call->body.data + call->body.len);
    call->body.data[call->body.len] = '\0';
}

mpos_err
mpos_log_proof_read(mpos_call *call)
{
    log_params in;
    public_log log;
    mpos_err err = open_log(call, &proof_shape, &in, &log);

    if (err != MPOS_OK) {
        return err;
    }
    if (in.seq >= log.size) {
        return not_found(call, "seq");
    }
    if (!read_checkpoint(&log) || log.signed_size <= in.seq) {
        return ask_for_checkpoint(call, &log);
    }
    append_proof(call, &log, in.seq);
    return MPOS_OK;
}
