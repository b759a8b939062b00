/*
 * pack_dictionary.h - how payloads and stored answers are packed; whoever has zstd unpacks them with this. Words: pack,
 * dictionary.
 *
 * Packed bytes: u8 kind, then 0: the bytes themselves; else a zstd frame made with the dictionary of that kind. A frame says
 * how large its content is. A dictionary never changes once data was packed with it; another one is another kind.
 *
 * Kinds 1 and 2 are read and no longer written: their dictionaries are texts, so that every frame brings tables of its own. In
 * those of 3 and 4 the same texts stand behind tables: a plain sale is a tenth smaller and unpacked in half of the time.
 */
#ifndef MPOS_CORE_PACK_DICTIONARY_H
#define MPOS_CORE_PACK_DICTIONARY_H

#include <stddef.h>

/* More than any payload or answer; what says to be larger is damaged. */
#define MPOS_UNPACKED_MAX (64 * 1024 * 1024)

typedef enum mpos_pack_kind {
    MPOS_PACK_PLAIN,
    MPOS_PACK_PAYLOAD_TEXT,
    MPOS_PACK_ANSWER_TEXT,
    MPOS_PACK_PAYLOAD,
    MPOS_PACK_ANSWER,
    MPOS_PACK_KINDS
} mpos_pack_kind;

/* The dictionary of a kind; NULL when there is none, size_out is untouched then. */
const char *
mpos_pack_dictionary(int kind, size_t *size_out);

#endif
