/*
 * frame.h - WebSocket frames that many sockets share, and the entries they are made from. Words: entry, frame, topic.
 *
 * Both are counted by atomic references, because the sockets of all threads point to them. A frame is built once per
 * entry and set of topics and is then never changed.
 */
#ifndef WS_FRAME_H
#define WS_FRAME_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define WS_STREAM_SIZE 40 /* "o:" and a UUID */
#define WS_H8_SIZE 17
#define WS_MASKS_MAX 4

/* A set of topics, one bit each. */
typedef uint32_t ws_topics;

typedef struct ws_frame {
    _Atomic unsigned refs;
    size_t len;
    uint8_t bytes[];
} ws_frame;

typedef struct ws_cursor {
    int32_t epoch;
    int64_t seq; /* last entry seen, -1 before the first */
    char h8[WS_H8_SIZE];
} ws_cursor;

typedef struct ws_entry {
    _Atomic unsigned refs;
    uint8_t journal[UUID_SIZE];
    ws_cursor at;
    struct {
        ws_topics topics;
        ws_frame *frame;
    } frames[WS_MASKS_MAX]; /* under the hub's lock */
    size_t payload_len;
    uint8_t payload[];
} ws_entry;

/* The topic's bit, 0 when there is no such topic. */
ws_topics
ws_topic(const char *name, size_t len);

/* The topics that these scopes may see. */
ws_topics
ws_topics_allowed(uint64_t scopes);

/* A text frame around the JSON; one reference, the caller's. */
ws_frame *
ws_frame_new(const char *json, size_t len);

ws_frame *
ws_frame_raw(const void *bytes, size_t len);

void
ws_frame_release(ws_frame *frame);

/*
 * Reads the next entry of the form that mpos.call answers: header 200, leaf 32, u32 length, payload. Moves *at past it;
 * NULL at the end or when the bytes are damaged. One reference, the caller's.
 */
ws_entry *
ws_entry_read(const uint8_t **at, const uint8_t *end);

/* Whether its payload has changes under that topic. */
bool
ws_entry_has(const ws_entry *entry, const char *topic);

void
ws_entry_release(ws_entry *entry);

/* The change frame of the entry for these topics, with a reference for the caller. Under the hub's lock. */
ws_frame *
ws_entry_frame(ws_entry *entry, const char *stream, ws_topics topics);

#endif
