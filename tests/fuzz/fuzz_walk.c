/*
 * fuzz_walk.c - the verifier's walk over the entries of a journal. A good journal of two epochs is made; the input changes
 * bytes of it, also of the columns beside the headers, and leaves entries out or gives them in another order. There must be
 * findings exactly when something was changed.
 */
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "cli.h"
#include "epoch.h"
#include "host.h"
#include "journal_header.h"
#include "payload.h"
#include "sha.h"
#include "verify.h"

enum { ENTRIES = 7, EPOCH_0 = 4, PAYLOAD_MAX = 512, COLUMNS = 12 };

/* One entry as its bytes lie in a row: epoch, seq, header, leaf, payload. */
typedef struct row {
    uint8_t columns[COLUMNS];
    uint8_t header[MPOS_JOURNAL_HEADER_SIZE];
    uint8_t leaf[32];
    uint8_t payload[PAYLOAD_MAX];
} row;

static row whole[ENTRIES];
static size_t payload_sizes[ENTRIES];
static uint8_t roots[2][32];

/* The ends of the tool. */
static void
sha256(void *host, const mpos_chunk *chunks, size_t chunk_count, uint8_t out[MPOS_DIGEST_SIZE])
{
    host_digest.sha256(host, chunks, chunk_count, out);
}

const mpos_digest cli_digest = {sha256, NULL};

void *
cli_alloc(size_t size)
{
    return malloc(size);
}

void *
cli_realloc(void *old, size_t size)
{
    return realloc(old, size);
}

_Noreturn void
cli_fail(const char *format, ...)
{
    (void)format;
    __builtin_trap();
}

void
verify_report(verify_run *run, verify_journal *journal, uint32_t epoch, uint64_t seq, const char *kind,
              const char *format, ...)
{
    (void)epoch;
    (void)seq;
    (void)format;
    MUST(journal != NULL && kind[0] != '\0');
    run->findings++;
}

void
verify_stored_begin(verify_run *run, verify_journal *journal)
{
    (void)run;
    if (journal->epoch < 2) {
        verify_tree_claim(&journal->tree, journal->epoch == 0 ? EPOCH_0 : ENTRIES - EPOCH_0,
                          roots[journal->epoch], "the checkpoint");
    }
}

void
verify_stored_end(verify_run *run, verify_journal *journal)
{
    (void)run;
    (void)journal;
}

bool
verify_stored_leaves(verify_run *run, verify_journal *journal, uint64_t from, uint64_t to)
{
    (void)run;
    (void)journal;
    MUST(from < to);
    return false;
}

void
verify_manifest(verify_run *run, int journal, const verify_entry *entry, const char *body, size_t size)
{
    (void)run;
    (void)journal;
    (void)entry;
    (void)body;
    (void)size;
}

void
verify_retired_begin(verify_run *run, int journal)
{
    (void)run;
    (void)journal;
}

void
verify_retirement(verify_run *run, int journal, const verify_entry *entry, const json_t *audit)
{
    (void)run;
    (void)journal;
    (void)entry;
    (void)audit;
}

void
verify_retired_end(verify_run *run, int journal)
{
    (void)run;
    (void)journal;
}

bool
verify_ring_note(struct verify_run *run, int journal, const struct verify_entry *entry, const char *next,
                 size_t size)
{
    (void)run;
    (void)journal;
    (void)entry;
    (void)next;
    (void)size;
    return true;
}

void
verify_schema_change(verify_run *run, int journal, const verify_entry *entry, const char *body, size_t size)
{
    verify_manifest(run, journal, entry, body, size);
}

static size_t
make_payload(const char *audit, size_t audit_size, uint8_t *out)
{
    static const char feed[] = "[\"thing\",\"AAAAAAAAAAAAAAAAAAAAAA\",\"U\",1,{\"qty\":1}]";
    mpos_section sections[] = {
        {MPOS_SECTION_FEED, "thing", 5, (const uint8_t *)feed, sizeof feed - 1},
        {MPOS_SECTION_AUDIT, "", 0, (const uint8_t *)audit, audit_size},
    };
    size_t size;

    MUST(mpos_payload_encode(sections, 2, out, PAYLOAD_MAX, &size) == MPOS_OK);
    return size;
}

static void
make_entry(int i, mpos_journal_header *h, const char *audit, size_t audit_size)
{
    row *r = &whole[i];

    payload_sizes[i] = make_payload(audit, audit_size, r->payload);
    mpos_journal_payload_hash(&host_digest, r->payload, payload_sizes[i], h->payload_hash);
    MUST(mpos_journal_header_encode(h, r->header) == MPOS_OK);
    mpos_put_u32(r->columns, h->epoch);
    mpos_put_u64(r->columns + 4, h->seq);
    mpos_journal_leaf(&host_digest, r->header, r->leaf);
    memcpy(h->prev, r->leaf, 32);
    h->seq++;
    h->recorded_us++;
}

