/* pin.c - see pin.h. What people choose first is what a thief tries first. */
#include "pin.h"

#include <sodium.h>
#include <stddef.h>
#include <string.h>

#include "cli.h"

enum { DIGITS_MIN = 4, DIGITS_MAX = 8 };

/* Keys in a line or a corner, words on the keys; rows, blocks and years are found by rule. */
static const char *const common[] = {"2580",   "0852",   "1379",   "1397",   "1004",   "1122",
                                     "5683",   "1470",   "3690",   "147258", "159753", "789456",
                                     "456789", "112233", "100200", NULL};

static bool
is_row(const char *pin, int step)
{
    for (; pin[1] != '\0'; pin++) {
        if (pin[1] - pin[0] != step) {
            return false;
        }
    }
    return true;
}

/* 1212, 123123, 7777: one block again and again. */
static bool
is_block(const char *pin)
{
    size_t size = strlen(pin);

    for (size_t block = 1; block <= size / 2; block++) {
        if (size % block == 0 && memcmp(pin, pin + block, size - block) == 0) {
            return true;
        }
    }
    return false;
}

const char *
pin_refusal(const char *pin)
{
    size_t size = strlen(pin);

    if (size < DIGITS_MIN || size > DIGITS_MAX || strspn(pin, "0123456789") != size) {
        return "it must have four to eight digits";
    }
    if (is_row(pin, 1) || is_row(pin, -1)) {
        return "its digits are in a row";
    }
    if (is_block(pin)) {
        return "its digits repeat";
    }
    if (size == 4 && (strncmp(pin, "19", 2) == 0 || strncmp(pin, "20", 2) == 0)) {
        return "it looks like a year";
    }
    for (const char *const *one = common; *one != NULL; one++) {
        if (strcmp(*one, pin) == 0) {
            return "it is one that many people choose";
        }
    }
    return NULL;
}

void
pin_make(char out[PIN_MADE_DIGITS + 1])
{
    do {
        for (int i = 0; i < PIN_MADE_DIGITS; i++) {
            out[i] = (char)('0' + randombytes_uniform(10));
        }
        out[PIN_MADE_DIGITS] = '\0';
    } while (pin_refusal(out) != NULL);
}

/* libsodium's "interactive" cost: few digits are guarded by the lockout, and a till must not wait seconds for a sign-in. */
char *
pin_verifier(const char *pin)
{
    char verifier[crypto_pwhash_STRBYTES];

    if (crypto_pwhash_str(verifier, pin, strlen(pin), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0) {
        cli_fail("not enough memory to hash a PIN (64 MiB are needed)");
    }
    return cli_strdup(verifier);
}
