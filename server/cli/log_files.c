/* log_files.c - see log_files.h. */
#include "log_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checkpoint.h"
#include "cli.h"
#include "gunzip.h"
#include "sha.h"

/* Leaves between two lines of progress. */
#define PROGRESS_LEAVES (1u << 18)

static mpos_err
refuse(log_files *files, const char *format, ...) __attribute__((format(printf, 2, 3)));

static mpos_err
refuse(log_files *files, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(files->reason, sizeof files->reason, format, args);
    va_end(args);
    return MPOS_E_JOURNAL_DAMAGED;
}

bool
log_files_init(log_files *files, const char *path)
{
    memset(files, 0, sizeof *files);
    files->directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (files->directory < 0) {
        refuse(files, "%.200s: %s", path, strerror(errno));
        return false;
    }
    files->bundle = cli_alloc(MPOS_BUNDLE_SIZE_MAX + 1);
    files->unzipped = cli_alloc(MPOS_BUNDLE_SIZE_MAX + 1);
    files->progress = isatty(STDERR_FILENO);
    return true;
}

void
log_files_dispose(log_files *files)
{
    close(files->directory);
    free(files->bundle);
    free(files->unzipped);
}

/* A plain file that can be read, -1 otherwise (errno ENOENT: it is not there). Does not wait at a pipe. */
static int
open_file(log_files *files, const char *place)
{
    struct stat found;
    int fd = openat(files->directory, place, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0) {
        if (errno == ENOTDIR) {
            errno = ENOENT;
        }
        return -1;
    }
    if (fstat(fd, &found) != 0 || !S_ISREG(found.st_mode)) {
        close(fd);
        errno = EISDIR;
        return -1;
    }
    return fd;
}

/* Reads up to one byte more than size_max, so that too much can be told. */
static bool
read_all(int fd, uint8_t *out, size_t size_max, size_t *size_out)
{
    size_t size = 0;
    ssize_t got = 1;

    while (got != 0 && size <= size_max) {
        got = read(fd, out + size, size_max + 1 - size);
        if (got < 0 && errno != EINTR) {
            return false;
        }
        size += got > 0 ? (size_t)got : 0;
    }
    *size_out = size;
    return true;
}

/* out has room for size_max + 1 bytes. *missing, when asked for, tells a file that is not there from other reasons. */
static bool
read_file(log_files *files, const char *place, uint8_t *out, size_t size_max, size_t *size_out, bool *missing)
{
    int fd = open_file(files, place);
    bool got = fd >= 0 && read_all(fd, out, size_max, size_out);

    if (missing != NULL) {
        *missing = fd < 0 && errno == ENOENT;
    }
    if (!got) {
        refuse(files, "%s: %s", place, errno == EISDIR ? "not a plain file" : strerror(errno));
    } else if (*size_out > size_max) {
        refuse(files, "%s: longer than %zu bytes", place, size_max);
        got = false;
    }
    if (fd >= 0) {
        close(fd);
    }
    return got;
}

bool
log_files_read(log_files *files, const char *place, uint8_t *out, size_t size_max, size_t *size_out)
{
    return read_file(files, place, out, size_max, size_out, NULL);
}

/* The hashes of the tile as that file of its own width has them; it must have exactly that many. */
static mpos_err
read_hashes(log_files *files, const mpos_tile_id *id, uint8_t *out, bool *missing)
{
    char place[MPOS_TILE_PATH_MAX];
    size_t size;

    mpos_tile_path(id, place);
    if (!read_file(files, place, out, id->width * 32, &size, missing)) {
        return MPOS_E_JOURNAL_DAMAGED;
    }
    return size == id->width * 32 ? MPOS_OK
                                  : refuse(files, "%s: %zu bytes, not %u", place, size, id->width * 32);
}

/* Compares another width of a tile with what is known of it; what lies behind the checkpoint cannot be judged. */
static mpos_err
compare_tile(log_files *files, const mpos_tile_id *other, uint32_t known, const uint8_t *hashes)
{
    uint8_t found[MPOS_TILE_BYTES + 1];
    char place[MPOS_TILE_PATH_MAX];
    bool missing;
    uint32_t common = other->width < known ? other->width : known;

    if (read_hashes(files, other, found, &missing) != MPOS_OK) {
        return missing ? MPOS_OK : MPOS_E_JOURNAL_DAMAGED;
    }
    mpos_tile_path(other, place);
    return memcmp(found, hashes, common * 32) == 0
               ? MPOS_OK
               : refuse(files, "%s: another tile than the checkpoint's", place);
}

static const char *const bundle_reasons[] = {
    [MPOS_BUNDLE_SHORT] = "the bundle ends too early",
    [MPOS_BUNDLE_LONG] = "bytes follow the last entry",
    [MPOS_BUNDLE_ENTRY] = "not the entry of its leaf",
};

/*
 * Checks one bundle file, if it is there, against the leaves that are known. Logs may hand bundles out with gzip as their
 * encoding, and a copy of one holds them so; what cannot be a bundle as it is may be one after that.
 */
