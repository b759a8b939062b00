/*
 * verify_erasure.c - payloads that are gone: each must be named by a later entry of kind 4, which keeps what the payload
 * said of rows. What it says comes late: a later entry may have said more of a row, or made it void.
 */
#include <jansson.h>
#include <string.h>

#include "cli.h"
#include "verify.h"

/* Where a header keeps its aux hash: here the leaf of the entry that was erased. */
enum { AUX_AT = 168 };

void
verify_missing_add(verify_run *run, int journal, const verify_entry *e, const uint8_t leaf[32])
{
    verify_missing *missing;

    run->missing = verify_room(run->missing, run->missing_count, sizeof *run->missing);
    missing = &run->missing[run->missing_count++];
    *missing = (verify_missing){.journal = journal, .epoch = e->epoch, .seq = e->seq};
    memcpy(missing->leaf, leaf, 32);
}

void
verify_missing_end(verify_run *run, int journal)
{
    for (size_t i = 0; i < run->missing_count; i++) {
        const verify_missing *missing = &run->missing[i];

        if (missing->journal == journal && !missing->taken) {
            verify_report(run, &run->journals[journal], missing->epoch, missing->seq, "payload_missing",
                          "the payload is gone and no entry erased it");
        }
    }
    run->missing_count = 0;
}

/* The list is that of one journal, in the order of the walk. */
const verify_missing *
verify_missing_take(verify_run *run, int journal, uint32_t epoch, uint64_t seq)
{
    size_t low = 0, high = run->missing_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const verify_missing *missing = &run->missing[middle];

        if (missing->epoch < epoch || (missing->epoch == epoch && missing->seq < seq)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == run->missing_count || run->missing[low].journal != journal ||
        run->missing[low].epoch != epoch || run->missing[low].seq != seq || run->missing[low].taken) {
        return NULL;
    }
    run->missing[low].taken = true;
    return &run->missing[low];
}

/* Takes the entry off the list of missing payloads; false when it is not there with that leaf. */
static bool
take_missing(verify_run *run, const verify_missing *erased)
{
    const verify_missing *missing = verify_missing_take(run, erased->journal, erased->epoch, erased->seq);

    return missing != NULL && memcmp(missing->leaf, erased->leaf, 32) == 0;
}

static bool
is_before(const verify_missing *erased, uint32_t epoch, uint64_t seq)
{
    return erased->epoch < epoch || (erased->epoch == epoch && erased->seq < seq);
}

static bool
is_outdated(const verify_run *run, const verify_missing *erased, const char *entity, const char *id)
{
    const row_record *record =
        row_map_find(&run->rows, erased->journal, entity, strlen(entity), id, strlen(id));

    for (size_t i = 0; i < run->forgotten_count; i++) {
        const verify_forgotten *forgotten = &run->forgotten[i];

        if (forgotten->journal == erased->journal && strcmp(forgotten->entity, entity) == 0 &&
            is_before(erased, forgotten->epoch, forgotten->seq)) {
            return true;
        }
    }
    return record != NULL && is_before(erased, record->epoch, record->seq);
}

static void
note_row(verify_run *run, const verify_missing *erased, const json_t *line)
{
    const char *entity = json_string_value(json_array_get(line, 0)),
               *id = json_string_value(json_array_get(line, 1)),
               *digest = json_string_value(json_array_get(line, 2)),
               *op = json_string_value(json_array_get(line, 3));
    row_record *record;

    if (entity == NULL || id == NULL || digest == NULL || op == NULL ||
        strlen(digest) != ROW_DIGEST_TEXT_SIZE || is_outdated(run, erased, entity, id)) {
        return;
    }
    record = row_map_put(&run->rows, erased->journal, entity, strlen(entity), id, strlen(id));
    record->epoch = erased->epoch;
    record->seq = erased->seq;
    record->deleted = op[0] == 'D';
    memcpy(record->digest, digest, ROW_DIGEST_TEXT_SIZE);
}

bool
verify_erasure(verify_run *run, int journal, const verify_entry *e, const char *body, size_t size)
{
    json_error_t error;
    json_t *audit = json_loadb(body, size, JSON_ALLOW_NUL, &error);
    const char *op = json_string_value(json_object_get(audit, "op"));
    verify_missing erased = {.journal = journal,
                             .epoch = (uint32_t)json_integer_value(json_object_get(audit, "epoch")),
                             .seq = (uint64_t)json_integer_value(json_object_get(audit, "seq"))};
    const json_t *line;
    size_t i;

    if (op == NULL || strcmp(op, "erase_payload") != 0) {
        json_decref(audit);
        return false;
    }
    memcpy(erased.leaf, e->header + AUX_AT, 32);
    if (is_before(&erased, run->journals[journal].start_epoch, run->journals[journal].start_seq)) {
        /* Its month was retired; the manifest of that has its rows. */
    } else if (!take_missing(run, &erased)) {
        verify_report(run, &run->journals[journal], e->epoch, e->seq, "erasure",
                      "the entry that this one erased is not there, or not erased");
    } else {
        json_array_foreach(json_object_get(audit, "rows"), i, line)
        {
            note_row(run, &erased, line);
        }
    }
    json_decref(audit);
    return true;
}
