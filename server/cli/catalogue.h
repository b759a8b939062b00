/* catalogue.h - mpos catalogue: tables of the catalogue between CSV files and a running server. */
#ifndef MPOS_CLI_CATALOGUE_H
#define MPOS_CLI_CATALOGUE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "verify_http.h"

#define CATALOGUE_ANSWER_MAX (64 * 1024 * 1024)

typedef struct catalogue_options {
    const char *path;
    const char *kind;
    const char *url;
    const char *token;
    const char *ca_file;
    char separator;
    bool dry_run;
} catalogue_options;

/* Both return a cli_status. */
int
catalogue_import(const catalogue_options *options);
int
catalogue_export(const catalogue_options *options);

/* The answer as JSON; ends the program when it is none, or when status is not 200, with what the problem says. */
json_t *
catalogue_answer(const http_reader *http, long status);

/* So many rows are done; on a terminal in place, else now and then. */
void
catalogue_progress(const char *word, size_t rows, bool last);

#endif
