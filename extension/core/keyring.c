/* keyring.c - see keyring.h. */
#include "keyring.h"

#include <stdbool.h>
#include <string.h>

static int
hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static bool
read_bytes(const char *text, size_t size, uint8_t out[MPOS_KEY_SIZE])
{
    if (size != 2 * MPOS_KEY_SIZE) {
        return false;
    }
    for (size_t i = 0; i < MPOS_KEY_SIZE; i++) {
        int high = hex_digit(text[2 * i]);
        int low = hex_digit(text[2 * i + 1]);

        if (high < 0 || low < 0) {
            return false;
        }
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* A number of 1 to 2^32-1 without leading zeros, ended by one space. Returns its length with the space, 0 for anything else. */
static size_t
read_number(const char *text, size_t size, uint32_t *out)
{
    uint64_t value = 0;
    size_t at = 0;

    while (at < size && at < 10 && text[at] >= '0' && text[at] <= '9') {
        value = value * 10 + (uint64_t)(text[at++] - '0');
    }
    if (at == 0 || at == size || text[at] != ' ' || text[0] == '0' || value > UINT32_MAX) {
        return 0;
    }
    *out = (uint32_t)value;
    return at + 1;
}

/* Keeps the highest number first. */
static mpos_err
add(mpos_keyring *ring, const mpos_key *key)
{
    uint32_t place = 0;

    if (mpos_keyring_find(ring, key->id) != NULL) {
        return MPOS_E_INVALID_VALUE;
    }
    if (ring->count == MPOS_KEYRING_MAX) {
        return MPOS_E_TOO_MANY;
    }
    while (place < ring->count && ring->keys[place].id > key->id) {
        place++;
    }
    for (uint32_t i = ring->count; i > place; i--) {
        ring->keys[i] = ring->keys[i - 1];
    }
    ring->keys[place] = *key;
    ring->count++;
    return MPOS_OK;
}

static mpos_err
read_line(const char *line, size_t size, mpos_keyring *out, bool *bare)
{
    mpos_key key = {.id = 1};
    size_t number;
    mpos_err err = MPOS_E_INVALID_VALUE;

    size -= size > 0 && line[size - 1] == '\r';
    if (size == 0 || line[0] == '#') {
        return MPOS_OK;
    }
    number = read_number(line, size, &key.id);
    *bare = *bare || number == 0;
    if (read_bytes(line + number, size - number, key.bytes)) {
        err = add(out, &key);
    }
    memset(&key, 0, sizeof key);
    return err;
}

mpos_err
mpos_keyring_parse(const char *text, size_t size, mpos_keyring *out)
{
    mpos_err err = size > MPOS_KEYRING_TEXT_MAX ? MPOS_E_INVALID_VALUE : MPOS_OK;
    bool bare = false;
    size_t at = 0;

    memset(out, 0, sizeof *out);
    while (err == MPOS_OK && at < size) {
        size_t end = at;

        while (end < size && text[end] != '\n') {
            end++;
        }
        err = read_line(text + at, end - at, out, &bare);
        at = end + 1;
    }
    /* Beside others a key without a number could be any of them. */
    if (err == MPOS_OK && (out->count == 0 || (bare && out->count > 1))) {
        err = MPOS_E_INVALID_VALUE;
    }
    if (err != MPOS_OK) {
        memset(out, 0, sizeof *out);
    }
    return err;
}

const mpos_key *
mpos_keyring_find(const mpos_keyring *ring, uint32_t id)
{
    for (uint32_t i = 0; i < ring->count; i++) {
        if (ring->keys[i].id == id) {
            return &ring->keys[i];
        }
    }
    return NULL;
}
