/*
 * rows.h - the rows of the catalogue as people edit them: list, get, write, archive, the same for every kind of row. What is
 * edited counts when it is published. Words: kind, row, version, draft.
 *
 * One handler serves all kinds; which one it is says the name of the operation ("catalogue.tax.write"). A kind brings its
 * statements and its writer. Every row answers with its version; who writes or archives says which version was read.
 */
#ifndef MPOS_ROWS_H
#define MPOS_ROWS_H

#include "postgres.h"

#include "call.h"
#include "input.h"
#include "statement.h"

struct mpos_row_kind;

/* What a writer has decided on: a row of its own id, new or not. */
typedef struct mpos_row {
    uint8 id[16];
    bool is_new;
    const char *code;
    const char *before; /* as an answer has it; NULL when it is new */
} mpos_row;

typedef struct mpos_row_kind {
    const char *name;   /* in operations and of the member of answers: "tax" */
    const char *plural; /* of the member of lists: "taxes" */
    const char *id;     /* parameter of the path */

    /* $1 tenant, $2 id (NULL: all), $3 pattern of search, $4 archived (0 no, 1 yes, 2 all), $5 category, $6 after,
     * $7 limit, $8 the text searched for: id and JSON of rows by code. Of a kind that is sorted six: by code, by name and by price, each
     * up and down. */
    mpos_statement *read;
    /* $1 tenant, $2 id: version, of the row locked */
    mpos_statement *lock;
    /* $1 tenant, $2 code, $3 id: a row when another one has the code */
    mpos_statement *taken;
    /* $1 tenant, $2 id, $3 active */
    mpos_statement *archive;
    /* $1 tenant, $2 id: a row when something in use needs it; NULL when nothing can */
    mpos_statement *used;

    /* Reads the body, checks it and writes the row; *out is what mpos_row_begin made. */
    mpos_err (*write)(mpos_call *call, const struct mpos_row_kind *kind, mpos_row *out);
    bool sorted; /* lists come in the order that is asked for */
} mpos_row_kind;

/* row_rule.c */
extern const mpos_row_kind mpos_row_book;
extern const mpos_row_kind mpos_row_promotion;
extern const mpos_row_kind mpos_row_charge;
extern const mpos_row_kind mpos_row_tax_map;
extern const mpos_row_kind mpos_row_tax;
extern const mpos_row_kind mpos_row_currency;
extern const mpos_row_kind mpos_row_customer_group;
/* row_category.c, row_group.c, row_item.c */
extern const mpos_row_kind mpos_row_category;
extern const mpos_row_kind mpos_row_group;
extern const mpos_row_kind mpos_row_item;

/* Members that every written row begins with; the structure of a writer has them first, in this order. */
typedef struct mpos_row_head {
    uint32 given;
    uint8 id[16];
    int64 version;
    const char *code;
    const char *name;
} mpos_row_head;

enum { MPOS_ROW_ID, MPOS_ROW_VERSION, MPOS_ROW_CODE, MPOS_ROW_NAME, MPOS_ROW_OWN };

#define MPOS_ROW_VERSION_MAX INT64CONST(9007199254740991)
#define MPOS_ROW_FIELDS                                                                                      \
    {"id", MPOS_IN_UUID, 0, offsetof(mpos_row_head, id)},                                                    \
        {"version", MPOS_IN_INT, 0, offsetof(mpos_row_head, version), 0, MPOS_ROW_VERSION_MAX},              \
        {"code", MPOS_IN_TEXT, MPOS_IN_REQUIRED | MPOS_IN_DIGITS, offsetof(mpos_row_head, code), 1, 64},     \
    {                                                                                                        \
        "name", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(mpos_row_head, name), 1, 200                        \
    }

/* One editor of a business at a time; publishing takes the same lock. The rights are looked at again after waiting. */
void
mpos_rows_lock(mpos_call *call);

/* What ILIKE finds a text by that is searched for anywhere. */
const char *
mpos_rows_pattern(const char *search);

/* Letters, digits, _ . and -. */
bool
mpos_row_is_code(const char *code);

/*
 * Takes the lock and decides which row is written: NOT_FOUND, VERSION_CONFLICT, ID_TAKEN, NAME_TAKEN, MISSING_FIELD (a version
 * without an id), INVALID_VALUE (the code).
 */
mpos_err
mpos_row_begin(mpos_call *call, const mpos_row_kind *kind, const mpos_row_head *head, mpos_row *out);

/* Member of the body, as JSON text; NULL when it is not there. */
char *
mpos_row_body_text(mpos_call *call, const char *member);

/* Notes in the journal of the business that the draft was edited; the entry has the operation's input. members: canonical. */
void
mpos_row_edited(mpos_call *call, const uint8 subject[16], const char *members);

/* What a row names. Without a row that is in use: UNKNOWN_REFERENCE at "<at>/<index>". */
typedef enum mpos_ref_kind {
    MPOS_REF_ITEM,
    MPOS_REF_CATEGORY,
    MPOS_REF_TAX,
    MPOS_REF_GROUP,
    MPOS_REF_BOOK,
    MPOS_REF_VARIANT,
    MPOS_REF_OUTLET,
    MPOS_REF_CUSTOMER_GROUP,
    MPOS_REFS
} mpos_ref_kind;

mpos_err
mpos_refs_check(mpos_call *call, mpos_ref_kind kind, const char *at, const mpos_list *ids);

/* The same for one id; at is its place. */
mpos_err
mpos_ref_check(mpos_call *call, mpos_ref_kind kind, const char *at, const uint8 id[16]);

/*
 * Writes a row for as long as the caller's subtransaction lasts: nothing is noted anywhere. row: the body of a write. Refusals are
 * those of a write: UNKNOWN_REFERENCE at "<at>/entity" for a kind that there is not, all else below "<at>/row".
 */
mpos_err
mpos_rows_try(mpos_call *call, const char *entity, const JsonbContainer *row, const char *at);

mpos_err
mpos_rows_list(mpos_call *call);
mpos_err
mpos_rows_get(mpos_call *call);
mpos_err
mpos_rows_write(mpos_call *call);
mpos_err
mpos_rows_archive(mpos_call *call);
mpos_err
mpos_settings_get(mpos_call *call);
mpos_err
mpos_settings_write(mpos_call *call);
/* The prices that are in a price book, by item (row_price.c). */
mpos_err
mpos_book_prices(mpos_call *call);
mpos_err
mpos_catalogue_import(mpos_call *call);
mpos_err
mpos_catalogue_export(mpos_call *call);

#endif
