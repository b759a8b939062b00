/* uuid.c - UUIDv7 with a buffered random source, and text forms. */
#include "postgres.h"

#include "utils/timestamp.h"

#include "bytes.h"
#include "canon.h"
#include "uuid.h"

/* One system call serves 102 identifiers. */
#define RANDOM_BUFFER_SIZE 1024
#define RANDOM_PER_UUID 10
#define UNIX_EPOCH_US ((int64)(POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY)

static uint8 random_buffer[RANDOM_BUFFER_SIZE];
static size_t random_left = 0;

static void
take_random(uint8 *out)
{
    if (random_left < RANDOM_PER_UUID) {
        if (!pg_strong_random(random_buffer, sizeof random_buffer)) {
            ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("no strong random numbers available")));
        }
        random_left = sizeof random_buffer;
    }
    random_left -= RANDOM_PER_UUID;
    memcpy(out, random_buffer + random_left, RANDOM_PER_UUID);
    memset(random_buffer + random_left, 0, RANDOM_PER_UUID);
}

void
mpos_uuid_v7_at(int64 unix_us, pg_uuid_t *out)
{
    uint8 time[8];
    int64 fraction = unix_us % 1000 * 4096 / 1000;

    mpos_put_u64(time, (uint64)(unix_us / 1000));
    memcpy(out->data, time + 2, 6);
    take_random(out->data + 6);
    out->data[6] = (uint8)(fraction >> 8 | 0x70);
    out->data[7] = (uint8)fraction;
    out->data[8] = (uint8)((out->data[8] & 0x3f) | 0x80);
}

void
mpos_uuid_v7(pg_uuid_t *out)
{
    mpos_uuid_v7_at(GetCurrentTimestamp() + UNIX_EPOCH_US, out);
}

void
mpos_uuid_short(const uint8 id[UUID_LEN], char out[MPOS_UUID_SHORT_LEN + 1])
{
    (void)mpos_base64url(id, UUID_LEN, out);
    out[MPOS_UUID_SHORT_LEN] = '\0';
}

void
mpos_uuid_text(const uint8 id[UUID_LEN], char out[37])
{
    static const char hex[] = "0123456789abcdef";

    for (int i = 0; i < UUID_LEN; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            *out++ = '-';
        }
        *out++ = hex[id[i] >> 4];
        *out++ = hex[id[i] & 15];
    }
    *out = '\0';
}
