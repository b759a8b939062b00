/*
 * pack_dictionary.h - how payloads and stored answers are packed; whoever has zstd unpacks them with this. Words: pack,
 * dictionary.
 *
 * Packed bytes: u8 method, then 0: the bytes themselves; 1: a zstd frame made with mpos_pack_payload_dictionary; 2: one made
 * with mpos_pack_answer_dictionary. A frame says how large its content is. A dictionary never changes once data was packed
 * with it; another one is another method.
 */
#ifndef MPOS_CORE_PACK_DICTIONARY_H
#define MPOS_CORE_PACK_DICTIONARY_H

#include <stddef.h>

/* More than any payload or answer; what says to be larger is damaged. */
#define MPOS_UNPACKED_MAX (64 * 1024 * 1024)

typedef enum mpos_pack_kind { MPOS_PACK_PLAIN, MPOS_PACK_PAYLOAD, MPOS_PACK_ANSWER } mpos_pack_kind;

extern const char mpos_pack_payload_dictionary[];
extern const size_t mpos_pack_payload_dictionary_size;
extern const char mpos_pack_answer_dictionary[];
extern const size_t mpos_pack_answer_dictionary_size;

#endif
