/* csv_rows.c - see csv_rows.h. The parser is fed line by line, so that it is known where a row begins. */
#include "csv_rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "cli.h"

static const char byte_order_mark[] = "\xef\xbb\xbf";

/* Rows end at a line feed; the carriage return before it is a blank. */
static int
is_end(unsigned char c)
{
    return c == CSV_LF;
}

static int
is_blank(unsigned char c)
{
    return c == CSV_SPACE || c == CSV_TAB || c == CSV_CR;
}

void
csv_rows_open(csv_rows *rows, const char *path, char separator)
{
    memset(rows, 0, sizeof *rows);
    rows->path = path;
    rows->file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    if (rows->file == NULL) {
        cli_fail("%s: %s", path, strerror(errno));
    }
    if (csv_init(&rows->parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
        cli_fail("libcsv does not start");
    }
    csv_set_delim(&rows->parser, (unsigned char)separator);
    csv_set_term_func(&rows->parser, is_end);
    csv_set_space_func(&rows->parser, is_blank);
}

void
csv_rows_dispose(csv_rows *rows)
{
    csv_free(&rows->parser);
    if (rows->file != stdin) {
        fclose(rows->file);
    }
    free(rows->line_buffer);
    free(rows->bytes);
}

static void
on_cell(void *bytes, size_t size, void *context)
{
    csv_rows *rows = context;

    if (rows->cell_count == CSV_ROW_CELLS_MAX) {
        cli_fail("%s:%zu: more than %d cells", rows->path, rows->row_line, CSV_ROW_CELLS_MAX);
    }
    if (rows->room - rows->size < size) {
        rows->room = (rows->size + size) * 2;
        rows->bytes = cli_realloc(rows->bytes, rows->room);
    }
    if (size > 0) {
        memcpy(rows->bytes + rows->size, bytes, size);
    }
    rows->size += size;
    rows->ends[rows->cell_count++] = rows->size;
}

static void
on_row(int end, void *context)
{
    (void)end;
    ((csv_rows *)context)->row_done = true;
}

static void
feed(csv_rows *rows, const char *bytes, size_t size)
{
    if (csv_parse(&rows->parser, bytes, size, on_cell, on_row, rows) != size) {
        cli_fail(
            "%s:%zu: a quote stands where none may: cells with quotes are quoted, quotes in them doubled",
            rows->path, rows->line);
    }
}

static void
finish(csv_rows *rows)
{
    if (ferror(rows->file)) {
        cli_fail("%s: %s", rows->path, strerror(errno));
    }
    rows->at_end = true;
    if (csv_fini(&rows->parser, on_cell, on_row, rows) != 0) {
        cli_fail("%s:%zu: a quoted cell begins here and does not end", rows->path, rows->row_line);
    }
}

bool
csv_rows_next(csv_rows *rows)
{
    bool in_row = false;

    rows->row_done = false;
    rows->cell_count = 0;
    rows->size = 0;
    while (!rows->row_done && !rows->at_end) {
        ssize_t size = getline(&rows->line_buffer, &rows->line_room, rows->file);
        size_t skip =
            rows->line == 0 && size >= 3 && memcmp(rows->line_buffer, byte_order_mark, 3) == 0 ? 3 : 0;

        if (size < 0) {
            finish(rows);
            break;
        }
        rows->line++;
        if (!in_row) {
            rows->row_line = rows->line;
        }
        feed(rows, rows->line_buffer + skip, (size_t)size - skip);
        /* An empty line begins no row. */
        in_row = rows->cell_count > 0 || rows->parser.pstate != 0;
    }
    return rows->row_done;
}

const char *
csv_rows_cell(const csv_rows *rows, size_t i, size_t *size)
{
    size_t begin = i > 0 ? rows->ends[i - 1] : 0;

    *size = rows->ends[i] - begin;
    return rows->bytes + begin;
}
