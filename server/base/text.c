/* text.c - growing text and the text forms of bytes. */
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
reserve(text_buf *buf, size_t more)
{
    size_t cap = buf->cap ? buf->cap : 256;

    while (cap - buf->len <= more) {
        cap *= 2;
    }
    if (cap != buf->cap) {
        buf->data = realloc(buf->data, cap);
        if (buf->data == NULL) {
            abort();
        }
        buf->cap = cap;
    }
}

void
text_add(text_buf *buf, const void *data, size_t len)
{
    reserve(buf, len);
    if (len > 0) {
        memcpy(buf->data + buf->len, data, len);
    }
    buf->len += len;
    buf->data[buf->len] = '\0';
}

void
text_add_z(text_buf *buf, const char *text)
{
    text_add(buf, text, strlen(text));
}

void
text_addf(text_buf *buf, const char *format, ...)
{
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    reserve(buf, (size_t)len);
    va_start(args, format);
    vsnprintf(buf->data + buf->len, (size_t)len + 1, format, args);
    va_end(args);
    buf->len += (size_t)len;
}

static bool
continues(const uint8_t *text, size_t len, size_t count)
{
    for (size_t i = 1; i <= count; i++) {
        if (i >= len || (text[i] & 0xc0) != 0x80) {
            return false;
        }
    }
    return true;
}

size_t
text_utf8_step(const uint8_t *text, size_t len)
{
    uint8_t first = len > 0 ? text[0] : 0xff;

    if (first < 0x80) {
        return 1;
    }
    if (first >= 0xc2 && first < 0xe0 && continues(text, len, 1)) {
        return 2;
    }
    if (first >= 0xe0 && first < 0xf0 && continues(text, len, 2)) {
        bool overlong = first == 0xe0 && text[1] < 0xa0;
        bool surrogate = first == 0xed && text[1] >= 0xa0;

        return overlong || surrogate ? 0 : 3;
    }
    if (first >= 0xf0 && first < 0xf5 && continues(text, len, 3)) {
        bool overlong = first == 0xf0 && text[1] < 0x90;
        bool beyond = first == 0xf4 && text[1] >= 0x90;

        return overlong || beyond ? 0 : 4;
    }
    return 0;
}

static void
add_json_ascii(text_buf *buf, char c)
{
    switch (c) {
    case '"':
        text_add_z(buf, "\\\"");
        break;
    case '\\':
        text_add_z(buf, "\\\\");
        break;
    case '\n':
        text_add_z(buf, "\\n");
        break;
    case '\0': /* no string of the database can hold it */
        text_add_z(buf, "\xef\xbf\xbd");
        break;
    default:
        if ((unsigned char)c < 0x20) {
            text_addf(buf, "\\u%04x", (unsigned)c);
        } else {
            text_add(buf, &c, 1);
        }
    }
}

void
text_add_json(text_buf *buf, const char *text, size_t len)
{
    text_add(buf, "\"", 1);
    for (size_t at = 0; at < len;) {
        size_t step = text_utf8_step((const uint8_t *)text + at, len - at);

        if (step == 0) {
            text_add_z(buf, "\xef\xbf\xbd");
            step = 1;
        } else if (step == 1) {
            add_json_ascii(buf, text[at]);
        } else {
            text_add(buf, text + at, step);
        }
        at += step;
    }
    text_add(buf, "\"", 1);
}

void
text_free(text_buf *buf)
{
    free(buf->data);
    *buf = (text_buf){0};
}

void
text_hex(const uint8_t *data, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < len; i++) {
        *out++ = digits[data[i] >> 4];
        *out++ = digits[data[i] & 15];
    }
    *out = '\0';
}

static int
digit_of(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
text_unhex(const char *text, size_t text_len, uint8_t *out, size_t len)
{
    if (text_len != 2 * len) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        int high = digit_of(text[2 * i]);
        int low = digit_of(text[2 * i + 1]);

        if (high < 0 || low < 0) {
            return false;
        }
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

void
text_uuid(const uint8_t id[UUID_SIZE], char out[UUID_TEXT_SIZE])
{
    static const uint8_t groups[] = {4, 2, 2, 2, 6};
    const uint8_t *at = id;

    for (size_t i = 0; i < sizeof groups; i++) {
        text_hex(at, groups[i], out);
        at += groups[i];
        out += 2 * groups[i];
        *out++ = '-';
    }
    out[-1] = '\0';
}

bool
text_parse_uuid(const char *text, size_t len, uint8_t out[UUID_SIZE])
{
    char digits[2 * UUID_SIZE];
    size_t count = 0;

    if (len != UUID_TEXT_SIZE - 1) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash != (text[i] == '-')) {
            return false;
        }
        if (!dash) {
            digits[count++] = text[i];
        }
    }
    return text_unhex(digits, count, out, UUID_SIZE);
}
