/*
 * import.h - tables of the catalogue as rows of texts, in and out: what a spreadsheet has. Words: kind, column, cell, key,
 * canonical.
 *
 * Every column has one canonical text for each value ("3.5" is "3.50", "a | b" is "a|b"), which is what an export gives and what
 * the row in the database is compared by, so that importing what is there already changes nothing. The statements of a kind
 * read and write those texts; a batch is a few statements, however many rows it has.
 */
#ifndef MPOS_IMPORT_H
#define MPOS_IMPORT_H

#include "postgres.h"

#include "call.h"
#include "statement.h"

#define MPOS_IMPORT_COLUMNS_MAX 16
#define MPOS_IMPORT_CHECKS_MAX 6
#define MPOS_IMPORT_WRITES_MAX 8

typedef enum mpos_column_type {
    MPOS_COLUMN_CODE,
    MPOS_COLUMN_TEXT,  /* up to `max` characters */
    MPOS_COLUMN_MONEY, /* major units, no more decimals than the currency has */
    MPOS_COLUMN_COUNT, /* a whole number up to `max` */
    MPOS_COLUMN_QTY,   /* up to six decimals; 0 is empty */
    MPOS_COLUMN_YES_NO,
    MPOS_COLUMN_COLOUR,
    MPOS_COLUMN_CODES,   /* with | between them */
    MPOS_COLUMN_BARCODES /* the same */
} mpos_column_type;

typedef struct mpos_column {
    const char *name;
    mpos_column_type type;
    bool needed;           /* in new rows; never empty */
    const char *otherwise; /* canonical text of a new row that says nothing, or whose cell is empty */
    int max;
} mpos_column;

/* Rows of the result are mistakes: the row's number from 1, and the text that is wrong. */
typedef struct mpos_import_check {
    int column;
    mpos_err err;
    const char *detail; /* the text follows */
    mpos_statement statement;
} mpos_import_check;

typedef struct mpos_import_kind {
    const char *name;
    int keys; /* the first columns, which say what row it is */
    int count;
    mpos_column columns[MPOS_IMPORT_COLUMNS_MAX];
    bool vanishes;      /* an empty last column removes the row */
    const char *entity; /* that edits are noted for */
    bool of_item;       /* the rows belong to the item whose code is their first column */

    /* $1 tenant, $2 minor units of one major unit, $3 ... texts of the keys: row number from 1, id, texts of all columns. */
    mpos_statement find;
    /* $1 tenant, $2 as above, $3 the last row's keys joined by | (NULL: from the start), $4 limit: texts of all columns. */
    mpos_statement page;
    /* $1 tenant, $2 as above, $3 ids, $4 whether new, $5 ... texts of all columns; only rows that are new or differ. */
    mpos_import_check checks[MPOS_IMPORT_CHECKS_MAX];
    int check_count;
    mpos_statement writes[MPOS_IMPORT_WRITES_MAX];
    int write_count;
} mpos_import_kind;

/* By the words of the contract, in their order (import_kinds.c); ended by NULL. */
extern const char *const mpos_import_words[];
extern mpos_import_kind *const mpos_import_kinds[];

/* Minor units of one major unit of the context's tenant, and their decimals. */
int64
mpos_major_unit(mpos_call *call, int *exponent);

#endif
