/*
 * export_journals.c - the journals of a business: every entry with its payload, and each epoch as a log of C2SP tlog-tiles
 * as far as a checkpoint is signed. Words: epoch, checkpoint, bundle, tile.
 */
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "bytes.h"
#include "cli.h"
#include "export.h"
#include "journal_header.h"
#include "log_check.h"
#include "sha.h"
#include "unpack.h"
#include "verify_copy.h"
#include "vkeys.h"

/* One epoch while it is written. */
typedef struct epoch_run {
    export_run *run;
    char folder[128];
    uint64_t signed_size; /* of the checkpoint, 0: none */
    uint64_t entries;     /* written */
    uint64_t first_seq;
    uint64_t next_seq;
    uint8_t leaf[32]; /* of the last one */
    export_file lines;
    char lines_sum[65];
    uint8_t *bundle;
    size_t bundle_size;
    uint32_t bundle_count;
    char *text; /* of one line */
    size_t text_room;
} epoch_run;

static void
write_file(epoch_run *e, const char *name, const void *bytes, size_t size)
{
    char path[EXPORT_PATH_MAX];
    export_file file;

    snprintf(path, sizeof path, "%s/%s", e->folder, name);
    export_open(&e->run->files, &file, path);
    export_write(&file, bytes, size);
    export_close(&e->run->files, &file, NULL);
}

/* The signer's keys under the name of this log, one a line. */
static void
write_keys(epoch_run *e, const char *origin)
{
    char *text = vkeys_for(e->run->conn, origin);

    write_file(e, "vkey", text, strlen(text));
    free(text);
}

/* The newest checkpoint with all its cosignatures. */
static void
write_checkpoint(epoch_run *e, const char *journal, const char *epoch, const char *origin)
{
    const char *values[2] = {journal, epoch};
    PGresult *found = cli_query(
        e->run->conn,
        "SELECT c.size, c.note || coalesce((SELECT string_agg(line || E'\\n', '' ORDER BY key_name) "
        "FROM journal.cosignature s WHERE s.journal_id = c.journal_id AND s.epoch = c.epoch AND "
        "s.size = c.size), '') FROM journal.checkpoint c WHERE c.journal_id = $1 AND c.epoch = $2 "
        "ORDER BY c.size DESC LIMIT 1",
        2, values, false);

    if (PQntuples(found) > 0) {
        e->signed_size = strtoull(PQgetvalue(found, 0, 0), NULL, 10);
        write_file(e, "checkpoint", PQgetvalue(found, 0, 1), (size_t)PQgetlength(found, 0, 1));
        write_keys(e, origin);
    }
    PQclear(found);
}

/* Stored tiles may be wider than those of the checkpoint: these are their beginnings. */
static void
write_tiles(epoch_run *e, const char *journal, const char *epoch)
{
    char query[256], path[MPOS_TILE_PATH_MAX];
    copy_stream stream;
    const copy_row *row;

    snprintf(
        query, sizeof query,
        "SELECT level, n, hashes FROM journal.tile WHERE journal_id = '%s' AND epoch = %s ORDER BY level, n",
        journal, epoch);
    copy_begin(&stream, e->run->conn, query);
    while ((row = copy_next(&stream)) != NULL) {
        mpos_tile_id id = {.level = (int)copy_u32(row, 0), .index = copy_u64(row, 1)};

        id.width = mpos_tile_width(e->signed_size, id.level, id.index);
        if (id.width > 0 && row->sizes[2] >= (int)(id.width * 32)) {
            mpos_tile_path(&id, path);
            write_file(e, path, row->values[2], id.width * 32);
        }
    }
}

static void
write_bundle(epoch_run *e, uint64_t last_seq)
{
    mpos_tile_id id = {MPOS_TILE_ENTRIES, last_seq / MPOS_TILE_WIDTH, e->bundle_count};
    char path[MPOS_TILE_PATH_MAX];

    mpos_tile_path(&id, path);
    write_file(e, path, e->bundle, e->bundle_size);
    e->bundle_size = 0;
    e->bundle_count = 0;
}

