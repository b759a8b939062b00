/* clock.h - time of day, elapsed time and identifiers made from them. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#define CLOCK_TEXT_SIZE 28

/* Microseconds since 1970, UTC. */
int64_t
clock_now_us(void);

/* Milliseconds of a clock that never steps; only differences mean anything. */
uint64_t
clock_elapsed_ms(void);

/* Nanoseconds of the same clock. */
int64_t
clock_elapsed_ns(void);

/* RFC 3339 with microseconds and Z. */
void
clock_text(int64_t now_us, char out[CLOCK_TEXT_SIZE]);

/* Seconds since 1970 of a RFC 3339 time in UTC ("...Z"), -1 when the text is none. */
int64_t
clock_parse_s(const char *text);

/* A new UUID version 7. */
void
clock_uuid7(uint8_t out[16]);

#endif
