/* csv_rows.h - the rows of a CSV file with the line that each begins at. Words: row, cell. */
#ifndef MPOS_CLI_CSV_ROWS_H
#define MPOS_CLI_CSV_ROWS_H

#include <csv.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define CSV_ROW_CELLS_MAX 256

typedef struct csv_rows {
    const char *path;
    FILE *file;
    struct csv_parser parser;
    char *line_buffer;
    size_t line_room;
    size_t line; /* the one read last, from 1 */
    bool at_end;

    /* the row being read, or read last: cell i is the bytes from ends[i - 1] to ends[i] */
    bool row_done;
    size_t row_line;
    size_t cell_count;
    size_t ends[CSV_ROW_CELLS_MAX];
    char *bytes;
    size_t size;
    size_t room;
} csv_rows;

/* Ends the program when the file cannot be read. Dispose closes it. */
void
csv_rows_open(csv_rows *rows, const char *path, char separator);
void
csv_rows_dispose(csv_rows *rows);

/*
 * The next row that is not empty; false at the end. Its cells stay valid until the next one. A file that is not CSV (a quote in
 * the middle of a cell, one that is never closed, too many cells) ends the program with the line.
 */
bool
csv_rows_next(csv_rows *rows);

/* Cell i of the row; not terminated. */
const char *
csv_rows_cell(const csv_rows *rows, size_t i, size_t *size);

#endif
