/* base64.c - see base64.h. */
#include "base64.h"

/* The characters of the values 0 to 61; what stands for 62 and 63 differs. */
static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
static const char standard[] = "+/";
static const char url_safe[] = "-_";

static char
letter(uint32_t value, const char last[2])
{
    return value < 62 ? alphabet[value] : last[value - 62];
}

static int
value_of(char c, const char last[2])
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
    return c == last[0] ? 62 : c == last[1] ? 63 : -1;
}

/* Characters without padding. */
static size_t
encode(const uint8_t *bytes, size_t size, const char last[2], char *out)
{
    uint32_t bits = 0;
    int held = 0; /* bits not yet written */
    size_t written = 0;

    for (size_t i = 0; i < size; i++) {
        bits = (bits << 8 | bytes[i]) & 0xFFFF;
        for (held += 8; held >= 6; held -= 6) {
            out[written++] = letter(bits >> (held - 6) & 63, last);
        }
    }
    if (held > 0) {
        out[written++] = letter(bits << (6 - held) & 63, last);
    }
    return written;
}

/* Checks the text without padding and keeps the first bytes of its value. */
static mpos_err
decode(const char *text, size_t text_size, const char last[2], uint8_t *out, size_t capacity,
       size_t *size_out)
{
    uint32_t bits = 0;
    int held = 0;
    size_t size = 0;

    for (size_t i = 0; i < text_size; i++) {
        int value = value_of(text[i], last);

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
        return MPOS_E_INVALID_VALUE; /* another text would give the same bytes */
    }
    *size_out = size;
    return MPOS_OK;
}

size_t
mpos_base64(const uint8_t *bytes, size_t size, char *out)
{
    size_t written = encode(bytes, size, standard, out);

    while (written % 4 != 0) {
        out[written++] = '=';
    }
    return written;
}

mpos_err
mpos_base64_decode(const char *text, size_t text_size, uint8_t *out, size_t capacity, size_t *size_out)
{
    size_t padding = 0;

    if (text_size % 4 != 0) {
        return MPOS_E_INVALID_VALUE;
    }
    while (padding < 2 && padding < text_size && text[text_size - 1 - padding] == '=') {
        padding++;
    }
    return decode(text, text_size - padding, standard, out, capacity, size_out);
}

size_t
mpos_base64url(const uint8_t *bytes, size_t size, char *out)
{
    return encode(bytes, size, url_safe, out);
}

mpos_err
mpos_base64url_decode(const char *text, size_t text_size, uint8_t *out, size_t capacity, size_t *size_out)
{
    if (text_size % 4 == 1) {
        return MPOS_E_INVALID_VALUE;
    }
    if (text_size / 4 * 3 + (text_size % 4 * 3 / 4) > capacity) {
        return MPOS_E_BUFFER_TOO_SMALL;
    }
    return decode(text, text_size, url_safe, out, capacity, size_out);
}
