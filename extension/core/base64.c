/* base64.c - see base64.h. */
#include "base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t
mpos_base64(const uint8_t *bytes, size_t size, char *out)
{
    char *at = out;

    for (size_t i = 0; i < size; i += 3) {
        uint32_t bits = (uint32_t)bytes[i] << 16;

        bits |= i + 1 < size ? (uint32_t)bytes[i + 1] << 8 : 0;
        bits |= i + 2 < size ? bytes[i + 2] : 0;
        *at++ = alphabet[bits >> 18];
        *at++ = alphabet[bits >> 12 & 63];
        *at++ = i + 1 < size ? alphabet[bits >> 6 & 63] : '=';
        *at++ = i + 2 < size ? alphabet[bits & 63] : '=';
    }
    return (size_t)(at - out);
}

static int
value_of(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

mpos_err
mpos_base64_decode(const char *text, size_t text_size, uint8_t *out, size_t capacity, size_t *size_out)
{
    size_t padding = 0, size = 0;
    uint32_t bits = 0;
    int held = 0;

    if (text_size % 4 != 0) {
        return MPOS_E_INVALID_VALUE;
    }
    while (padding < 2 && padding < text_size && text[text_size - 1 - padding] == '=') {
        padding++;
    }
    for (size_t i = 0; i < text_size - padding; i++) {
        int value = value_of(text[i]);

        if (value < 0) {
            return MPOS_E_INVALID_VALUE;
        }
        bits = (bits << 6 | (uint32_t)value) & 0xFFFF;
        held += 6;
        if (held >= 8) {
            held -= 8;
            if (size < capacity) {
                out[size] = (uint8_t)(bits >> held);
            }
            size++;
        }
    }
    if ((bits & ((1U << held) - 1)) != 0) {
        return MPOS_E_INVALID_VALUE;
    }
    *size_out = size;
    return MPOS_OK;
}