/* The second transaction of epoch 0 has two parts. */
static void
make_journal(void)
{
    static const char audit[] =
        "{\"op\":\"sql\",\"role\":\"a\\\"b\",\"rows\":[[\"thing\",\"AAAAAAAAAAAAAAAAAAAAAA\","
        "\"0123456789012345678901\","
        "\"U\",{\"name\":\"x\"}],[\"other\",\"a.b\",\"0123456789012345678901\",\"D\"]]}";
    mpos_journal_header h = {.kind = MPOS_ENTRY_TRANSACTION, .parts = 1, .recorded_us = 1};
    mpos_epoch_open open = {.from_size = EPOCH_0, .reason = MPOS_EPOCH_RESTORE};
    mpos_merkle_frontier tree;
    char text[MPOS_EPOCH_TEXT_MAX];

    mpos_journal_genesis(&host_digest, "fuzz/0", 6, 0, NULL, h.prev);
    for (int i = 0; i < ENTRIES; i++) {
        h.parts = i == 1 || i == 2 ? 2 : 1;
        h.part = i == 2;
        h.transaction[0] = (uint8_t)(i == 2 ? 1 : i);
        if (i == EPOCH_0) {
            memcpy(open.from_leaf, h.prev, 32);
            h.kind = MPOS_ENTRY_EPOCH;
            h.epoch = 1;
            h.seq = 0;
            mpos_journal_genesis(&host_digest, "fuzz/1", 6, 1, NULL, h.prev);
            make_entry(i, &h, text, mpos_epoch_open_encode(&open, text));
        } else {
            h.kind = MPOS_ENTRY_TRANSACTION;
            make_entry(i, &h, audit, sizeof audit - 1);
        }
    }
    for (int epoch = 0; epoch < 2; epoch++) {
        mpos_merkle_init(&tree);
        for (int i = epoch == 0 ? 0 : EPOCH_0; i < (epoch == 0 ? EPOCH_0 : ENTRIES); i++) {
            mpos_merkle_push(&host_digest, &tree, whole[i].leaf);
        }
        mpos_merkle_root(&host_digest, &tree, roots[epoch]);
    }
}

static uint64_t
walk(const row *rows, const int *order, int count)
{
    static char origin[] = "fuzz";
    verify_journal journal = {.tenant_known = true, .origin = origin, .asked = true};
    verify_run run = {.side = (PGconn *)origin, .journals = &journal, .journal_count = 1};
    uint64_t findings;

    verify_walk_begin(&run, 0);
    for (int i = 0; i < count; i++) {
        const row *r = &rows[order[i]];
        verify_entry entry = {.epoch = mpos_get_u32(r->columns),
                              .seq = mpos_get_u64(r->columns + 4),
                              .header = r->header,
                              .header_size = sizeof r->header,
                              .leaf = r->leaf,
                              .leaf_size = sizeof r->leaf,
                              .payload_known = true,
                              .payload = r->payload,
                              .payload_size = payload_sizes[order[i]]};

        verify_walk_entry(&run, 0, &entry);
    }
    verify_walk_end(&run, 0);
    findings = run.findings;
    verify_tree_dispose(&journal.tree);
    row_map_dispose(&run.rows);
    return findings;
}

/* The input's first byte says how many entries follow in which order (0: all as they are), then edits of three bytes. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static row changed[ENTRIES];
    int order[ENTRIES * 2] = {0, 1, 2, 3, 4, 5, 6}, count = ENTRIES;
    bool same;
    size_t at = 1;

    if (payload_sizes[0] == 0) {
        make_journal();
    }
    if (size == 0) {
        return 0;
    }
    memcpy(changed, whole, sizeof whole);
    if (data[0] > 0 && size > 1u + data[0] % (ENTRIES * 2)) {
        count = data[0] % (ENTRIES * 2);
        for (int i = 0; i < count; i++) {
            order[i] = data[at++] % ENTRIES;
        }
    }
    for (; at + 3 <= size; at += 3) {
        uint8_t *bytes = (uint8_t *)&changed[data[at] % ENTRIES];
        size_t limit = offsetof(row, payload) + payload_sizes[data[at] % ENTRIES];

        bytes[(data[at] / ENTRIES * 256u + data[at + 1]) % limit] ^= data[at + 2];
    }
    /* That an epoch is missing with all its entries is for the head to tell. */
    same = count == ENTRIES || count == EPOCH_0;
    for (int i = 0; i < count; i++) {
        same = same && order[i] == i &&
               memcmp(&changed[i], &whole[i], offsetof(row, payload) + payload_sizes[i]) == 0;
    }
    MUST((walk(changed, order, count) == 0) == same);
    return 0;
}
