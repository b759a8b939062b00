/* card.c - finding and masking numbers of payment cards. */
#include "card.h"

#include <stdint.h>

#define DIGITS_MIN 13
#define DIGITS_MAX 19
#define PREFIX_SIZE 6
#define LAST_SHOWN 4
#define ARTICLE_DIGITS 13
#define ARTICLE_DIGITS_MAX 14

/* The first six digits of an issuer's numbers and how long they may be. */
typedef struct issuer {
    uint32_t from;
    uint32_t to;
    uint8_t lengths[4]; /* 0 ends the list */
} issuer;

static const issuer issuers[] = {
    {400000, 499999, {13, 16, 19}},     /* Visa */
    {510000, 559999, {16}},             /* Mastercard */
    {222100, 272099, {16}},             /* Mastercard */
    {340000, 349999, {15}},             /* American Express */
    {370000, 379999, {15}},             /* American Express */
    {300000, 305999, {14, 16, 19}},     /* Diners Club */
    {309500, 309599, {14, 16, 19}},     /* Diners Club */
    {360000, 369999, {14, 16, 19}},     /* Diners Club */
    {380000, 399999, {14, 16, 19}},     /* Diners Club */
    {352800, 358999, {16, 17, 18, 19}}, /* JCB */
    {601100, 601199, {16, 19}},         /* Discover */
    {644000, 659999, {16, 19}},         /* Discover */
    {620000, 629999, {16, 17, 18, 19}}, /* UnionPay */
    {810000, 817199, {16, 17, 18, 19}}, /* UnionPay */
    {220000, 220499, {16, 17, 18, 19}}, /* Mir */
    {500000, 509999, {13, 15, 16, 19}}, /* Maestro */
    {560000, 589999, {13, 15, 16, 19}}, /* Maestro */
    {630000, 639999, {13, 15, 16, 19}}, /* Maestro */
    {670000, 679999, {13, 15, 16, 19}}, /* Maestro */
};

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_issued(const char digits[DIGITS_MAX], size_t count)
{
    uint32_t prefix = 0;

    for (size_t i = 0; i < PREFIX_SIZE; i++) {
        prefix = prefix * 10 + (uint32_t)(digits[i] - '0');
    }
    for (size_t i = 0; i < sizeof issuers / sizeof issuers[0]; i++) {
        if (prefix < issuers[i].from || prefix > issuers[i].to) {
            continue;
        }
        for (size_t l = 0; l < sizeof issuers[i].lengths; l++) {
            if (issuers[i].lengths[l] == count) {
                return true;
            }
        }
    }
    return false;
}

static bool
has_check_digit(const char digits[DIGITS_MAX], size_t count)
{
    unsigned sum = 0;

    for (size_t i = 0; i < count; i++) {
        unsigned digit = (unsigned)(digits[count - 1 - i] - '0') << (i & 1);

        sum += digit > 9 ? digit - 9 : digit;
    }
    return sum % 10 == 0;
}

/* Whether what stands at this side of a group belongs to the same word. */
static bool
is_tied(const char *text, size_t len, size_t at, size_t beyond)
{
    return at < len && (is_letter(text[at]) || (text[at] == '-' && beyond < len &&
                                                (is_digit(text[beyond]) || is_letter(text[beyond]))));
}

/* A number that begins here, with its first group; *end is behind it. Indexes below zero are beyond len. */
static bool
begins(const char *text, size_t len, size_t begin, size_t *end)
{
    char digits[DIGITS_MAX];
    size_t count = 0;
    size_t at = begin;

    if (is_tied(text, len, begin - 1, begin - 2)) {
        return false;
    }
    while (at < len) {
        while (at < len && is_digit(text[at])) {
            if (count == DIGITS_MAX) {
                return false;
            }
            digits[count++] = text[at++];
        }
        if (count >= DIGITS_MIN && !is_tied(text, len, at, at + 1) && is_issued(digits, count) &&
            has_check_digit(digits, count)) {
            *end = at;
            return true;
        }
        if (at + 1 >= len || (text[at] != ' ' && text[at] != '-') || !is_digit(text[at + 1])) {
            return false;
        }
        at++;
    }
    return false;
}

bool
mpos_card_find(const char *text, size_t len, size_t *begin, size_t *end)
{
    for (size_t i = 0; i < len; i++) {
        if (is_digit(text[i]) && (i == 0 || !is_digit(text[i - 1])) && begins(text, len, i, end)) {
            *begin = i;
            return true;
        }
    }
    return false;
}

static void
mask(char *text, size_t len)
{
    size_t shown = 0;

    for (size_t i = len; i-- > 0;) {
        if (is_digit(text[i]) && shown++ >= LAST_SHOWN) {
            text[i] = '*';
        }
    }
}

static bool
is_article(const char *text, size_t len)
{
    size_t digits = 0;

    while (digits < len && is_digit(text[digits])) {
        digits++;
    }
    return digits == len && (len == ARTICLE_DIGITS || len == ARTICLE_DIGITS_MAX);
}

static size_t
mask_all(char *text, size_t len, bool articles_stay)
{
    size_t found = 0;
    size_t begin;
    size_t end;
    size_t from = 0;

    while (mpos_card_find(text + from, len - from, &begin, &end)) {
        if (!articles_stay || !is_article(text + from + begin, end - begin)) {
            mask(text + from + begin, end - begin);
            found++;
        }
        from += end;
    }
    return found;
}

size_t
mpos_card_mask(char *text, size_t len)
{
    return mask_all(text, len, false);
}

size_t
mpos_card_mask_unread(char *text, size_t len)
{
    return mask_all(text, len, true);
}
