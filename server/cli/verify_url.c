/*
 * verify_url.c - see verify_url.h. The order is that of a log: note, then tiles from the root down, then the headers in
 * the bundles, which must be those that the walk over a journal wants.
 */
#include "verify_url.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "bytes.h"
#include "cli.h"
#include "journal_header.h"
#include "log_check.h"
#include "sha.h"
#include "verify_http.h"

#define PAGE_SIZE_MAX (256u << 20)

typedef struct url_run {
    verify_run *run;
    const verify_address *address;
    http_reader http;
    char base[1024]; /* of the epoch at hand, with a slash */
    uint32_t epoch;
    long status;      /* of the last answer */
    char reason[256]; /* of what ended the check of the tiles */
} url_run;

static verify_journal *
journal_of(const url_run *u)
{
    return &u->run->journals[0];
}

/* Reads what stands below the epoch's address. False with a reason. */
static bool
get(url_run *u, const char *path, size_t size_max)
{
    char address[sizeof u->base + MPOS_TILE_PATH_MAX];

    snprintf(address, sizeof address, "%s%s", u->base, path);
    u->status = http_reader_get(&u->http, address, size_max);
    if (u->status != 200) {
        snprintf(u->reason, sizeof u->reason,
                 u->status == 0 ? "%s: longer than it may be" : "%s: HTTP status %ld", path, u->status);
    }
    return u->status == 200;
}

static mpos_err
read_tile(void *host, const mpos_tile_id *id, uint8_t out[MPOS_TILE_BYTES])
{
    url_run *u = host;
    mpos_tile_id full = {id->level, id->index, MPOS_TILE_WIDTH};
    char path[MPOS_TILE_PATH_MAX];

    mpos_tile_path(id, path);
    if (!get(u, path, MPOS_TILE_BYTES)) {
        /* A log may have dropped a partial tile when the full one was there. */
        mpos_tile_path(&full, path);
        if (id->width == MPOS_TILE_WIDTH || !get(u, path, MPOS_TILE_BYTES)) {
            return MPOS_E_JOURNAL_DAMAGED;
        }
    } else if (u->http.size != id->width * 32) {
        snprintf(u->reason, sizeof u->reason, "%s: %zu bytes", path, u->http.size);
        return MPOS_E_JOURNAL_DAMAGED;
    }
    memcpy(out, u->http.bytes, id->width * 32);
    return MPOS_OK;
}

/* A page of entries; the server may give fewer than asked for, but at least one. The caller decrefs. */
static json_t *
get_page(url_run *u, uint64_t from, size_t limit)
{
    char address[1024];
    json_error_t error;
    json_t *page;
    long status;

    snprintf(address, sizeof address, "%s/v1/journals/%s/entries?epoch=%u&from=%llu&limit=%zu",
             u->address->url, u->address->journal, u->epoch, (unsigned long long)from, limit);
    status = http_reader_get(&u->http, address, PAGE_SIZE_MAX);
    if (status != 200) {
        cli_fail("%s: HTTP status %ld", address, status);
    }
    page = json_loadb(u->http.bytes, u->http.size, 0, &error);
    if (json_array_size(json_object_get(page, "entries")) - 1 >= limit) {
        cli_fail("%s: not the entries that were asked for", address);
    }
    return page;
}

/* The entries of the tile with their payloads, from the address that wants a right: an array. The caller decrefs. */
static json_t *
get_payloads(url_run *u, const mpos_tile_id *id)
{
    json_t *entries = json_array();

    while (json_array_size(entries) < id->width) {
        size_t count = json_array_size(entries);
        json_t *page = get_page(u, id->index * MPOS_TILE_WIDTH + count, id->width - count);

        json_array_extend(entries, json_object_get(page, "entries"));
        json_decref(page);
    }
    return entries;
}

/* The payload of an entry of the page. NULL when it is null. The caller frees. */
static uint8_t *
read_payload(const json_t *entry, size_t *size_out)
{
    const json_t *text = json_object_get(entry, "payload");
    size_t room = json_string_length(text) / 4 * 3 + 1;
    uint8_t *bytes;

    if (!json_is_string(text)) {
        return NULL;
    }
    bytes = cli_alloc(room);
    if (mpos_base64_decode(json_string_value(text), json_string_length(text), bytes, room, size_out) !=
        MPOS_OK) {
        cli_fail("a payload is not base64");
    }
    return bytes;
}

