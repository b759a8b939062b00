/* frame.c - building frames. */
#include "ws/frame.h"

#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "context.h"
#include "journal_header.h"
#include "payload.h"

#define LEAF_SIZE 32
#define ENTRY_HEAD (MPOS_JOURNAL_HEADER_SIZE + LEAF_SIZE + 4)

static const struct {
    const char *name;
    uint64_t scope;
} topics[] = {
    {"order", MPOS_SCOPE_ORDER_READ},         {"kitchen", MPOS_SCOPE_KITCHEN_READ},
    {"stock", MPOS_SCOPE_STOCK_READ},         {"shift", MPOS_SCOPE_SHIFT_READ},
    {"event", MPOS_SCOPE_EVENT_READ},         {"staff", MPOS_SCOPE_JOURNAL_READ},
    {"catalogue", MPOS_SCOPE_CATALOGUE_READ},
};

ws_topics
ws_topic(const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++) {
        if (strlen(topics[i].name) == len && memcmp(topics[i].name, name, len) == 0) {
            return UINT32_C(1) << i;
        }
    }
    return 0;
}

ws_topics
ws_topics_allowed(uint64_t scopes)
{
    ws_topics allowed = 0;

    for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++) {
        allowed |= scopes & topics[i].scope ? UINT32_C(1) << i : 0;
    }
    return allowed;
}

static ws_frame *
allocate(size_t len)
{
    ws_frame *frame = malloc(sizeof *frame + len);

    if (frame == NULL) {
        abort();
    }
    atomic_init(&frame->refs, 1);
    frame->len = len;
    return frame;
}

ws_frame *
ws_frame_raw(const void *bytes, size_t len)
{
    ws_frame *frame = allocate(len);

    memcpy(frame->bytes, bytes, len);
    return frame;
}

ws_frame *
ws_frame_new(const char *json, size_t len)
{
    uint8_t head[10] = {0x81};
    size_t head_len;
    ws_frame *frame;

    if (len < 126) {
        head[1] = (uint8_t)len;
        head_len = 2;
    } else if (len < 65536) {
        head[1] = 126;
        mpos_put_u16(head + 2, (uint16_t)len);
        head_len = 4;
    } else {
        head[1] = 127;
        mpos_put_u64(head + 2, len);
        head_len = 10;
    }
    frame = allocate(head_len + len);
    memcpy(frame->bytes, head, head_len);
    memcpy(frame->bytes + head_len, json, len);
    return frame;
}

void
ws_frame_release(ws_frame *frame)
{
    if (atomic_fetch_sub(&frame->refs, 1) == 1) {
        free(frame);
    }
}

ws_entry *
ws_entry_read(const uint8_t **at, const uint8_t *end)
{
    mpos_journal_header header;
    const uint8_t *bytes = *at;
    ws_entry *entry;
    size_t len;

    if ((size_t)(end - bytes) < ENTRY_HEAD || mpos_journal_header_decode(bytes, &header) != MPOS_OK) {
        return NULL;
    }
    len = mpos_get_u32(bytes + ENTRY_HEAD - 4);
    if ((size_t)(end - bytes) - ENTRY_HEAD < len) {
        return NULL;
    }
    entry = calloc(1, sizeof *entry + len);
    if (entry == NULL) {
        abort();
    }
    atomic_init(&entry->refs, 1);
    memcpy(entry->journal, header.journal, UUID_SIZE);
    entry->at.epoch = (int32_t)header.epoch;
    entry->at.seq = (int64_t)header.seq;
    text_hex(bytes + MPOS_JOURNAL_HEADER_SIZE, 8, entry->at.h8);
    entry->payload_len = len;
    memcpy(entry->payload, bytes + ENTRY_HEAD, len);
    *at = bytes + ENTRY_HEAD + len;
    return entry;
}

bool
ws_entry_has(const ws_entry *entry, const char *topic)
{
    mpos_payload_reader reader;
    mpos_section section;

    if (mpos_payload_open(entry->payload, entry->payload_len, &reader) != MPOS_OK) {
        return false;
    }
    while (mpos_payload_next(&reader, &section)) {
        if (section.kind == MPOS_SECTION_FEED && section.topic_size == strlen(topic) &&
            memcmp(section.topic, topic, section.topic_size) == 0) {
            return true;
        }
    }
    return false;
}

void
ws_entry_release(ws_entry *entry)
{
    if (atomic_fetch_sub(&entry->refs, 1) > 1) {
        return;
    }
    for (size_t i = 0; i < WS_MASKS_MAX; i++) {
        if (entry->frames[i].frame != NULL) {
            ws_frame_release(entry->frames[i].frame);
        }
    }
    free(entry);
}

/* A line ["entity",...] becomes [seq,"topic","entity",...]. */
static void
add_lines(text_buf *out, const ws_entry *entry, const mpos_section *section)
{
    const char *at = (const char *)section->body;
    const char *end = at + section->body_size;

    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t len = (size_t)((newline != NULL ? newline : end) - at);

        if (len > 1) {
            text_addf(out, "%s[%lld,\"%.*s\",", out->data[out->len - 1] == '[' ? "" : ",",
                      (long long)entry->at.seq, (int)section->topic_size, section->topic);
            text_add(out, at + 1, len - 1);
        }
        at += len + 1;
    }
}

static ws_frame *
build(const ws_entry *entry, const char *stream, ws_topics wanted)
{
    text_buf json = {0};
    mpos_payload_reader reader;
    mpos_section section;
    ws_frame *frame;

    text_addf(&json,
              "{\"k\":\"ch\",\"s\":\"%s\",\"epoch\":%d,\"from\":%lld,\"to\":%lld,\"h8\":\"%s\",\"c\":[",
              stream, entry->at.epoch, (long long)entry->at.seq - 1, (long long)entry->at.seq, entry->at.h8);
    if (mpos_payload_open(entry->payload, entry->payload_len, &reader) == MPOS_OK) {
        while (mpos_payload_next(&reader, &section)) {
            if (section.kind == MPOS_SECTION_FEED && ws_topic(section.topic, section.topic_size) & wanted) {
                add_lines(&json, entry, &section);
            }
        }
    }
    text_add_z(&json, "]}");
    frame = ws_frame_new(json.data, json.len);
    text_free(&json);
    return frame;
}

ws_frame *
ws_entry_frame(ws_entry *entry, const char *stream, ws_topics wanted)
{
    size_t place = WS_MASKS_MAX - 1;

    for (size_t i = 0; i < WS_MASKS_MAX; i++) {
        if (entry->frames[i].frame != NULL && entry->frames[i].topics == wanted) {
            atomic_fetch_add(&entry->frames[i].frame->refs, 1);
            return entry->frames[i].frame;
        }
        if (entry->frames[i].frame == NULL) {
            place = i;
            break;
        }
    }
    if (entry->frames[place].frame != NULL) {
        ws_frame_release(entry->frames[place].frame);
    }
    entry->frames[place].topics = wanted;
    entry->frames[place].frame = build(entry, stream, wanted);
    atomic_fetch_add(&entry->frames[place].frame->refs, 1);
    return entry->frames[place].frame;
}
