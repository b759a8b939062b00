/*
 * export_files.h - files of an export: written with their sums into DIR.part, which becomes DIR when all of them are on the
 * disk; and read again. Words: sums.
 */
#ifndef MPOS_CLI_EXPORT_FILES_H
#define MPOS_CLI_EXPORT_FILES_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define EXPORT_PATH_MAX 512

typedef struct export_files {
    char target[EXPORT_PATH_MAX];
    char part[EXPORT_PATH_MAX + 8];
    int directory;
    FILE *sums;
    uint64_t count;
} export_files;

/* One file that is being written; export_close gives its sum. */
typedef struct export_file {
    char path[EXPORT_PATH_MAX];
    FILE *file;
    EVP_MD_CTX *digest;
    uint64_t size;
} export_file;

/* Begins an export that is to become `target`, which must not exist; what an earlier one left is removed. */
void
export_begin(export_files *files, const char *target);

/* Opens a file below the directory, making folders on the way. */
void
export_open(export_files *files, export_file *file, const char *path);
void
export_write(export_file *file, const void *bytes, size_t size);

/* Closes it, adds it to the sums and writes its SHA-256 in hex. sum may be NULL. */
void
export_close(export_files *files, export_file *file, char sum[65]);

/* Closes the sums themselves; sum is that of SHA256SUMS. */
void
export_close_sums(export_files *files, char sum[65]);

/* Writes a file that is not among the sums. */
void
export_put(export_files *files, const char *path, const void *bytes, size_t size);

/* Everything to the disk, then DIR.part becomes DIR. */
void
export_commit(export_files *files);

/* SHA-256 of a file in hex; false when it cannot be read. size may be NULL. */
bool
export_sum(int directory, const char *path, char sum[65], uint64_t *size);

#endif
