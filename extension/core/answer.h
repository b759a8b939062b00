/*
 * answer.h - questions to the core as bytes: every host (database, page, native) can be asked the same and must answer the
 * same, to the byte. Words: question, answer, host, room, work.
 *
 * Big-endian, integers two's complement. A question is one byte that says what is asked, then:
 *
 *   'P' price       the cart form                                            answer: the priced form
 *   'S' sell        4 size of the rules, rules form, basket form             answer: the priced form
 *   'B' bring back  2 count, count x { 2 line, 8 before, 8 qty }, cart form  answer: count x { 8 gross, discount, net, tax,
 *                   total }, then for each tax of the cart { 8 base, 8 amount }
 *   'A' apportion   1 capped, 2 count, 1 mode, 8 total, count x 8 weight, when capped count x 8 cap
 *                   answer: count x 8 part; what the caps cannot hold is given to nobody
 *   'R' round       1 mode, 2 count, count x { 8 value, 8 increment }        answer: count x 8
 *   'T' tender      1 mode, 1 change currency, 1 currencies, 1 tenders, 8 total, 8 tip,
 *                   currencies x { 3 code, 1 exponent, 8 rate, 8 spread, 8 coin },
 *                   tenders x { 1 kind, 1 flags, 1 currency, 8 amount, 8 tip }
 *                   answer: 8 due, left, payable, tip, paid, rounding, change, change given, change home,
 *                   tenders x { 8 value, paid, change }
 *
 * An answer is two bytes, 0 or the mpos_err, and when there was no error what is said above.
 */
#ifndef MPOS_CORE_ANSWER_H
#define MPOS_CORE_ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include "basket.h"
#include "err.h"
#include "pricing.h"
#include "rules.h"

#define MPOS_ANSWER_HEAD 2

/* A question that has been read. */
typedef struct mpos_question {
    uint8_t kind;
    const uint8_t *body; /* after the kind */
    size_t size;
    mpos_cart cart;   /* of 'P' and 'B' */
    mpos_rules rules; /* of 'S' */
    mpos_basket basket;
} mpos_question;

/* Bytes of memory that reading a question of that size needs. */
size_t
mpos_question_room(size_t size);

/*
 * Reads a question; a cart's arrays lie in room (the caller's, aligned to 8), the rest points into bytes. Both must outlive
 * the question. INVALID_VALUE for one that is malformed, TOO_MANY, and what decoding a cart says.
 */
mpos_err
mpos_question_read(const uint8_t *bytes, size_t size, void *room, size_t room_size, mpos_question *out);

/* Bytes of memory that answering needs, and of the answer; of a sale at most. */
size_t
mpos_answer_work(const mpos_question *question);
size_t
mpos_answer_size(const mpos_question *question);

/* Writes the answer, with its two bytes; work is the caller's, aligned to 8. BUFFER_TOO_SMALL, and what the question's core
 * function says. */
mpos_err
mpos_answer(const mpos_question *question, void *work, size_t work_size, uint8_t *out, size_t capacity,
            size_t *size_out);

/* The answer that says an error. Returns its size. */
size_t
mpos_answer_error(mpos_err err, uint8_t out[MPOS_ANSWER_HEAD]);

#endif
