/*
 * limit.c - what the limits cost a request: the three counters of an authenticated call (address, actor, business) and what the
 * answer says of them. limit THREADS SUBJECTS prints nanoseconds a request; SUBJECTS is how many actors there are.
 */
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "http/limit_table.h"

#define REQUESTS 2000000

static const limit_quota quotas[LIMIT_SUBJECTS] = {{10000000, 1}, {10000000, 1}, {10000000, 1}};
static unsigned subjects;
/* So that nothing is left out by the compiler. */
static _Atomic unsigned long written;

static void
one(unsigned actor)
{
    uint8_t identity[LIMIT_SUBJECTS][16] = {{0}};
    limit_outcome least = {.left = UINT32_MAX};
    char text[96];

    identity[LIMIT_IP][15] = (uint8_t)actor;
    memcpy(identity[LIMIT_ACTOR], &actor, sizeof actor);
    identity[LIMIT_TENANT][0] = (uint8_t)(actor >> 4);
    for (int i = 0; i < LIMIT_SUBJECTS; i++) {
        limit_outcome outcome =
            limit_table_take(LIMIT_CALL, (limit_subject)i, identity[i], &quotas[i], clock_elapsed_ns());

        least = outcome.left < least.left ? outcome : least;
    }
    written +=
        (unsigned long)snprintf(text, sizeof text, "\"call.actor\";r=%u;t=%u", least.left, least.full_s);
}

static void *
run(void *arg)
{
    unsigned actor = *(unsigned *)arg * 7919;

    for (unsigned i = 0; i < REQUESTS; i++) {
        actor = actor * 1664525 + 1013904223;
        one((actor >> 8) % subjects);
    }
    return NULL;
}

int
main(int argc, char **argv)
{
    unsigned threads = argc == 3 ? (unsigned)atoi(argv[1]) : 0;
    pthread_t ids[64];
    unsigned numbers[64];
    int64_t start;

    subjects = argc == 3 ? (unsigned)atoi(argv[2]) : 0;
    if (threads < 1 || threads > 64 || subjects < 1 || sodium_init() < 0) {
        fputs("usage: limit THREADS SUBJECTS\n", stderr);
        return 2;
    }
    limit_table_init();
    start = clock_elapsed_ns();
    for (unsigned i = 0; i < threads; i++) {
        numbers[i] = i;
        pthread_create(&ids[i], NULL, run, &numbers[i]);
    }
    for (unsigned i = 0; i < threads; i++) {
        pthread_join(ids[i], NULL);
    }
    printf("%lld\n", (long long)((clock_elapsed_ns() - start) / REQUESTS));
    return 0;
}
