/* clock.c - time and UUIDv7. */
#include "base/clock.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

int64_t
clock_now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

uint64_t
clock_elapsed_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

int64_t
clock_elapsed_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void
clock_text(int64_t now_us, char out[CLOCK_TEXT_SIZE])
{
    time_t seconds = (time_t)(now_us / 1000000);
    struct tm parts;

    gmtime_r(&seconds, &parts);
    strftime(out, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(out + 19, CLOCK_TEXT_SIZE - 19, ".%06uZ", (unsigned)(now_us % 1000000) % 1000000U);
}

int64_t
clock_parse_s(const char *text)
{
    struct tm parts = {0};
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &parts);

    if (rest == NULL || text[strlen(text) - 1] != 'Z') {
        return -1;
    }
    return (int64_t)timegm(&parts);
}

void
clock_uuid7(uint8_t out[16])
{
    uint64_t now_ms = (uint64_t)clock_now_us() / 1000;

    randombytes_buf(out, 16);
    for (int i = 0; i < 6; i++) {
        out[i] = (uint8_t)(now_ms >> (40 - 8 * i));
    }
    out[6] = (uint8_t)(0x70 | (out[6] & 0x0f));
    out[8] = (uint8_t)(0x80 | (out[8] & 0x3f));
}