/* A bundle begins at its first entry: one whose beginning was retired is left out. */
static void
bundle_entry(epoch_run *e, uint64_t seq, const uint8_t header[MPOS_JOURNAL_HEADER_SIZE])
{
    if (seq >= e->signed_size || seq % MPOS_TILE_WIDTH != e->bundle_count) {
        return;
    }
    mpos_put_u16(e->bundle + e->bundle_size, MPOS_JOURNAL_HEADER_SIZE);
    memcpy(e->bundle + e->bundle_size + 2, header, MPOS_JOURNAL_HEADER_SIZE);
    e->bundle_size += 2 + MPOS_JOURNAL_HEADER_SIZE;
    e->bundle_count++;
    if (e->bundle_count == MPOS_TILE_WIDTH || seq + 1 == e->signed_size) {
        write_bundle(e, seq);
    }
}

/* {"seq":3,"header":"...","payload":"..."} */
static void
write_line(epoch_run *e, uint64_t seq, const uint8_t *header, const uint8_t *payload, size_t payload_size)
{
    size_t need = 96 + MPOS_BASE64_SIZE(MPOS_JOURNAL_HEADER_SIZE) + MPOS_BASE64_SIZE(payload_size), size;

    if (need > e->text_room) {
        e->text_room = need * 2;
        e->text = cli_realloc(e->text, e->text_room);
    }
    size = (size_t)snprintf(e->text, e->text_room, "{\"seq\":%llu,\"header\":\"", (unsigned long long)seq);
    size += mpos_base64(header, MPOS_JOURNAL_HEADER_SIZE, e->text + size);
    if (payload == NULL) {
        size += (size_t)snprintf(e->text + size, e->text_room - size, "\",\"payload\":null}\n");
    } else {
        size += (size_t)snprintf(e->text + size, e->text_room - size, "\",\"payload\":\"");
        size += mpos_base64(payload, payload_size, e->text + size);
        size += (size_t)snprintf(e->text + size, e->text_room - size, "\"}\n");
    }
    export_write(&e->lines, e->text, size);
}

static void
write_entry(epoch_run *e, const copy_row *row)
{
    uint64_t seq = copy_u64(row, 0);
    const uint8_t *payload = NULL;
    size_t payload_size = 0;

    if (row->sizes[1] != MPOS_JOURNAL_HEADER_SIZE) {
        cli_fail("entry %llu of %s has no header: verify the books first", (unsigned long long)seq,
                 e->folder);
    }
    if (row->values[2] != NULL) {
        payload = cli_unpack(row->values[2], (size_t)row->sizes[2], &payload_size);
        if (payload == NULL) {
            cli_fail("the payload of entry %llu of %s is damaged: verify the books first",
                     (unsigned long long)seq, e->folder);
        }
    }
    if (e->entries++ == 0) {
        e->first_seq = seq;
    }
    e->next_seq = seq + 1;
    write_line(e, seq, row->values[1], payload, payload_size);
    bundle_entry(e, seq, row->values[1]);
    mpos_journal_leaf(&cli_digest, row->values[1], e->leaf);
    export_count(e->run);
}

/* Months that were detached and not yet dropped are read too: `tables` are their selects. */
static void
write_entries(epoch_run *e, const char *journal, const char *epoch, const char *tables)
{
    char path[EXPORT_PATH_MAX], *query;
    copy_stream stream;
    const copy_row *row;

    if (asprintf(&query,
                 "SELECT seq, header, packed FROM (SELECT * FROM journal.entry%s) e WHERE journal_id = '%s' "
                 "AND epoch = %s ORDER BY seq",
                 tables, journal, epoch) < 0) {
        cli_fail("out of memory");
    }
    snprintf(path, sizeof path, "%s/entries.jsonl", e->folder);
    export_open(&e->run->files, &e->lines, path);
    copy_begin(&stream, e->run->conn, query);
    while ((row = copy_next(&stream)) != NULL) {
        write_entry(e, row);
    }
    export_close(&e->run->files, &e->lines, e->lines_sum);
    free(query);
}

