/*
 * export_check.c - whether an export is whole and what it says of itself is so: sums, counts, chains of entries, trees and
 * checkpoints. Nothing but the directory is read.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base64.h"
#include "checkpoint.h"
#include "cli.h"
#include "export.h"
#include "journal_header.h"
#include "log.h"
#include "merkle.h"
#include "note.h"
#include "sha.h"

typedef struct check_run {
    const char *name;
    int directory;
    int faults;
    uint64_t files;
    uint64_t rows;
    uint64_t entries;
} check_run;

static void
fault(check_run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void
fault(check_run *run, const char *format, ...)
{
    va_list args;

    run->faults++;
    fputs("bad: ", stdout);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

static FILE *
open_file(const check_run *run, const char *path)
{
    int fd = openat(run->directory, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    return fd < 0 ? NULL : fdopen(fd, "r");
}

static json_t *
read_manifest(check_run *run)
{
    FILE *file = open_file(run, "manifest.json");
    json_error_t error;
    json_t *manifest = NULL;

    if (file == NULL) {
        fault(run, "manifest.json: %s", strerror(errno));
        return NULL;
    }
    manifest = json_loadf(file, JSON_REJECT_DUPLICATES, &error);
    fclose(file);
    if (manifest == NULL) {
        fault(run, "manifest.json: line %d: %s", error.line, error.text);
        return NULL;
    }
    if (strcmp(json_string_value(json_object_get(manifest, "format")) ?: "", EXPORT_FORMAT) != 0) {
        fault(run, "manifest.json: not the manifest of an export of format %s", EXPORT_FORMAT);
        json_decref(manifest);
        return NULL;
    }
    return manifest;
}

static bool
is_below(const char *path)
{
    return path[0] != '/' && strstr(path, "..") == NULL && path[0] != '\0';
}

/* A line "<64 hex>  <path>". */
static void
check_sum(check_run *run, char *line)
{
    char sum[65];

    if (strlen(line) < 67 || line[64] != ' ' || line[65] != ' ' || !is_below(line + 66)) {
        fault(run, "SHA256SUMS: line %llu is none", (unsigned long long)run->files + 1);
        return;
    }
    line[64] = '\0';
    if (!export_sum(run->directory, line + 66, sum, NULL)) {
        fault(run, "%s: %s", line + 66, strerror(errno));
    } else if (strcmp(sum, line) != 0) {
        fault(run, "%s: its sum is another", line + 66);
    }
    run->files++;
}

static void
check_sums(check_run *run, const json_t *manifest)
{
    const char *wanted = json_string_value(json_object_get(manifest, "sums_sha256"));
    FILE *file = open_file(run, "SHA256SUMS");
    char sum[65], *line = NULL;
    size_t room = 0;
    ssize_t size;

    if (file == NULL || !export_sum(run->directory, "SHA256SUMS", sum, NULL)) {
        fault(run, "SHA256SUMS: %s", strerror(errno));
        return;
    }
    if (wanted == NULL || strcmp(wanted, sum) != 0) {
        fault(run, "SHA256SUMS: its sum is not the one in the manifest");
    }
    while ((size = getline(&line, &room, file)) > 0) {
        line[strcspn(line, "\n")] = '\0';
        check_sum(run, line);
    }
    free(line);
    fclose(file);
}

static uint64_t found_files;

static int
count_file(const char *path, const struct stat *found, int type, struct FTW *walk)
{
    (void)path;
    (void)found;
    (void)walk;
    found_files += type != FTW_D;
    return 0;
}

/* What nobody sums up is not part of the export. */
static void
check_strangers(check_run *run)
{
    found_files = 0;
    if (nftw(run->name, count_file, 16, FTW_PHYS) == 0 && found_files != run->files + 2) {
        fault(run, "%llu files are there, %llu are named", (unsigned long long)found_files,
              (unsigned long long)run->files + 2);
    }
}

static void
check_table(check_run *run, const json_t *table)
{
    const char *path = json_string_value(json_object_get(table, "file"));
    size_t columns = json_array_size(json_object_get(table, "columns"));
    FILE *file = path == NULL || !is_below(path) ? NULL : open_file(run, path);
    char *line = NULL;
    size_t room = 0;
    json_int_t rows = 0;
    ssize_t size;

    if (file == NULL) {
        return; /* the sums have told */
    }
    while ((size = getline(&line, &room, file)) > 0) {
        json_t *row = json_loadb(line, (size_t)size, 0, NULL);

        rows++;
        if (json_array_size(row) != columns || columns == 0) {
            fault(run, "%s: line %lld is no row of %zu values", path, (long long)rows, columns);
        }
        json_decref(row);
    }
    if (rows != json_integer_value(json_object_get(table, "rows"))) {
        fault(run, "%s: %lld rows, the manifest says %lld", path, (long long)rows,
              (long long)json_integer_value(json_object_get(table, "rows")));
    }
    run->rows += (uint64_t)rows;
    free(line);
    fclose(file);
}

