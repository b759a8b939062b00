/*
 * verify_manifest.c - entries of kind 6: declared rewrites, whose audit section commits to a manifest, lines
 * "<digest> <entity> <id>" that the database keeps beside it; and changes of the schema.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canon.h"
#include "cli.h"
#include "sha.h"
#include "verify.h"
#include "verify_copy.h"

char *
verify_manifest_load(verify_run *run, const verify_journal *journal, uint32_t epoch, uint64_t seq,
                     size_t *size_out)
{
    char query[256];
    char *text = cli_alloc(1);
    size_t size = 0;
    copy_stream stream;
    const copy_row *row;

    snprintf(query, sizeof query,
             "SELECT body FROM journal.manifest WHERE journal_id = '%s' AND epoch = %u AND seq = %llu ORDER "
             "BY part",
             journal->id, epoch, (unsigned long long)seq);
    copy_begin(&stream, run->side, query);
    while ((row = copy_next(&stream)) != NULL) {
        size_t more = row->sizes[0] < 0 ? 0 : (size_t)row->sizes[0];

        text = cli_realloc(text, size + more + 1);
        memcpy(text + size, row->values[0], more);
        size += more;
    }
    *size_out = size;
    return text;
}

void
verify_manifest_digest(const char *text, size_t size, char out[MANIFEST_DIGEST_SIZE])
{
    static const char domain[] = "mpos.manifest.v1"; /* with its NUL */
    mpos_chunk chunks[] = {{domain, sizeof domain}, {text, size}};
    uint8_t hash[32];

    cli_digest.sha256(cli_digest.host, chunks, 2, hash);
    mpos_base64url(hash, sizeof hash, out);
}

static bool
is_committed(const char *text, size_t size, const json_t *expected)
{
    char digest[MANIFEST_DIGEST_SIZE];

    verify_manifest_digest(text, size, digest);
    return json_string_length(expected) == sizeof digest &&
           memcmp(digest, json_string_value(expected), sizeof digest) == 0;
}

/* Takes a line's row and returns what follows it; NULL when the line has another form. */
static const char *
take_line(verify_run *run, int journal, const verify_entry *e, const char *line, const char *end)
{
    const char *feed = memchr(line, '\n', (size_t)(end - line));
    const char *entity = line + ROW_DIGEST_TEXT_SIZE + 1;
    const char *space = feed == NULL || feed <= entity ? NULL : memchr(entity, ' ', (size_t)(feed - entity));
    row_record *record;

    if (space == NULL) {
        return NULL;
    }
    record = row_map_put(&run->rows, journal, entity, (size_t)(space - entity), space + 1,
                         (size_t)(feed - space - 1));
    record->epoch = e->epoch;
    record->seq = e->seq;
    record->deleted = false;
    memcpy(record->digest, line, ROW_DIGEST_TEXT_SIZE);
    return feed + 1;
}

bool
verify_manifest_rows(verify_run *run, int journal, const verify_entry *e, const char *text, size_t size)
{
    const char *line = text;

    while (line != NULL && line < text + size) {
        line = take_line(run, journal, e, line, text + size);
    }
    return line != NULL;
}

static void
take_manifest(verify_run *run, int index, const verify_entry *e, const json_t *audit)
{
    verify_journal *journal = &run->journals[index];
    const json_t *entity = json_object_get(audit, "entity");
    size_t size;
    char *text = verify_manifest_load(run, journal, e->epoch, e->seq, &size);

    run->forgotten = verify_room(run->forgotten, run->forgotten_count, sizeof *run->forgotten);
    run->forgotten[run->forgotten_count++] =
        (verify_forgotten){index, cli_strdup(json_string_value(entity)), e->epoch, e->seq};
    row_map_forget(&run->rows, index, json_string_value(entity), json_string_length(entity), e->epoch,
                   e->seq);
    if (!is_committed(text, size, json_object_get(audit, "digest"))) {
        verify_report(run, journal, e->epoch, e->seq, "manifest",
                      "the rows of the rewrite of %s are not those that the entry speaks of",
                      json_string_value(entity));
    } else {
        (void)verify_manifest_rows(run, index, e, text, size);
    }
    free(text);
}

void
verify_manifest(verify_run *run, int index, const verify_entry *e, const char *body, size_t size)
{
    json_error_t error;
    json_t *audit = json_loadb(body, size, JSON_ALLOW_NUL, &error);

    if (json_object_get(audit, "next_seq") != NULL) {
        verify_retirement(run, index, e, audit);
    } else if (!json_is_string(json_object_get(audit, "entity")) ||
               !json_is_string(json_object_get(audit, "digest"))) {
        verify_report(run, &run->journals[index], e->epoch, e->seq, "audit",
                      "the rewrite names no table or digest");
    } else if (run->side != NULL) {
        take_manifest(run, index, e, audit);
    }
    json_decref(audit);
}

void
verify_schema_change(verify_run *run, int index, const verify_entry *e, const char *body, size_t size)
{
    json_error_t error;
    json_t *audit = json_loadb(body, size, JSON_ALLOW_NUL, &error);

    if (json_is_true(json_object_get(audit, "lowered"))) {
        const char *command = json_string_value(json_object_get(audit, "command"));
        const char *object = json_string_value(json_object_get(audit, "object"));

        verify_report(run, &run->journals[index], e->epoch, e->seq, "guard_lowered",
                      "%s lowered the guard of %s", command != NULL ? command : "a command",
                      object != NULL ? object : "a table");
    }
    json_decref(audit);
}
