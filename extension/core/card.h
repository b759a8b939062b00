/*
 * card.h - numbers that look like those of payment cards. Words: group (a row of digits), run (groups that belong together).
 *
 * Such a number is 13 to 19 digits in one group, or in groups with single spaces or dashes between them, that begin and are as
 * long as an issuer's numbers do and end in the right check digit (Luhn). Letters beside it, or more groups tied to it by dashes,
 * make it something else (a UUID, a serial number). It is a guess: one in ten numbers of that form has the right digit by
 * chance, so fields that hold such numbers by nature (barcodes) are not searched.
 */
#ifndef MPOS_CARD_H
#define MPOS_CARD_H

#include <stdbool.h>
#include <stddef.h>

/* Whether there is such a number in the text; *begin and *end say where the first is. */
bool
mpos_card_find(const char *text, size_t len, size_t *begin, size_t *end);

/* Overwrites all digits but the last four of each such number with stars; returns how many numbers there were. */
size_t
mpos_card_mask(char *text, size_t len);

/*
 * The same for text whose fields are not known: 13 or 14 digits in one group stay, because they are an article's number more
 * often than one of the few cards that still have so few.
 */
size_t
mpos_card_mask_unread(char *text, size_t len);

#endif
