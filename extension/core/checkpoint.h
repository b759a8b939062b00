/*
 * checkpoint.h - the head of a log as text: C2SP tlog-checkpoint. Words: origin (name of the log), size (number of its
 * leaves), root, extension line.
 */
#ifndef MPOS_CORE_CHECKPOINT_H
#define MPOS_CORE_CHECKPOINT_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"

typedef struct mpos_checkpoint {
    const char *origin; /* inside the text that was parsed */
    size_t origin_size;
    uint64_t size; /* at most 2^63 - 1 */
    uint8_t root[32];
    size_t extension_lines;
} mpos_checkpoint;

/* Longest text that mpos_checkpoint_format writes: three lines with their ends. */
#define MPOS_CHECKPOINT_TEXT_SIZE(origin_size) ((origin_size) + 1 + 20 + 1 + 44 + 1)

/*
 * Reads the text of a note: origin, size, root, then any number of lines that are not empty. INVALID_VALUE when it is
 * not exactly of that form. The text must have passed mpos_note_parse, which checks its characters.
 */
mpos_err
mpos_checkpoint_parse(const char *text, size_t text_size, mpos_checkpoint *out);

/*
 * Writes origin, size and root, no extension lines, into at least MPOS_CHECKPOINT_TEXT_SIZE(origin_size) bytes; no NUL.
 * INVALID_VALUE for an empty origin, one with a line end, or a size above 2^63 - 1.
 */
mpos_err
mpos_checkpoint_format(const char *origin, size_t origin_size, uint64_t size, const uint8_t root[32],
                       char *out, size_t *size_out);

/*
 * Reads a decimal number without sign and without leading zeros that fills the text; INVALID_VALUE otherwise and above
 * 2^63 - 1. Sizes and indexes of the public formats are written so.
 */
mpos_err
mpos_whole_parse(const char *text, size_t text_size, uint64_t *out);

/* Writes the digits of a number, at most 20, and returns how many. */
size_t
mpos_whole_format(uint64_t value, char *out);

#endif
