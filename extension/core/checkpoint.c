/* checkpoint.c - see checkpoint.h. */
#include "checkpoint.h"

#include <stdbool.h>
#include <string.h>

#include "base64.h"

mpos_err
mpos_whole_parse(const char *text, size_t text_size, uint64_t *out)
{
    uint64_t value = 0;

    if (text_size == 0 || text_size > 19 || (text[0] == '0' && text_size > 1)) {
        return MPOS_E_INVALID_VALUE;
    }
    for (size_t i = 0; i < text_size; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return MPOS_E_INVALID_VALUE;
        }
        value = value * 10 + (uint64_t)(text[i] - '0'); /* 19 digits fit */
    }
    if (value > INT64_MAX) {
        return MPOS_E_INVALID_VALUE;
    }
    *out = value;
    return MPOS_OK;
}

size_t
mpos_whole_format(uint64_t value, char *out)
{
    char digits[20];
    size_t count = 0;

    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    for (size_t i = 0; i < count; i++) {
        out[i] = digits[count - 1 - i];
    }
    return count;
}

typedef struct lines {
    const char *at;
    size_t left;
} lines;

/* Takes the next line without its end. False when no line end is left. */
static bool
next_line(lines *from, const char **line, size_t *size)
{
    size_t i = 0;

    while (i < from->left && from->at[i] != '\n') {
        i++;
    }
    if (i == from->left) {
        return false;
    }
    *line = from->at;
    *size = i;
    from->at += i + 1;
    from->left -= i + 1;
    return true;
}

mpos_err
mpos_checkpoint_parse(const char *text, size_t text_size, mpos_checkpoint *out)
{
    lines from = {text, text_size};
    mpos_checkpoint checkpoint = {.extension_lines = 0};
    const char *line;
    size_t size, root_size;

    if (!next_line(&from, &checkpoint.origin, &checkpoint.origin_size) || checkpoint.origin_size == 0 ||
        !next_line(&from, &line, &size) || mpos_whole_parse(line, size, &checkpoint.size) != MPOS_OK ||
        !next_line(&from, &line, &size) || size != MPOS_BASE64_SIZE(32) ||
        mpos_base64_decode(line, size, checkpoint.root, 32, &root_size) != MPOS_OK || root_size != 32) {
        return MPOS_E_INVALID_VALUE;
    }
    while (next_line(&from, &line, &size)) {
        if (size == 0) {
            return MPOS_E_INVALID_VALUE;
        }
        checkpoint.extension_lines++;
    }
    if (from.left > 0) {
        return MPOS_E_INVALID_VALUE;
    }
    *out = checkpoint;
    return MPOS_OK;
}

mpos_err
mpos_checkpoint_format(const char *origin, size_t origin_size, uint64_t size, const uint8_t root[32],
                       char *out, size_t *size_out)
{
    char *at = out;

    if (origin_size == 0 || size > INT64_MAX) {
        return MPOS_E_INVALID_VALUE;
    }
    for (size_t i = 0; i < origin_size; i++) {
        if ((unsigned char)origin[i] < ' ') {
            return MPOS_E_INVALID_VALUE;
        }
    }
    memcpy(at, origin, origin_size);
    at += origin_size;
    *at++ = '\n';
    at += mpos_whole_format(size, at);
    *at++ = '\n';
    at += mpos_base64(root, 32, at);
    *at++ = '\n';
    *size_out = (size_t)(at - out);
    return MPOS_OK;
}
