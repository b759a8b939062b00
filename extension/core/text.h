/* text.h - comparing and writing texts without libc. */
#ifndef MPOS_CORE_TEXT_H
#define MPOS_CORE_TEXT_H

#include <stddef.h>
#include <stdint.h>

static inline int
mpos_text_same(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

/* Index of text in the list, -1 when it is not there. */
static inline int
mpos_text_index(const char *const *list, int count, const char *text)
{
    for (int i = 0; i < count; i++) {
        if (mpos_text_same(list[i], text)) {
            return i;
        }
    }
    return -1;
}

/* Copies the text without its end; returns where the next byte goes. */
static inline char *
mpos_text_put(char *at, const char *text)
{
    while (*text != '\0') {
        *at++ = *text++;
    }
    return at;
}

/* The same for a number in decimal, at most 20 digits. */
static inline char *
mpos_text_put_number(char *at, uint64_t number)
{
    char digits[20];
    size_t count = 0;

    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    while (count > 0) {
        *at++ = digits[--count];
    }
    return at;
}

#endif
