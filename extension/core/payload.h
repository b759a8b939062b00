/*
 * payload.h - the sections of a journal entry's payload. Words: payload, section, topic, feed, audit.
 *
 * Layout, big-endian: 0 8 "MPOSPAY1"   8 2 section count   10 2 zero, then for each section
 *     0 1 kind   1 1 topic length   2 4 body length   6 topic bytes
 * then all bodies, in the order of the sections. Sockets slice a section by offset without parsing it.
 */
#ifndef MPOS_CORE_PAYLOAD_H
#define MPOS_CORE_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define MPOS_PAYLOAD_SECTIONS_MAX 64
#define MPOS_TOPIC_SIZE_MAX 63

typedef enum mpos_section_kind { MPOS_SECTION_FEED = 1, MPOS_SECTION_AUDIT = 2 } mpos_section_kind;

typedef struct mpos_section {
    uint8_t kind; /* mpos_section_kind */
    const char *topic;
    size_t topic_size;
    const uint8_t *body;
    size_t body_size;
} mpos_section;

/* Size of the payload of these sections. TOO_MANY, OUT_OF_RANGE (kind, topic or body too long). */
mpos_err
mpos_payload_size(const mpos_section *sections, size_t count, size_t *out);

/* Writes the payload. BUFFER_TOO_SMALL, or the errors of mpos_payload_size. */
mpos_err
mpos_payload_encode(const mpos_section *sections, size_t count, uint8_t *out, size_t capacity,
                    size_t *size_out);

/* Walks a payload; the bytes stay the caller's and the sections point into them. */
typedef struct mpos_payload_reader {
    const uint8_t *head; /* next section's head */
    const uint8_t *body; /* next section's body */
    size_t left;         /* sections not yet read */
} mpos_payload_reader;

/* Checks the whole payload first: JOURNAL_DAMAGED unless every length fits and nothing is left over. */
mpos_err
mpos_payload_open(const uint8_t *payload, size_t size, mpos_payload_reader *out);

/* 1 and the next section, or 0 at the end. */
int
mpos_payload_next(mpos_payload_reader *reader, mpos_section *out);

#endif