/* The chain of an epoch as its lines are read. */
typedef struct chain {
    check_run *run;
    const char *folder;
    uint64_t line;
    uint64_t seq; /* of the next entry */
    bool known;   /* leaf is that of the entry before */
    uint8_t leaf[32];
    bool whole; /* from the first entry on: the tree can be computed */
    mpos_merkle_frontier tree;
    uint64_t claim_size; /* of the checkpoint */
    uint8_t claim_root[32];
} chain;

/* Bytes of a member in base64; NULL when it is none. */
static uint8_t *
bytes_of(const json_t *object, const char *member, size_t *size)
{
    const json_t *text = json_object_get(object, member);
    size_t room = json_string_length(text) / 4 * 3 + 4;
    uint8_t *bytes;

    if (!json_is_string(text)) {
        return NULL;
    }
    bytes = cli_alloc(room);
    if (mpos_base64_decode(json_string_value(text), json_string_length(text), bytes, room, size) != MPOS_OK) {
        free(bytes);
        return NULL;
    }
    return bytes;
}

static void
check_payload(chain *c, const json_t *entry, const mpos_journal_header *header)
{
    size_t size = 0;
    uint8_t hash[32], *payload;

    if (json_is_null(json_object_get(entry, "payload"))) {
        return; /* erased; an entry of kind 4 says so, which mpos verify has checked */
    }
    payload = bytes_of(entry, "payload", &size);
    mpos_journal_payload_hash(&cli_digest, payload, payload == NULL ? 0 : size, hash);
    if (payload == NULL || memcmp(hash, header->payload_hash, sizeof hash) != 0) {
        fault(c->run, "%s/entries.jsonl: line %llu: the payload is not the one that the header commits to",
              c->folder, (unsigned long long)c->line);
    }
    free(payload);
}

static void
check_header(chain *c, const json_t *entry, const uint8_t *bytes)
{
    mpos_journal_header header;

    if (mpos_journal_header_decode(bytes, &header) != MPOS_OK || header.seq != c->seq ||
        json_integer_value(json_object_get(entry, "seq")) != (json_int_t)c->seq) {
        fault(c->run, "%s/entries.jsonl: line %llu: not entry %llu", c->folder, (unsigned long long)c->line,
              (unsigned long long)c->seq);
        return;
    }
    if (c->known && memcmp(header.prev, c->leaf, sizeof c->leaf) != 0) {
        fault(c->run, "%s/entries.jsonl: line %llu: does not follow the entry before", c->folder,
              (unsigned long long)c->line);
    }
    check_payload(c, entry, &header);
}

static void
check_root(chain *c)
{
    uint8_t root[32];

    if (!c->whole || c->seq != c->claim_size) {
        return;
    }
    mpos_merkle_root(&cli_digest, &c->tree, root);
    if (memcmp(root, c->claim_root, sizeof root) != 0) {
        fault(c->run, "%s/entries.jsonl: the first %llu entries have another root than the checkpoint",
              c->folder, (unsigned long long)c->seq);
    }
}

static void
check_line(chain *c, const char *line, size_t size)
{
    json_t *entry = json_loadb(line, size, 0, NULL);
    size_t header_size = 0;
    uint8_t *bytes = bytes_of(entry, "header", &header_size);

    c->line++;
    if (bytes == NULL || header_size != MPOS_JOURNAL_HEADER_SIZE) {
        fault(c->run, "%s/entries.jsonl: line %llu is no entry", c->folder, (unsigned long long)c->line);
        c->known = c->whole = false;
    } else {
        check_header(c, entry, bytes);
        mpos_journal_leaf(&cli_digest, bytes, c->leaf);
        c->known = true;
        mpos_merkle_push(&cli_digest, &c->tree, c->leaf);
    }
    c->seq++;
    check_root(c);
    free(bytes);
    json_decref(entry);
}

/* The checkpoint's own size and root; its signature is checked with the tiles. */
static void
read_claim(chain *c)
{
    char path[EXPORT_PATH_MAX], note[16384];
    FILE *file;
    size_t size = 0;
    mpos_note parts;
    mpos_checkpoint checkpoint;

    snprintf(path, sizeof path, "%s/checkpoint", c->folder);
    file = open_file(c->run, path);
    if (file != NULL) {
        size = fread(note, 1, sizeof note, file);
        fclose(file);
    }
    if (size == 0 || mpos_note_parse(note, size, &parts) != MPOS_NOTE_OK ||
        mpos_checkpoint_parse(parts.text, parts.text_size, &checkpoint) != MPOS_OK ||
        checkpoint.size != c->claim_size) {
        fault(c->run, "%s: not a checkpoint of %llu entries", path, (unsigned long long)c->claim_size);
        return;
    }
    memcpy(c->claim_root, checkpoint.root, sizeof c->claim_root);
}

