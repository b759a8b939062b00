/* text.h - comparing NUL-terminated texts without libc, for the tables that give enum values their names. */
#ifndef MPOS_CORE_TEXT_H
#define MPOS_CORE_TEXT_H

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

#endif
