/* catalogue.c - the command line of mpos catalogue, and what its two parts share. */
#include "catalogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

#define PROGRESS_ROWS 10000

static const char *const help =
    "Usage: mpos catalogue import FILE --url URL [--token T] [--kind KIND] [--separator C] [--dry-run] "
    "[--cacert FILE]\n"
    "       mpos catalogue export FILE --url URL [--token T] [--kind KIND] [--separator C] [--cacert "
    "FILE]\n\n"
    "import  reads a CSV file whose first line names the columns, checks all of it, and then writes it. Rows "
    "are found by their\n"
    "        codes: made when they are not there, changed where they differ. Nothing is written when a line "
    "is wrong; every wrong\n"
    "        line is told with its column. What was imported counts when the catalogue is published.\n"
    "export  writes such a file.\n\n"
    "  --url URL      the server, https://pos.example.com\n"
    "  --token T      API key or bearer token with the right catalogue.write (catalogue.read for an "
    "export);\n"
    "                 default: the environment's MPOS_TOKEN\n"
    "  --kind KIND    items (default), variants, prices or categories\n"
    "  --separator C  between the cells; default a comma\n"
    "  --dry-run      check only\n"
    "  --cacert FILE  certificate that the server's is signed by\n\n"
    "FILE - is standard input or output. Exit status: 0 done, 1 lines are wrong, 2 wrong command line, 3 "
    "could not be done.\n";

json_t *
catalogue_answer(const http_reader *http, long status)
{
    json_t *answer = json_loadb(http->bytes, http->size, 0, NULL);
    const char *detail;

    if (status == 200 && answer != NULL) {
        return answer;
    }
    if (status == 0) {
        cli_fail("the server does not answer");
    }
    detail = json_string_value(json_object_get(answer, "detail"));
    if (detail == NULL) {
        detail = json_string_value(json_object_get(answer, "title"));
    }
    cli_fail("the server answers %ld%s%s", status, detail != NULL ? ": " : "", detail != NULL ? detail : "");
}

void
catalogue_progress(const char *word, size_t rows, bool last)
{
    static size_t told;

    if (isatty(STDERR_FILENO)) {
        fprintf(stderr, "\r%s %zu rows%s", word, rows, last ? "\n" : "");
    } else if (last || rows >= told + PROGRESS_ROWS) {
        told = last ? 0 : rows;
        fprintf(stderr, "%s %zu rows\n", word, rows);
    }
}

int
cli_catalogue(int argc, char **argv)
{
    const char *separator = ",";
    catalogue_options chosen = {.kind = "items", .token = getenv("MPOS_TOKEN")};
    const cli_option options[] = {{"--url", .text = &chosen.url},
                                  {"--token", .text = &chosen.token},
                                  {"--kind", .text = &chosen.kind},
                                  {"--separator", .text = &separator},
                                  {"--dry-run", .flag = &chosen.dry_run},
                                  {"--cacert", .text = &chosen.ca_file},
                                  {0}};
    bool export;

    if (cli_options("catalogue", help, options, argc, argv) != 2 ||
        (strcmp(argv[0], "import") != 0 && strcmp(argv[0], "export") != 0)) {
        cli_usage("catalogue", "import or export, and one file?");
    }
    export = strcmp(argv[0], "export") == 0;
    if (chosen.url == NULL || chosen.token == NULL) {
        cli_usage("catalogue", "--url and --token are needed");
    }
    if (strlen(separator) != 1 || strchr("\"\r\n", separator[0]) != NULL || (export && chosen.dry_run)) {
        cli_usage("catalogue",
                  export && chosen.dry_run ? "--dry-run goes with import" : "--separator is one character");
    }
    chosen.separator = separator[0];
    chosen.path = argv[1];
    return export ? catalogue_export(&chosen) : catalogue_import(&chosen);
}
