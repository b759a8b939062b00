/* utf8.h - reading one character of UTF-8 strictly. Words: code point. */
#ifndef MPOS_CORE_UTF8_H
#define MPOS_CORE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/*
 * Bytes of the character at the front, 0 when it is not valid: cut off, overlong, a surrogate, above U+10FFFF.
 * size must be above zero.
 */
static inline size_t
mpos_utf8_next(const uint8_t *bytes, size_t size, uint32_t *code_point)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t first = bytes[0];
    size_t length = first < 0x80   ? 1
                    : first < 0xC2 ? 0
                    : first < 0xE0 ? 2
                    : first < 0xF0 ? 3
                    : first < 0xF5 ? 4
                                   : 0;
    uint32_t value = length == 1 ? first : first & (0x7Fu >> length);

    if (length == 0 || length > size) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xC0) != 0x80) {
            return 0;
        }
        value = value << 6 | (bytes[i] & 0x3Fu);
    }
    if (value < least[length] || (value >= 0xD800 && value < 0xE000) || value > 0x10FFFF) {
        return 0;
    }
    *code_point = value;
    return length;
}

#endif
