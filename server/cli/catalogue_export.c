/* catalogue_export.c - mpos catalogue export: pages of the server become one CSV file. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalogue.h"
#include "cli.h"
#include "csv_rows.h"

/* Only what would be misread is quoted. */
static void
write_cell(FILE *file, const char *text, size_t size, char separator)
{
    bool plain = size == 0 || (text[0] != ' ' && text[size - 1] != ' ');

    for (size_t i = 0; i < size && plain; i++) {
        plain = text[i] != separator && strchr("\"\r\n\t", text[i]) == NULL;
    }
    if (plain) {
        fwrite(text, 1, size, file);
    } else {
        csv_fwrite(file, text, size);
    }
}

static void
write_row(FILE *file, json_t *cells, char separator)
{
    for (size_t i = 0; i < json_array_size(cells); i++) {
        json_t *cell = json_array_get(cells, i);

        if (i > 0) {
            fputc(separator, file);
        }
        write_cell(file, json_string_value(cell), json_string_length(cell), separator);
    }
    fputc('\n', file);
}

/* The address of the page behind a cursor, which may hold what an address may not. */
static char *
page_address(http_reader *http, const catalogue_options *options, const char *cursor)
{
    char *escaped = curl_easy_escape(http->curl, cursor != NULL ? cursor : "", 0);
    size_t size = strlen(options->url) + strlen(options->kind) + strlen(escaped) + 64;
    char *address = cli_alloc(size);

    snprintf(address, size, "%s/v1/catalogue/export?kind=%s%s%s", options->url, options->kind,
             cursor != NULL ? "&cursor=" : "", escaped);
    curl_free(escaped);
    return address;
}

static json_t *
read_page(http_reader *http, const catalogue_options *options, const char *cursor)
{
    char *address = page_address(http, options, cursor);
    json_t *page = catalogue_answer(http, http_reader_get(http, address, CATALOGUE_ANSWER_MAX));

    free(address);
    return page;
}

static size_t
write_pages(http_reader *http, const catalogue_options *options, FILE *file)
{
    json_t *page = read_page(http, options, NULL);
    size_t count = 0;

    write_row(file, json_object_get(page, "columns"), options->separator);
    for (;;) {
        json_t *rows = json_object_get(page, "rows");
        char *next = NULL;

        for (size_t i = 0; i < json_array_size(rows); i++) {
            write_row(file, json_array_get(rows, i), options->separator);
        }
        count += json_array_size(rows);
        catalogue_progress("read", count, false);
        if (json_is_string(json_object_get(page, "next"))) {
            next = cli_strdup(json_string_value(json_object_get(page, "next")));
        }
        json_decref(page);
        if (next == NULL) {
            catalogue_progress("read", count, true);
            return count;
        }
        page = read_page(http, options, next);
        free(next);
    }
}

int
catalogue_export(const catalogue_options *options)
{
    bool to_file = strcmp(options->path, "-") != 0;
    FILE *file = to_file ? fopen(options->path, "we") : stdout;
    http_reader http;

    if (file == NULL) {
        cli_fail("%s: %s", options->path, strerror(errno));
    }
    http_reader_init(&http, options->token, options->ca_file);
    (void)write_pages(&http, options, file);
    http_reader_dispose(&http);
    if (ferror(file) || (to_file ? fclose(file) : fflush(file)) != 0) {
        cli_fail("%s: %s", options->path, strerror(errno));
    }
    return CLI_OK;
}