static void
check_end(chain *c, const json_t *epoch)
{
    const char *leaf = json_string_value(json_object_get(epoch, "leaf"));
    char own[65] = "";

    for (int i = 0; i < 32 && c->line > 0; i++) {
        snprintf(own + 2 * i, 3, "%02x", c->leaf[i]);
    }
    if ((json_int_t)c->line != json_integer_value(json_object_get(epoch, "entries")) || leaf == NULL ||
        strcmp(leaf, own) != 0) {
        fault(c->run, "%s/entries.jsonl: does not end where the manifest says", c->folder);
    }
    c->run->entries += c->line;
}

/* Keys of the log, one a line; they stay for the life of the program. */
static void
read_keys(const check_run *run, const char *folder, cli_list *keys)
{
    char path[EXPORT_PATH_MAX], line[1024];
    FILE *file;

    snprintf(path, sizeof path, "%s/vkey", folder);
    file = open_file(run, path);
    while (file != NULL && keys->count < CLI_LIST_MAX && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        keys->items[keys->count++] = cli_strdup(line);
    }
    if (file != NULL) {
        fclose(file);
    }
}

static void
check_log(check_run *run, const char *folder)
{
    cli_list keys = {.count = 0}, none = {.count = 0};
    char path[EXPORT_PATH_MAX * 2];

    read_keys(run, folder, &keys);
    snprintf(path, sizeof path, "%s/%s", run->name, folder);
    if (keys.count == 0) {
        fault(run, "%s/vkey: no key", folder);
    } else if (log_verify(path, &keys, &none) != CLI_OK) {
        run->faults++;
    }
}

/* The first epoch follows nothing; what a later one follows is in its first entry, and mpos verify has looked at it. */
static void
begin_chain(chain *c, const char *origin)
{
    char name[512];

    snprintf(name, sizeof name, "%s/0", origin);
    mpos_journal_genesis(&cli_digest, name, (uint16_t)strlen(name), 0, NULL, c->leaf);
    c->known = true;
}

static void
check_epoch(check_run *run, const json_t *journal, const json_t *epoch)
{
    chain c = {.run = run,
               .folder = json_string_value(json_object_get(epoch, "folder")),
               .seq = (uint64_t)json_integer_value(json_object_get(epoch, "first_seq")),
               .claim_size = (uint64_t)json_integer_value(json_object_get(epoch, "checkpoint_size"))};
    const char *origin = json_string_value(json_object_get(journal, "origin"));
    json_int_t number = json_integer_value(json_object_get(epoch, "epoch"));
    char path[EXPORT_PATH_MAX], *line = NULL;
    size_t room = 0;
    ssize_t size;
    FILE *file;

    if (c.folder == NULL || origin == NULL || !is_below(c.folder) ||
        strlen(c.folder) > EXPORT_PATH_MAX - 32) {
        fault(run, "manifest.json: an epoch has no folder");
        return;
    }
    snprintf(path, sizeof path, "%s/entries.jsonl", c.folder);
    file = open_file(run, path);
    if (file == NULL) {
        fault(run, "%s: %s", path, strerror(errno));
        return;
    }
    c.whole = c.seq == 0;
    if (c.claim_size > 0) {
        read_claim(&c);
    }
    mpos_merkle_init(&c.tree);
    if (c.whole && number == 0) {
        begin_chain(&c, origin);
    }
    while ((size = getline(&line, &room, file)) > 0) {
        check_line(&c, line, (size_t)size);
    }
    free(line);
    fclose(file);
    check_end(&c, epoch);
    if (c.claim_size > 0) {
        check_log(run, c.folder);
    }
}

int
export_check(const char *directory)
{
    check_run run = {.name = directory, .directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    json_t *manifest, *one, *epoch;
    size_t i, k;

    if (run.directory < 0) {
        cli_fail("%s: %s", directory, strerror(errno));
    }
    manifest = read_manifest(&run);
    if (manifest != NULL) {
        check_sums(&run, manifest);
        check_strangers(&run);
        json_array_foreach(json_object_get(manifest, "tables"), i, one)
        {
            check_table(&run, one);
        }
        json_array_foreach(json_object_get(manifest, "journals"), i, one)
        {
            json_array_foreach(json_object_get(one, "epochs"), k, epoch)
            {
                check_epoch(&run, one, epoch);
            }
        }
        json_decref(manifest);
    }
    close(run.directory);
    printf("%s: %llu files, %llu rows, %llu entries, %d faults\n", run.faults == 0 ? "whole" : "NOT WHOLE",
           (unsigned long long)run.files, (unsigned long long)run.rows, (unsigned long long)run.entries,
           run.faults);
    return run.faults;
}

void
export_digest(const char *directory, char out[65])
{
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 || !export_sum(fd, "manifest.json", out, NULL)) {
        cli_fail("%s: manifest.json cannot be read: %s", directory, strerror(errno));
    }
    close(fd);
}
