/*
 * log_files.h - a log in a directory, laid out as C2SP tlog-tiles: reading its files without trusting them, and the
 * partial tiles of older sizes beside them. Words: tile, bundle, place (path of a file below the directory).
 */
#ifndef MPOS_CLI_LOG_FILES_H
#define MPOS_CLI_LOG_FILES_H

#include "log_check.h"

typedef struct log_files {
    int directory;
    uint64_t size; /* of the checkpoint */
    uint64_t leaves;
    uint64_t entries;  /* leaves whose bundle was there */
    bool progress;     /* somebody is watching */
    char reason[320];  /* of the error that ended the check, with the place */
    uint8_t *bundle;   /* MPOS_BUNDLE_SIZE_MAX + 1 bytes */
    uint8_t *unzipped; /* as many */
} log_files;

/* Opens the directory. False with a reason; otherwise log_files_dispose frees. */
bool
log_files_init(log_files *files, const char *path);
void
log_files_dispose(log_files *files);

/* Reads a whole file of at most size_max bytes. False with a reason when it is not there, no plain file or longer. */
bool
log_files_read(log_files *files, const char *place, uint8_t *out, size_t size_max, size_t *size_out);

/* What the core's check reads from; its host is the log_files. */
extern const mpos_log_source log_files_source;

#endif