static void
walk_entry(url_run *u, uint64_t seq, const uint8_t *header, const json_t *with_payload)
{
    verify_entry entry = {.epoch = u->epoch,
                          .seq = seq,
                          .header = header,
                          .header_size = MPOS_JOURNAL_HEADER_SIZE,
                          .payload_known = with_payload != NULL};
    uint8_t *payload = with_payload == NULL ? NULL : read_payload(with_payload, &entry.payload_size);

    entry.payload = payload;
    verify_walk_entry(u->run, 0, &entry);
    free(payload);
}

/* Bundles go with the months that are retired, from the first on; the leaves stand for them. */
static bool
take_retired(url_run *u, const mpos_tile_id *id, const uint8_t *hashes)
{
    if (u->status != 404 || journal_of(u)->entries > 0) {
        return false;
    }
    memcpy(u->run->retired_tile, hashes, id->width * 32);
    for (uint32_t i = 0; i < id->width; i++) {
        verify_walk_leaf(u->run, 0, u->epoch, id->index * MPOS_TILE_WIDTH + i, hashes + i * 32);
    }
    return true;
}

/* A bundle of headers, each behind its length; the hashes of the leaves are known to be right. */
static mpos_err
read_leaves(void *host, const mpos_tile_id *id, const uint8_t *hashes)
{
    enum { STEP = 2 + MPOS_JOURNAL_HEADER_SIZE };
    url_run *u = host;
    mpos_tile_id bundle = {MPOS_TILE_ENTRIES, id->index, id->width};
    char path[MPOS_TILE_PATH_MAX];
    uint8_t *bytes;
    size_t size;
    uint32_t at;
    json_t *page;

    mpos_tile_path(&bundle, path);
    if (!get(u, path, MPOS_BUNDLE_SIZE_MAX)) {
        return take_retired(u, id, hashes) ? MPOS_OK : MPOS_E_JOURNAL_DAMAGED;
    }
    size = u->http.size;
    bytes = cli_alloc(size + 1);
    memcpy(bytes, u->http.bytes, size);
    if (mpos_bundle_check(&cli_digest, bytes, size, id->width, hashes, id->width, &at) != MPOS_BUNDLE_OK ||
        size != id->width * STEP) {
        snprintf(u->reason, sizeof u->reason, "%s: entry %u is not the one of its leaf", path, at);
        free(bytes);
        return MPOS_E_JOURNAL_DAMAGED;
    }
    page = u->address->token != NULL ? get_payloads(u, id) : NULL;
    for (uint32_t i = 0; i < id->width; i++) {
        walk_entry(u, id->index * MPOS_TILE_WIDTH + i, bytes + i * STEP + 2, json_array_get(page, i));
    }
    json_decref(page);
    free(bytes);
    return MPOS_OK;
}

static void
check_tiles(url_run *u, const mpos_checkpoint *checkpoint)
{
    mpos_log_check *check = cli_alloc(sizeof *check);
    mpos_log_source source = {read_tile, read_leaves, u};
    char path[MPOS_TILE_PATH_MAX] = "checkpoint";
    mpos_log_fault fault =
        mpos_log_check_run(check, &cli_digest, &source, checkpoint->size, checkpoint->root);

    if (fault == MPOS_LOG_SOURCE) {
        verify_report(u->run, journal_of(u), u->epoch, VERIFY_NO_SEQ, "tile", "%s", u->reason);
    } else if (fault != MPOS_LOG_OK) {
        if (check->place.width > 0 && fault != MPOS_LOG_ROOT) {
            mpos_tile_path(&check->place, path);
        }
        verify_report(u->run, journal_of(u), u->epoch, VERIFY_NO_SEQ,
                      fault == MPOS_LOG_ROOT ? "root" : "tile", "%s: does not fit the tree", path);
    }
    free(check);
}

/* Origin without the epoch; 0 and no epoch when it has none. */
static size_t
split_origin(const mpos_checkpoint *checkpoint, uint64_t *epoch)
{
    size_t slash = checkpoint->origin_size;

    while (slash > 0 && checkpoint->origin[slash - 1] != '/') {
        slash--;
    }
    if (slash < 2 ||
        mpos_whole_parse(checkpoint->origin + slash, checkpoint->origin_size - slash, epoch) != MPOS_OK ||
        *epoch > UINT32_MAX) {
        return 0;
    }
    return slash - 1;
}

