/*
 * catalogue_import.c - mpos catalogue import. The file is read twice: all batches are only looked at first, then written, so that
 * a wrong line near the end leaves nothing half done.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalogue.h"
#include "cli.h"
#include "csv_rows.h"

#define BATCH_ROWS_MAX 1000
#define BATCH_BYTES_MAX 500000 /* of cells; what quoting adds still fits into a request */

typedef struct import {
    const catalogue_options *options;
    http_reader http;
    char address[2048];
    csv_rows rows;
    json_t *columns;
    json_t *batch;
    size_t batch_bytes;
    bool dry_run;
    size_t row_count;
    size_t made;
    size_t changed;
    size_t wrong;
} import;

static json_t *
text_of(const import *in, size_t i)
{
    size_t size;
    const char *bytes = csv_rows_cell(&in->rows, i, &size);
    json_t *text = json_stringn(bytes, size);

    if (text == NULL) {
        cli_fail("%s:%zu: cell %zu is not UTF-8", in->options->path, in->rows.row_line, i + 1);
    }
    return text;
}

static json_t *
texts_of_row(const import *in)
{
    json_t *texts = json_array();

    for (size_t i = 0; i < in->rows.cell_count; i++) {
        json_array_append_new(texts, text_of(in, i));
    }
    return texts;
}

static void
tell_errors(import *in, json_t *answer)
{
    json_t *errors = json_object_get(answer, "errors");

    for (size_t i = 0; i < json_array_size(errors); i++) {
        json_t *error = json_array_get(errors, i);

        printf("%s:%lld: %s: %s (%s)\n", in->options->path,
               (long long)json_integer_value(json_object_get(error, "line")),
               json_string_value(json_object_get(error, "column")),
               json_string_value(json_object_get(error, "detail")),
               json_string_value(json_object_get(error, "code")));
    }
    in->wrong += json_array_size(errors) + (size_t)json_integer_value(json_object_get(answer, "more_errors"));
}

static void
send_batch(import *in)
{
    size_t count = json_array_size(in->batch);
    unsigned char random[16];
    char key[33];
    json_t *request;
    json_t *answer;
    char *body;

    if (count == 0) {
        return;
    }
    randombytes_buf(random, sizeof random);
    request = json_pack("{s:s, s:b, s:O, s:o}", "kind", in->options->kind, "dry_run", (int)in->dry_run,
                        "columns", in->columns, "rows", in->batch);
    body = json_dumps(request, JSON_COMPACT);
    answer =
        catalogue_answer(&in->http, http_reader_post(&in->http, in->address, body,
                                                     sodium_bin2hex(key, sizeof key, random, sizeof random),
                                                     CATALOGUE_ANSWER_MAX));
    tell_errors(in, answer);
    in->made += (size_t)json_integer_value(json_object_get(answer, "made"));
    in->changed += (size_t)json_integer_value(json_object_get(answer, "changed"));
    in->row_count += count;
    json_decref(answer);
    json_decref(request);
    free(body);
    in->batch = json_array();
    in->batch_bytes = 0;
    catalogue_progress(in->dry_run ? "checked" : "written", in->row_count, false);
}

static void
add_row(import *in)
{
    json_t *row = json_pack("{s:I, s:o}", "line", (json_int_t)in->rows.row_line, "cells", texts_of_row(in));

    json_array_append_new(in->batch, row);
    in->batch_bytes += in->rows.size + 8 * in->rows.cell_count;
    if (json_array_size(in->batch) == BATCH_ROWS_MAX || in->batch_bytes > BATCH_BYTES_MAX) {
        send_batch(in);
    }
}

/* Goes through the whole file; a writing pass ends at the first batch that is refused. */
static void
pass(import *in, bool dry_run)
{
    in->dry_run = dry_run;
    in->row_count = in->made = in->changed = 0;
    csv_rows_open(&in->rows, in->options->path, in->options->separator);
    if (!csv_rows_next(&in->rows)) {
        cli_fail("%s: no line with the names of the columns", in->options->path);
    }
    in->columns = texts_of_row(in);
    in->batch = json_array();
    in->batch_bytes = 0;
    while ((dry_run || in->wrong == 0) && csv_rows_next(&in->rows)) {
        add_row(in);
    }
    if (dry_run || in->wrong == 0) {
        send_batch(in);
    }
    catalogue_progress(dry_run ? "checked" : "written", in->row_count, true);
    json_decref(in->batch);
    json_decref(in->columns);
    csv_rows_dispose(&in->rows);
}

int
catalogue_import(const catalogue_options *options)
{
import in = {.options = options };

    if (sodium_init() < 0) {
        cli_fail("libsodium does not start");
    }
    if (strcmp(options->path, "-") == 0 && !options->dry_run) {
        cli_usage("catalogue", "what is imported is read twice, so it must be a file");
    }
    snprintf(in.address, sizeof in.address, "%s/v1/catalogue/import", options->url);
    http_reader_init(&in.http, options->token, options->ca_file);
    pass(&in, true);
    if (in.wrong == 0 && !options->dry_run) {
        pass(&in, false);
    }
    http_reader_dispose(&in.http);
    if (in.wrong > 0) {
        fprintf(stderr, "mpos: %zu mistakes; %s\n", in.wrong,
                in.dry_run ? "nothing was written" : "what came before this batch was written");
        return CLI_FINDINGS;
    }
    printf("%zu made, %zu changed, %zu as they were\n", in.made, in.changed,
           in.row_count - in.made - in.changed);
    return CLI_OK;
}
