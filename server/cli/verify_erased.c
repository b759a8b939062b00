/*
 * verify_erased.c - businesses that were erased: what the platform's journal says of them, and that nothing of them is left.
 * Words: erased tenant, note (a checkpoint of another journal that the platform's journal keeps).
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canon.h"
#include "cli.h"
#include "sha.h"
#include "verify.h"

/* Where a header keeps its aux hash: here that of the leaves of the entries that were erased. */
enum { AUX_AT = 168 };

static bool
read_id(const json_t *text, uint8_t out[16])
{
    size_t size = 0;

    return json_is_string(text) &&
           mpos_base64url_decode(json_string_value(text), json_string_length(text), out, 16, &size) ==
               MPOS_OK &&
           size == 16;
}

static verify_erased_tenant *
find(const verify_run *run, const uint8_t tenant[16])
{
    for (size_t i = 0; i < run->erased_count; i++) {
        if (memcmp(run->erased[i].tenant, tenant, 16) == 0) {
            return &run->erased[i];
        }
    }
    return NULL;
}

static void
note_begin(verify_run *run, const json_t *audit, const uint8_t tenant[16])
{
    verify_erased_tenant erased = {.journals = json_array_size(json_object_get(audit, "journals"))};
    const json_t *journal;
    size_t i;

    json_array_foreach(json_object_get(audit, "journals"), i, journal)
    {
        erased.entries += (uint64_t)json_integer_value(json_object_get(journal, "size"));
    }
    memcpy(erased.tenant, tenant, 16);
    run->erased = verify_room(run->erased, run->erased_count, sizeof *run->erased);
    run->erased[run->erased_count++] = erased;
}

/* {"entries":[[epoch,seq],...]}: all of them are gone, and their leaves are those that the header commits to. */
static void
take_notes(verify_run *run, int journal, const verify_entry *e, const json_t *audit)
{
    const verify_journal *platform = &run->journals[journal];
    const json_t *list = json_object_get(audit, "entries"), *place;
    size_t count = json_array_size(list), found = 0, retired = 0, i;
    uint8_t *leaves = cli_alloc(count * 32 + 1), hash[32];

    json_array_foreach(list, i, place)
    {
        uint32_t epoch = (uint32_t)json_integer_value(json_array_get(place, 0));
        uint64_t seq = (uint64_t)json_integer_value(json_array_get(place, 1));
        const verify_missing *missing = verify_missing_take(run, journal, epoch, seq);

        if (missing != NULL) {
            memcpy(leaves + found++ * 32, missing->leaf, 32);
        }
        retired +=
            epoch < platform->start_epoch || (epoch == platform->start_epoch && seq < platform->start_seq);
    }
    cli_digest.sha256(cli_digest.host, &(mpos_chunk){leaves, found * 32}, 1, hash);
    if (retired == 0 && (found != count || memcmp(hash, e->header + AUX_AT, 32) != 0)) {
        verify_report(run, &run->journals[journal], e->epoch, e->seq, "erasure",
                      "the entries that this one erased are not there, or not erased");
    }
    free(leaves);
}

void
verify_erased(verify_run *run, int journal, const verify_entry *e, const char *body, size_t size)
{
    json_error_t error;
    json_t *audit = json_loadb(body, size, 0, &error);
    const char *op = json_string_value(json_object_get(audit, "op"));
    uint8_t tenant[16];

    if (op != NULL && strcmp(op, "erase_notes") == 0) {
        take_notes(run, journal, e, audit);
    } else if (op == NULL || !read_id(json_object_get(audit, "tenant"), tenant)) {
        verify_report(run, &run->journals[journal], e->epoch, e->seq, "audit", "the erasure of nobody");
    } else if (strcmp(op, "erase_begin") == 0) {
        note_begin(run, audit, tenant);
    } else if (strcmp(op, "erase_end") == 0 && find(run, tenant) != NULL) {
        find(run, tenant)->ended = true;
    }
    json_decref(audit);
}

/* Checkpoints whose journal is not there, one finding for each journal. */
static void
report_lost(verify_run *run)
{
    uint8_t last[16] = {0};

    for (size_t i = 0; i < run->witnessed_count; i++) {
        const uint8_t *id = run->witnessed[i].journal;
        char text[23] = "";
        bool there = memcmp(id, last, 16) == 0;

        for (int k = 0; k < run->journal_count && !there; k++) {
            there = memcmp(run->journals[k].id_bytes, id, 16) == 0;
        }
        if (!there) {
            memcpy(last, id, 16);
            text[mpos_base64url(id, 16, text)] = '\0';
            verify_report(run, NULL, 0, VERIFY_NO_SEQ, "journal_lost",
                          "the platform's journal keeps checkpoints of %s, which is not there", text);
        }
    }
}

void
verify_erased_journals(verify_run *run)
{
    for (int i = 0; i < run->journal_count; i++) {
        verify_journal *journal = &run->journals[i];
        const verify_erased_tenant *erased = find(run, journal->tenant_bytes);

        if (erased != NULL && !erased->ended && journal->closed) {
            journal->asked = false;
        } else if (erased != NULL) {
            verify_report(run, journal, 0, VERIFY_NO_SEQ, "erased",
                          "its business was erased, and it is there");
        } else if (journal->closed) {
            verify_report(run, journal, 0, VERIFY_NO_SEQ, "closed",
                          "it is closed, and nobody erases its business");
        }
    }
    report_lost(run);
}

void
verify_erased_print(const verify_run *run)
{
    for (size_t i = 0; i < run->erased_count; i++) {
        const verify_erased_tenant *erased = &run->erased[i];

        fputs("business ", stdout);
        for (int k = 0; k < 16; k++) {
            printf("%02x%s", erased->tenant[k], k == 3 || k == 5 || k == 7 || k == 9 ? "-" : "");
        }
        printf("  %s: %llu journals, %llu entries\n", erased->ended ? "erased" : "is being erased",
               (unsigned long long)erased->journals, (unsigned long long)erased->entries);
    }
}