/* Every witness given must have cosigned the newest note. */
static void
check_witnesses(url_run *u, uint64_t size)
{
    const judge_keys *keys = &u->run->keys;

    for (size_t i = keys->log_count; i < keys->count; i++) {
        const mpos_note_key *key = &keys->signers[i].key;

        if (!keys->signers[i].signed_by) {
            verify_report(u->run, journal_of(u), u->epoch, VERIFY_NO_SEQ, "note",
                          "the witness %.*s has not cosigned the checkpoint of %llu entries",
                          (int)key->name_size, key->name, (unsigned long long)size);
        }
    }
}

/* The newest epoch, from the note that stands without one; its origin is the journal's from then on. */
static uint32_t
find_epoch(url_run *u)
{
    verify_journal *journal = journal_of(u);
    mpos_note note;
    mpos_checkpoint checkpoint;
    uint64_t epoch;
    size_t size;

    snprintf(u->base, sizeof u->base, "%s/v1/journals/%s/", u->address->url, u->address->journal);
    if (!get(u, "checkpoint", MPOS_NOTE_SIZE_MAX)) {
        cli_fail("%s%s", u->base, u->reason);
    }
    if (mpos_note_parse(u->http.bytes, u->http.size, &note) != MPOS_NOTE_OK ||
        mpos_checkpoint_parse(note.text, note.text_size, &checkpoint) != MPOS_OK ||
        (size = split_origin(&checkpoint, &epoch)) == 0) {
        verify_report(u->run, journal, 0, VERIFY_NO_SEQ, "note", "the checkpoint is not one of a journal");
        return 0;
    }
    journal->origin = cli_alloc(size + 1);
    memcpy(journal->origin, checkpoint.origin, size);
    journal->origin[size] = '\0';
    return (uint32_t)epoch;
}

/* last: the present epoch. An older one may have ended before there was a checkpoint of it. */
static void
check_epoch(url_run *u, bool last)
{
    verify_journal *journal = journal_of(u);
    char *note;
    size_t size;
    mpos_note parts;
    mpos_checkpoint checkpoint;

    snprintf(u->base, sizeof u->base, "%s/v1/journals/%s/epochs/%u/", u->address->url, u->address->journal,
             u->epoch);
    if (!get(u, "checkpoint", MPOS_NOTE_SIZE_MAX)) {
        verify_report(u->run, journal, u->epoch, VERIFY_NO_SEQ, "note", "%s", u->reason);
        return;
    }
    size = u->http.size;
    note = cli_alloc(size + 1);
    memcpy(note, u->http.bytes, size + 1);
    journal->checkpoints++;
    if (mpos_note_parse(note, size, &parts) != MPOS_NOTE_OK ||
        mpos_checkpoint_parse(parts.text, parts.text_size, &checkpoint) != MPOS_OK || checkpoint.size == 0) {
        verify_report(u->run, journal, u->epoch, VERIFY_NO_SEQ, "note", "the checkpoint is none");
    } else if (verify_note(u->run, journal, u->epoch, checkpoint.size, checkpoint.root, note, size)) {
        if (last) {
            check_witnesses(u, checkpoint.size);
        }
        check_tiles(u, &checkpoint);
    }
    free(note);
}

static void
read_id(const char *text, verify_journal *journal)
{
    size_t at = 0;

    for (const char *c = text; *c != '\0' && at < 16; c += 2) {
        c += *c == '-';
        if (sscanf(c, "%2hhx", &journal->id_bytes[at]) == 1) {
            at++;
        }
    }
    if (at != 16 || strlen(text) != 36) {
        cli_usage("verify", "--journal needs the id of a journal, not \"%s\"", text);
    }
    memcpy(journal->id, text, 37);
}

void
verify_url(verify_run *run, const verify_address *address)
{
    url_run u = {.run = run, .address = address};
    uint32_t last;

    run->journal_count = 1;
    run->journals = cli_alloc(sizeof *run->journals);
    memset(run->journals, 0, sizeof *run->journals);
    run->journals[0].asked = true;
    read_id(address->journal, &run->journals[0]);
    http_reader_init(&u.http, address->token, address->ca_file);
    last = find_epoch(&u);
    verify_walk_begin(run, 0);
    for (u.epoch = 0; run->journals[0].origin != NULL && u.epoch <= last; u.epoch++) {
        check_epoch(&u, u.epoch == last);
    }
    verify_walk_end(run, 0);
    http_reader_dispose(&u.http);
}
