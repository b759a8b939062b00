/*
 * sale.h - the sales that the load generator sells: one order of three lines with its cash payment, as a register's
 * push of one operation or as an integrator's POST. Words: till (a signed-in register or API channel), sale, form.
 */
#ifndef MPOS_BENCH_SALE_H
#define MPOS_BENCH_SALE_H

#include <stddef.h>
#include <stdint.h>

#include "context.h"

#define SALE_BODY_MAX 4096
#define SALE_LINES 3

typedef enum sale_form { SALE_POST, SALE_PUSH } sale_form;

/* One line of the tills file; strings are NUL-terminated. */
typedef struct till {
    char token[2048];
    mpos_context context; /* for calls without the server; scopes and expiry are set for each */
    char device[37];
    long long gen, seq, receipt, total;
    uint8_t hash[32];
    char item[SALE_LINES][37];
    int busy;
} till;

typedef struct sale {
    char body[SALE_BODY_MAX];
    size_t body_length;
    char key[37];     /* Idempotency-Key of a POST */
    uint8_t hash[32]; /* of the operation, PUSH only */
} sale;

/*
 * Reads tills from a file of lines "token tenant outlet actor device session rights gen seq hash receipt item item item
 * total". The caller frees *out. Returns their number, or -1 with a message on stderr.
 */
int
tills_read(const char *path, till **out);

/* Writes the next sale of a till; the till moves on only with sale_done. */
void
sale_make(const till *at, sale_form form, sale *out);

/* The server has accepted the sale. */
void
sale_done(till *at, sale_form form, const sale *done);

#endif
