/* unpack.h - payloads as journal.entry stores them, unpacked (extension/core/pack_dictionary.h). */
#ifndef MPOS_CLI_UNPACK_H
#define MPOS_CLI_UNPACK_H

#include <stddef.h>
#include <stdint.h>

/* What was packed, until the next call; NULL when the packed bytes are damaged. Ends the program when memory does. */
const uint8_t *
cli_unpack(const uint8_t *packed, size_t size, size_t *size_out);

#endif
