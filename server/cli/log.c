/* log.c - see log.h; mpos log verify. */
#include "log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "judge.h"
#include "log_files.h"
#include "sha.h"

static const char *const help = "Usage: mpos log verify --dir DIR --vkey KEY [--witness KEY]...\n\n"
                                "Checks a log that any software wrote as C2SP tlog-tiles: DIR/checkpoint, "
                                "DIR/tile/L/N[.p/W] and, where they are\n"
                                "there, DIR/tile/entries/N[.p/W], plain or as gzip. The checkpoint must be "
                                "signed by the log's key and cosigned by\n"
                                "every witness given; every tile of every level, partial ones too, must lead "
                                "to its root, and every entry to its leaf.\n"
                                "Memory does not grow with the log.\n\n"
                                "  --vkey KEY     public key of the log, name+id+base64; of several, one "
                                "must have signed and none wrongly\n"
                                "  --witness KEY  public key of a witness; can be given several times\n\n"
                                "Prints one line. Exit status: 0 in order, 1 not (the line names file and "
                                "place), 2 wrong command line.\n";

/* The partial tiles that the root is made of: one of them is wrong, or the root. */
static int
say_root(uint64_t size)
{
    char places[MPOS_TILE_LEVELS * (MPOS_TILE_PATH_MAX + 2)] = "";

    for (int level = 0; level < MPOS_TILE_LEVELS; level++) {
        uint64_t hashes = mpos_tile_hashes(size, level);
        mpos_tile_id id = {level, hashes / MPOS_TILE_WIDTH, (uint32_t)(hashes % MPOS_TILE_WIDTH)};

        if (id.width > 0) {
            strcat(places, places[0] == '\0' ? "" : ", ");
            mpos_tile_path(&id, places + strlen(places));
        }
    }
    return judge_bad("checkpoint: its root is not that of %s", size == 0 ? "an empty log" : places);
}

static int
say_fault(const log_files *files, const mpos_log_check *check, mpos_log_fault fault)
{
    char place[MPOS_TILE_PATH_MAX];

    if (fault == MPOS_LOG_SOURCE) {
        return judge_bad("%s", files->reason);
    }
    if (fault == MPOS_LOG_ROOT) {
        return say_root(check->size);
    }
    mpos_tile_path(&check->place, place);
    if (fault == MPOS_LOG_EDGE) {
        return judge_bad("%s: neither the checkpoint nor what is below it agrees with this tile", place);
    }
    return judge_bad("%s: its hash is not the one that the level above has of it", place);
}

static int
check_tiles(log_files *files, const judge_keys *keys, const mpos_checkpoint *checkpoint)
{
    mpos_log_check *check = cli_alloc(sizeof *check);
    mpos_log_source source = log_files_source;
    mpos_log_fault fault;
    char root[MPOS_BASE64_SIZE(32) + 1] = "";
    int status;

    source.host = files;
    files->size = checkpoint->size;
    fault = mpos_log_check_run(check, &cli_digest, &source, checkpoint->size, checkpoint->root);
    if (files->progress && files->leaves > 0) {
        fputs("\r\x1b[K", stderr);
    }
    mpos_base64(checkpoint->root, 32, root);
    status =
        fault != MPOS_LOG_OK
            ? say_fault(files, check, fault)
            : judge_ok("origin %.*s, size %llu, root %s, entries %llu, witnesses %zu",
                       (int)checkpoint->origin_size, checkpoint->origin, (unsigned long long)checkpoint->size,
                       root, (unsigned long long)files->entries, keys->count - keys->log_count);
    free(check);
    return status;
}

static int
judge_log(judge_keys *keys, const char *directory)
{
    log_files files;
    judge_note note;
    uint8_t *bytes;
    size_t size;
    int status = CLI_FINDINGS;

    if (!log_files_init(&files, directory)) {
        return judge_bad("%s", files.reason);
    }
    bytes = cli_alloc(MPOS_NOTE_SIZE_MAX + 1);
    if (!log_files_read(&files, "checkpoint", bytes, MPOS_NOTE_SIZE_MAX, &size)) {
        judge_bad("%s", files.reason);
    } else if (judge_checkpoint(keys, (const char *)bytes, size, "checkpoint: ", &note)) {
        status = check_tiles(&files, keys, &note.checkpoint);
    }
    free(bytes);
    log_files_dispose(&files);
    return status;
}

int
log_verify(const char *directory, const cli_list *vkeys, const cli_list *witnesses)
{
    judge_keys keys;
    int status = CLI_FINDINGS;

    if (judge_keys_init(&keys, vkeys, witnesses)) {
        status = judge_log(&keys, directory);
        judge_keys_dispose(&keys);
    }
    return status;
}

int
cli_log(int argc, char **argv)
{
    const char *directory = NULL;
    cli_list vkeys = {.count = 0}, witnesses = {.count = 0};
    const cli_option options[] = {
        {"--dir", .text = &directory}, {"--vkey", .list = &vkeys}, {"--witness", .list = &witnesses}, {0}};
    int rest = cli_options("log", help, options, argc, argv);

    if (rest != 1 || strcmp(argv[0], "verify") != 0 || vkeys.count == 0 || directory == NULL) {
        cli_usage("log", "log verify needs --dir and --vkey");
    }
    return log_verify(directory, &vkeys, &witnesses);
}
