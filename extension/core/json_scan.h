/*
 * json_scan.h - walks over JSON text without building anything; internal to the core. Words: scan, value.
 *
 * As RFC 8259 says, strings being UTF-8. The first error sticks: MALFORMED_JSON, or TOO_MANY when it is deeper than allowed.
 */
#ifndef MPOS_CORE_JSON_SCAN_H
#define MPOS_CORE_JSON_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"

typedef struct mpos_scan {
    const char *at;
    const char *end;
    mpos_err err;
} mpos_scan;

void
mpos_scan_space(mpos_scan *s);

/* Skips white space and says whether `c` comes next; then it is taken. */
int
mpos_scan_take(mpos_scan *s, char c);

/* A string: *text is what stands between its quotes, *escaped whether there are escapes in it. */
void
mpos_scan_string(mpos_scan *s, const char **text, size_t *size, int *escaped);

/* Skips one value of at most `depth` (up to 63) objects and arrays in one another. */
void
mpos_scan_skip(mpos_scan *s, int depth);

/* Skips white space; MALFORMED_JSON unless the text ends here. */
void
mpos_scan_end(mpos_scan *s);

#endif