static mpos_err
compare_bundle(log_files *files, const mpos_tile_id *id, uint32_t known, const uint8_t *hashes, bool *missing)
{
    mpos_tile_id bundle = {MPOS_TILE_ENTRIES, id->index, id->width};
    char place[MPOS_TILE_PATH_MAX];
    size_t size;
    uint32_t at, common = id->width < known ? id->width : known;
    mpos_bundle_fault fault;

    mpos_tile_path(&bundle, place);
    if (!read_file(files, place, files->bundle, MPOS_BUNDLE_SIZE_MAX, &size, missing)) {
        return *missing ? MPOS_OK : MPOS_E_JOURNAL_DAMAGED;
    }
    fault = mpos_bundle_check(&cli_digest, files->bundle, size, id->width, hashes, common, &at);
    if (fault != MPOS_BUNDLE_OK && gunzip_looks_like(files->bundle, size)) {
        if (!gunzip_whole(files->bundle, size, files->unzipped, MPOS_BUNDLE_SIZE_MAX, &size)) {
            return refuse(files, "%s: it is gzip and damaged, or longer than a bundle can be", place);
        }
        fault = mpos_bundle_check(&cli_digest, files->unzipped, size, id->width, hashes, common, &at);
    }
    return fault == MPOS_BUNDLE_OK ? MPOS_OK
                                   : refuse(files, "%s: entry %u: %s", place, at, bundle_reasons[fault]);
}

/* Runs over the widths that lie beside the one that the checkpoint asks for: partial ones, and the full one. */
typedef mpos_err (*compare_fn)(log_files *files, const mpos_tile_id *other, uint32_t known,
                               const uint8_t *hashes);

static mpos_err
compare_others(log_files *files, const mpos_tile_id *id, uint32_t skip, const uint8_t *hashes,
               compare_fn compare)
{
    mpos_tile_id other = {id->level, id->index, MPOS_TILE_WIDTH};
    char place[MPOS_TILE_PATH_MAX];
    mpos_err err = skip == MPOS_TILE_WIDTH ? MPOS_OK : compare(files, &other, id->width, hashes);
    int fd;
    DIR *widths;
    const struct dirent *entry;

    mpos_tile_path(&other, place);
    strcat(place, ".p"); /* the longest path has room for a width behind it */
    fd = openat(files->directory, place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    widths = fd >= 0 ? fdopendir(fd) : NULL;
    while (err == MPOS_OK && widths != NULL && (entry = readdir(widths)) != NULL) {
        uint64_t width;

        /* Other names are nobody's tiles. */
        if (mpos_whole_parse(entry->d_name, strlen(entry->d_name), &width) == MPOS_OK && width > 0 &&
            width < MPOS_TILE_WIDTH && width != skip) {
            other.width = (uint32_t)width;
            err = compare(files, &other, id->width, hashes);
        }
    }
    if (widths != NULL) {
        closedir(widths);
    } else if (fd >= 0) {
        close(fd);
    }
    return err;
}

static mpos_err
read_tile(void *host, const mpos_tile_id *id, uint8_t out[MPOS_TILE_BYTES])
{
    log_files *files = host;
    uint8_t found[MPOS_TILE_BYTES + 1];
    mpos_tile_id held = *id;
    bool missing;
    mpos_err err = read_hashes(files, id, found, &missing);

    if (err != MPOS_OK && missing && id->width < MPOS_TILE_WIDTH) {
        /* A log may drop a partial tile once the full one is there. */
        char reason[sizeof files->reason];

        memcpy(reason, files->reason, sizeof reason);
        held.width = MPOS_TILE_WIDTH;
        err = read_hashes(files, &held, found, &missing);
        if (err != MPOS_OK && missing) {
            memcpy(files->reason, reason, sizeof reason);
        }
    }
    if (err != MPOS_OK) {
        return err;
    }
    memcpy(out, found, id->width * 32);
    return compare_others(files, id, held.width, out, compare_tile);
}

static mpos_err
compare_other_bundle(log_files *files, const mpos_tile_id *other, uint32_t known, const uint8_t *hashes)
{
    mpos_tile_id tile = {0, other->index, other->width};
    bool missing;

    return compare_bundle(files, &tile, known, hashes, &missing);
}

static mpos_err
read_leaves(void *host, const mpos_tile_id *id, const uint8_t *hashes)
{
    log_files *files = host;
    mpos_tile_id bundles = {MPOS_TILE_ENTRIES, id->index, id->width}, full = {0, id->index, MPOS_TILE_WIDTH};
    bool missing, full_missing = true;
    mpos_err err = compare_bundle(files, id, id->width, hashes, &missing);

    if (err == MPOS_OK && missing && id->width < MPOS_TILE_WIDTH) {
        err = compare_bundle(files, &full, id->width, hashes, &full_missing);
    }
    if (err == MPOS_OK) {
        err = compare_others(files, &bundles, id->width, hashes, compare_other_bundle);
    }
    files->leaves += id->width;
    files->entries += missing && full_missing ? 0 : id->width;
    if (files->progress && files->leaves / PROGRESS_LEAVES != (files->leaves - id->width) / PROGRESS_LEAVES) {
        fprintf(stderr, "\r%llu of %llu leaves ", (unsigned long long)files->leaves,
                (unsigned long long)files->size);
    }
    return err;
}

const mpos_log_source log_files_source = {read_tile, read_leaves, NULL};
