/* import_cell.c - cells, each by the type of its column. */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#include "card.h"
#include "import_cell.h"
#include "quantity.h"
#include "row_item.h"

#define MONEY_MAX INT64CONST(999999999999)
#define LIST_MAX 20

static mpos_err
refuse(mpos_err err, const char *text, const char **detail)
{
    *detail = text;
    return err;
}

static char *
trimmed(const char *text, size_t size)
{
    while (size > 0 && (text[0] == ' ' || text[0] == '\t')) {
        text++;
        size--;
    }
    while (size > 0 && (text[size - 1] == ' ' || text[size - 1] == '\t')) {
        size--;
    }
    return pnstrdup(text, size);
}

static mpos_err
read_text(const mpos_column *column, const char *text, const char **out, const char **detail)
{
    size_t begin;
    size_t end;

    if (pg_mbstrlen(text) > column->max) {
        return refuse(MPOS_E_OUT_OF_RANGE, psprintf("At most %d characters are possible.", column->max),
                      detail);
    }
    if (mpos_card_find(text, strlen(text), &begin, &end)) {
        return refuse(MPOS_E_CARD_NUMBER, "Card numbers are read by the payment terminal only.", detail);
    }
    *out = text;
    return MPOS_OK;
}

static mpos_err
read_money(const char *text, int exponent, const char **out, const char **detail)
{
    int64 minor;
    int64 unit = 1;

    if (strspn(text, "0123456789.") != strlen(text) ||
        mpos_decimal_parse(text, strlen(text), exponent, &minor) == MPOS_E_INVALID_VALUE) {
        return refuse(MPOS_E_INVALID_VALUE,
                      exponent > 0
                          ? psprintf("A price is digits, with at most %d decimals after a point.", exponent)
                          : "A price in this currency is digits only.",
                      detail);
    }
    if (mpos_decimal_parse(text, strlen(text), exponent, &minor) != MPOS_OK || minor > MONEY_MAX) {
        return refuse(MPOS_E_OUT_OF_RANGE, "The price is too high.", detail);
    }
    for (int i = 0; i < exponent; i++) {
        unit *= 10;
    }
    *out = exponent > 0
               ? psprintf(INT64_FORMAT ".%0*" INT64_MODIFIER "d", minor / unit, exponent, minor % unit)
               : psprintf(INT64_FORMAT, minor);
    return MPOS_OK;
}

static mpos_err
read_qty(const char *text, const char **out, const char **detail)
{
    int64 qty;
    char *formatted = palloc(MPOS_DECIMAL_SIZE + 1);

    if (strspn(text, "0123456789.") != strlen(text) ||
        mpos_decimal_parse(text, strlen(text), MPOS_QTY_SCALE, &qty) != MPOS_OK || qty > MPOS_QTY_MAX) {
        return refuse(MPOS_E_INVALID_VALUE, "A quantity is digits, with at most six decimals after a point.",
                      detail);
    }
    formatted[mpos_decimal_format(qty, MPOS_QTY_SCALE, formatted)] = '\0';
    *out = qty == 0 ? "" : formatted;
    return MPOS_OK;
}

static mpos_err
read_count(const mpos_column *column, const char *text, const char **out, const char **detail)
{
    size_t size = strlen(text);

    if (strspn(text, "0123456789") != size) {
        return refuse(MPOS_E_INVALID_VALUE, "The value is a whole number.", detail);
    }
    if (size > 9 || atoi(text) > column->max) {
        return refuse(MPOS_E_OUT_OF_RANGE, psprintf("At most %d is possible.", column->max), detail);
    }
    *out = psprintf("%d", atoi(text));
    return MPOS_OK;
}

static mpos_err
read_yes_no(const char *text, const char **out, const char **detail)
{
    static const char *const yes[] = {"yes", "y", "true", "1"};
    static const char *const no[] = {"no", "n", "false", "0"};

    for (size_t i = 0; i < lengthof(yes); i++) {
        if (pg_strcasecmp(text, yes[i]) == 0 || pg_strcasecmp(text, no[i]) == 0) {
            *out = pg_strcasecmp(text, yes[i]) == 0 ? "yes" : "no";
            return MPOS_OK;
        }
    }
    return refuse(MPOS_E_INVALID_VALUE, "The value is yes or no.", detail);
}

static mpos_err
read_code(const char *text, bool barcode, const char **detail)
{
    if (barcode) {
        return mpos_is_barcode(text)
                   ? MPOS_OK
                   : refuse(MPOS_E_INVALID_VALUE, "A barcode has 4 to 48 letters or digits.", detail);
    }
    return text[0] != '\0' && strlen(text) <= 64 && mpos_row_is_code(text)
               ? MPOS_OK
               : refuse(MPOS_E_INVALID_VALUE, "A code has 1 to 64 letters, digits, _ . and -.", detail);
}

/* Is the part in the list already? Both lists have | between their parts. */
static bool
has_part(const char *list, const char *part)
{
    size_t size = strlen(part);

    while (*list != '\0') {
        size_t next = strcspn(list, "|");

        if (next == size && memcmp(list, part, size) == 0) {
            return true;
        }
        list += next + (list[next] == '|');
    }
    return false;
}

static mpos_err
read_list(const mpos_column *column, const char *text, const char **out, const char **detail)
{
    StringInfoData list;
    int count = 0;

    initStringInfo(&list);
    for (;;) {
        size_t size = strcspn(text, "|");
        char *part = trimmed(text, size);
        mpos_err err = read_code(part, column->type == MPOS_COLUMN_BARCODES, detail);

        if (err != MPOS_OK) {
            return err;
        }
        if (has_part(list.data, part) || ++count > LIST_MAX) {
            return count > LIST_MAX
                       ? refuse(MPOS_E_TOO_MANY, psprintf("At most %d are possible.", LIST_MAX), detail)
                       : refuse(MPOS_E_INVALID_VALUE, psprintf("\"%s\" is there twice.", part), detail);
        }
        appendStringInfo(&list, "%s%s", count > 1 ? "|" : "", part);
        if (text[size] == '\0') {
            break;
        }
        text += size + 1;
    }
    *out = list.data;
    return MPOS_OK;
}

mpos_err
mpos_cell_read(const mpos_column *column, int exponent, const char *cell, const char **out,
               const char **detail)
{
    char *text = trimmed(cell, strlen(cell));

    if (text[0] == '\0') {
        *out = column->otherwise;
        return column->needed ? refuse(MPOS_E_MISSING_FIELD, "This cell must not be empty.", detail)
                              : MPOS_OK;
    }
    *out = text;
    switch (column->type) {
    case MPOS_COLUMN_CODE:
        return read_code(text, false, detail);
    case MPOS_COLUMN_TEXT:
        return read_text(column, text, out, detail);
    case MPOS_COLUMN_MONEY:
        return read_money(text, exponent, out, detail);
    case MPOS_COLUMN_COUNT:
        return read_count(column, text, out, detail);
    case MPOS_COLUMN_QTY:
        return read_qty(text, out, detail);
    case MPOS_COLUMN_YES_NO:
        return read_yes_no(text, out, detail);
    case MPOS_COLUMN_COLOUR:
        return text[0] == '#' && strlen(text) == 7 && strspn(text + 1, "0123456789abcdefABCDEF") == 6
                   ? MPOS_OK
                   : refuse(MPOS_E_INVALID_VALUE, "A colour is # and six hex digits.", detail);
    case MPOS_COLUMN_CODES:
    case MPOS_COLUMN_BARCODES:
        return read_list(column, text, out, detail);
    }
    return MPOS_E_INTERNAL;
}
