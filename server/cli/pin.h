/* pin.h - PINs that may be given to people, and what is kept of them. Words: PIN, verifier. */
#ifndef MPOS_CLI_PIN_H
#define MPOS_CLI_PIN_H

#include <stdbool.h>

#define PIN_MADE_DIGITS 6

/* Why a PIN must not be used ("its digits are in a row"), NULL when it may: four to eight digits that few people would try. */
const char *
pin_refusal(const char *pin);

/* A random PIN that is not refused. */
void
pin_make(char out[PIN_MADE_DIGITS + 1]);

/* argon2id verifier of a PIN. The caller frees. */
char *
pin_verifier(const char *pin);

#endif
