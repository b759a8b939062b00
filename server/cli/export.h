/*
 * export.h - everything of one business in a directory of its own (docs/reference/export.md). Words: export, table, journal,
 * sums (SHA256SUMS), manifest.
 */
#ifndef MPOS_CLI_EXPORT_H
#define MPOS_CLI_EXPORT_H

#include <jansson.h>
#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "export_files.h"

#define EXPORT_FORMAT "mpos-export-1"

typedef struct export_run {
    PGconn *conn; /* in one read-only snapshot */
    char tenant[37];
    bool personal;
    export_files files;
    json_t *manifest;
    uint64_t rows; /* written, entries too */
    uint64_t rows_all;
    double began_s, told_s;
} export_run;

/* Writes all tables of the business and their part of the manifest. */
void
export_tables(export_run *run);

/* Writes all journals of the business: entries, and tiles and checkpoint as a log that any software can check. */
void
export_journals(export_run *run);

/* Counts a row; says now and then how far it is when somebody is watching. */
void
export_count(export_run *run);

/* Checks an export: sums, counts, chains, trees, checkpoints. One line for each fault; how many there are. */
int
export_check(const char *directory);

/* The SHA-256 of a manifest in hex, by which an export is known. Ends the program when it cannot be read. */
void
export_digest(const char *directory, char out[65]);

#endif
