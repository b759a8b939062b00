/* gunzip.h - files that lie compressed where a web server hands them on as they are. Words: gzip. */
#ifndef MPOS_CLI_GUNZIP_H
#define MPOS_CLI_GUNZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether the bytes begin like a gzip file. */
bool
gunzip_looks_like(const uint8_t *bytes, size_t size);

/* Unpacks exactly one gzip file into at most size_max bytes; false when it is damaged, longer, or bytes follow it. */
bool
gunzip_whole(const uint8_t *bytes, size_t size, uint8_t *out, size_t size_max, size_t *size_out);

#endif