static json_t *
write_epoch(export_run *run, const char *journal, const char *epoch, const char *origin, const char *tables)
{
    epoch_run e = {.run = run};
    char name[512], leaf[65] = "";
    json_t *entry;

    snprintf(e.folder, sizeof e.folder, "journals/%s/%s", journal, epoch);
    snprintf(name, sizeof name, "%s/%s", origin, epoch);
    e.bundle = cli_alloc(MPOS_BUNDLE_SIZE_MAX);
    write_checkpoint(&e, journal, epoch, name);
    if (e.signed_size > 0) {
        write_tiles(&e, journal, epoch);
    }
    write_entries(&e, journal, epoch, tables);
    for (int i = 0; i < 32 && e.entries > 0; i++) {
        snprintf(leaf + 2 * i, 3, "%02x", e.leaf[i]);
    }
    entry =
        json_pack("{sisIsIsIsssIssss}", "epoch", atoi(epoch), "first_seq", (json_int_t)e.first_seq,
                  "next_seq", (json_int_t)e.next_seq, "entries", (json_int_t)e.entries, "leaf", leaf,
                  "checkpoint_size", (json_int_t)e.signed_size, "folder", e.folder, "sha256", e.lines_sum);
    free(e.bundle);
    free(e.text);
    return entry;
}

static json_t *
write_journal(export_run *run, const char *journal, const char *kind, const char *outlet, const char *origin,
              const char *tables)
{
    PGresult *epochs = cli_query(
        run->conn,
        "SELECT epoch FROM journal.segment WHERE journal_id = $1 UNION SELECT epoch FROM journal.head "
        "WHERE journal_id = $1 ORDER BY 1",
        1, &journal, false);
    json_t *list = json_array();

    for (int i = 0; i < PQntuples(epochs); i++) {
        json_array_append_new(list, write_epoch(run, journal, PQgetvalue(epochs, i, 0), origin, tables));
    }
    PQclear(epochs);
    return json_pack("{ssssssssso}", "journal_id", journal, "kind", kind, "outlet_id", outlet, "origin",
                     origin, "epochs", list);
}

/* " UNION ALL SELECT * FROM journal.entry_2026_01 ...": months that are no partitions any more. */
static char *
detached_months(PGconn *conn)
{
    PGresult *found = cli_query(
        conn,
        "SELECT coalesce(string_agg(format(' UNION ALL SELECT * FROM journal.%I', relname), ''), '') "
        "FROM pg_class WHERE relnamespace = 'journal'::regnamespace AND relkind = 'r' AND NOT "
        "relispartition AND relname ~ '^entry_[0-9]{4}_[0-9]{2}$'",
        0, NULL, false);
    char *text = cli_strdup(PQgetvalue(found, 0, 0));

    PQclear(found);
    return text;
}

void
export_journals(export_run *run)
{
    const char *tenant = run->tenant;
    char *tables = detached_months(run->conn);
    PGresult *journals = cli_query(run->conn,
                                   "SELECT journal_id, kind, coalesce(outlet_id::text, ''), origin FROM "
                                   "journal.journal WHERE tenant_id = $1 ORDER BY kind DESC, origin",
                                   1, &tenant, false);
    json_t *list = json_array();

    for (int i = 0; i < PQntuples(journals); i++) {
        json_array_append_new(list,
                              write_journal(run, PQgetvalue(journals, i, 0), PQgetvalue(journals, i, 1),
                                            PQgetvalue(journals, i, 2), PQgetvalue(journals, i, 3), tables));
    }
    json_object_set_new(run->manifest, "journals", list);
    PQclear(journals);
    free(tables);
}
