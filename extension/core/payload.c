/* payload.c - building and walking the sections of a payload. */
#include "payload.h"

#include <string.h>

#include "bytes.h"

enum { HEADER_SIZE = 12, SECTION_HEAD_SIZE = 6 };

static const uint8_t magic[8] = {'M', 'P', 'O', 'S', 'P', 'A', 'Y', '1'};

static int
known_kind(uint8_t kind)
{
    return kind == MPOS_SECTION_FEED || kind == MPOS_SECTION_AUDIT;
}

mpos_err
mpos_payload_size(const mpos_section *sections, size_t count, size_t *out)
{
    size_t size = HEADER_SIZE;

    if (count > MPOS_PAYLOAD_SECTIONS_MAX) {
        return MPOS_E_TOO_MANY;
    }
    for (size_t i = 0; i < count; i++) {
        if (!known_kind(sections[i].kind) || sections[i].topic_size > MPOS_TOPIC_SIZE_MAX ||
            sections[i].body_size > INT32_MAX ||
            __builtin_add_overflow(size, SECTION_HEAD_SIZE + sections[i].topic_size + sections[i].body_size,
                                   &size)) {
            return MPOS_E_OUT_OF_RANGE;
        }
    }
    *out = size;
    return MPOS_OK;
}

/* memcpy that allows NULL for an empty source. */
static uint8_t *
append(uint8_t *to, const void *from, size_t size)
{
    if (size > 0) {
        memcpy(to, from, size);
    }
    return to + size;
}

mpos_err
mpos_payload_encode(const mpos_section *sections, size_t count, uint8_t *out, size_t capacity,
                    size_t *size_out)
{
    size_t size;
    uint8_t *at = out + HEADER_SIZE;
    mpos_err err = mpos_payload_size(sections, count, &size);

    if (err != MPOS_OK) {
        return err;
    }
    if (size > capacity) {
        return MPOS_E_BUFFER_TOO_SMALL;
    }
    memcpy(out, magic, sizeof magic);
    mpos_put_u16(out + 8, (uint16_t)count);
    mpos_put_u16(out + 10, 0);
    for (size_t i = 0; i < count; i++) {
        at[0] = sections[i].kind;
        at[1] = (uint8_t)sections[i].topic_size;
        mpos_put_u32(at + 2, (uint32_t)sections[i].body_size);
        at = append(at + SECTION_HEAD_SIZE, sections[i].topic, sections[i].topic_size);
    }
    for (size_t i = 0; i < count; i++) {
        at = append(at, sections[i].body, sections[i].body_size);
    }
    *size_out = size;
    return MPOS_OK;
}

/* Adds up the section heads from `at` on. Returns the bytes of the bodies, or -1 when the heads do not fit. */
static int64_t
check_heads(const uint8_t *at, const uint8_t *end, size_t count, const uint8_t **heads_end)
{
    int64_t bodies = 0;

    for (size_t i = 0; i < count; i++) {
        if (end - at < SECTION_HEAD_SIZE || !known_kind(at[0]) || at[1] > MPOS_TOPIC_SIZE_MAX ||
            end - at < SECTION_HEAD_SIZE + at[1]) {
            return -1;
        }
        bodies += mpos_get_u32(at + 2);
        at += SECTION_HEAD_SIZE + at[1];
    }
    *heads_end = at;
    return bodies;
}

mpos_err
mpos_payload_open(const uint8_t *payload, size_t size, mpos_payload_reader *out)
{
    const uint8_t *heads_end;
    int64_t bodies;
    size_t count;

    if (size < HEADER_SIZE || memcmp(payload, magic, sizeof magic) != 0 || mpos_get_u16(payload + 10) != 0) {
        return MPOS_E_JOURNAL_DAMAGED;
    }
    count = mpos_get_u16(payload + 8);
    bodies = check_heads(payload + HEADER_SIZE, payload + size, count, &heads_end);
    if (count > MPOS_PAYLOAD_SECTIONS_MAX || bodies < 0 || bodies != payload + size - heads_end) {
        return MPOS_E_JOURNAL_DAMAGED;
    }
    out->head = payload + HEADER_SIZE;
    out->body = heads_end;
    out->left = count;
    return MPOS_OK;
}

int
mpos_payload_next(mpos_payload_reader *reader, mpos_section *out)
{
    if (reader->left == 0) {
        return 0;
    }
    out->kind = reader->head[0];
    out->topic_size = reader->head[1];
    out->topic = (const char *)reader->head + SECTION_HEAD_SIZE;
    out->body_size = mpos_get_u32(reader->head + 2);
    out->body = reader->body;
    reader->head += SECTION_HEAD_SIZE + out->topic_size;
    reader->body += out->body_size;
    reader->left--;
    return 1;
}
