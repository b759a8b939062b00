/*
 * load.c - sells as fast as the other side lets it, or at a given rate, and prints what it saw as one JSON line.
 *
 *     load http|direct push|post TARGET TILLS CONNECTIONS SECONDS [RATE]
 *
 * Each connection has one sale in flight. With a rate, sales are due at fixed moments and latency counts from the moment
 * a sale was due, so that a stall is seen in every sale it delayed. Afterwards TILLS.next holds the tills as they stand.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

#include "lane.h"

#define SAMPLES_MAX 4000000
#define EVENTS_MAX 64

typedef struct load {
    const transport *over;
    sale_form form;
    till *tills;
    int till_count, till_next;
    lane *lanes;
    int lane_count, epoll;
    int64_t begin_us, end_us;
    double interval_us; /* between due sales, 0 as fast as possible */
    long due, sold, refused;
    uint32_t *samples;
} load;

static int64_t
now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* The next till without a sale in flight: a device has one push at a time. There are more tills than lanes. */
static till *
free_till(load *all)
{
    for (;;) {
        till *at = &all->tills[all->till_next];
        all->till_next = (all->till_next + 1) % all->till_count;
        if (!at->busy)
            return at;
    }
}

/* Starts a sale on an idle lane if one is due. */
static void
start(load *all, lane *on)
{
    int64_t now = now_us(), due = now;
    if (all->interval_us > 0) {
        due = all->begin_us + (int64_t)((double)all->due * all->interval_us);
        if (due > now)
            return;
    }
    if (now >= all->end_us)
        return;
    all->due++;
    on->at = free_till(all);
    on->at->busy = 1;
    on->started_us = due;
    sale_make(on->at, all->form, &on->sale);
    if (all->over->send(on, all->form) == LANE_BROKEN) {
        fprintf(stderr, "a connection broke while sending\n");
        exit(1);
    }
}

static void
finish(load *all, lane *on, lane_event event)
{
    if (event == LANE_BROKEN) {
        fprintf(stderr, "a connection broke\n");
        exit(1);
    }
    if (event == LANE_SOLD) {
        sale_done(on->at, all->form, &on->sale);
        if (all->sold < SAMPLES_MAX)
            all->samples[all->sold] = (uint32_t)(now_us() - on->started_us);
        all->sold++;
    } else if (all->refused++ == 0) {
        fprintf(stderr, "refused: %.600s\n", on->answer);
    }
    on->at->busy = 0;
    on->at = NULL;
}

static int
wait_ms(const load *all, int64_t now)
{
    if (all->interval_us <= 0)
        return 100;
    int64_t due = all->begin_us + (int64_t)((double)all->due * all->interval_us);
    return due <= now ? 1 : (int)((due - now) / 1000);
}

/* Runs until the end has come and nothing is in flight. */
static void
run(load *all)
{
    struct epoll_event events[EVENTS_MAX];
    for (int busy = 1; busy || now_us() < all->end_us;) {
        int count = epoll_wait(all->epoll, events, EVENTS_MAX, wait_ms(all, now_us()));
        for (int i = 0; i < count; i++) {
            lane *on = events[i].data.ptr;
            lane_event event = all->over->receive(on, all->form);
            if (on->at != NULL && event != LANE_WAIT)
                finish(all, on, event);
        }
        busy = 0;
        for (int i = 0; i < all->lane_count; i++) {
            if (all->lanes[i].at == NULL)
                start(all, &all->lanes[i]);
            busy |= all->lanes[i].at != NULL;
        }
    }
}

static int
by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void
report(load *all)
{
    size_t count = (size_t)(all->sold < SAMPLES_MAX ? all->sold : SAMPLES_MAX);
    double seconds = (double)(now_us() - all->begin_us) / 1e6;
    qsort(all->samples, count, sizeof *all->samples, by_value);
    double p50 = count ? all->samples[count / 2] / 1e3 : 0,
           p99 = count ? all->samples[count * 99 / 100] / 1e3 : 0;
    printf("{\"sold\":%ld,\"refused\":%ld,\"seconds\":%.3f,\"per_second\":%.1f,\"p50_ms\":%.2f,\"p99_ms\":%."
           "2f}\n",
           all->sold, all->refused, seconds, (double)all->sold / seconds, p50, p99);
}

/* Writes where each device's log stands, "device seq hash receipt" a line, for the next run. */
static int
save(const load *all, const char *path)
{
    char name[1024];
    snprintf(name, sizeof name, "%s.next", path);
    FILE *file = fopen(name, "w");
    if (file == NULL)
        return -1;
    for (int i = 0; i < all->till_count; i++) {
        const till *at = &all->tills[i];
        fprintf(file, "%s %lld ", at->device, at->seq);
        for (int k = 0; k < 32; k++)
            fprintf(file, "%02x", at->hash[k]);
        fprintf(file, " %lld\n", at->receipt);
    }
    return fclose(file);
}

static int
open_lanes(load *all, const char *target)
{
    all->epoll = epoll_create1(0);
    all->lanes = calloc((size_t)all->lane_count, sizeof *all->lanes);
    for (int i = 0; i < all->lane_count; i++) {
        lane *on = &all->lanes[i];
        if (all->over->open(on, target) != 0)
            return -1;
        struct epoll_event want = {.events = EPOLLIN, .data.ptr = on};
        if (epoll_ctl(all->epoll, EPOLL_CTL_ADD, on->fd, &want) != 0)
            return -1;
    }
    return 0;
}

int
main(int argc, char **argv)
{
    if (argc < 7) {
        fprintf(stderr, "load http|direct push|post TARGET TILLS CONNECTIONS SECONDS [RATE]\n");
        return 2;
    }
    double rate = argc > 7 ? atof(argv[7]) : 0;
    load all = {.over = strcmp(argv[1], "direct") == 0 ? &transport_direct : &transport_http,
                .form = strcmp(argv[2], "push") == 0 ? SALE_PUSH : SALE_POST,
                .lane_count = atoi(argv[5]),
                .interval_us = rate > 0 ? 1e6 / rate : 0};
    all.samples = calloc(SAMPLES_MAX, sizeof *all.samples);
    all.till_count = tills_read(argv[4], &all.tills);
    if (all.samples == NULL || all.till_count <= all.lane_count) {
        fprintf(stderr, "more tills than connections are needed\n");
        return 2;
    }
    if (open_lanes(&all, argv[3]) != 0)
        return 1;
    all.begin_us = now_us();
    all.end_us = all.begin_us + (int64_t)(atof(argv[6]) * 1e6);
    run(&all);
    report(&all);
    return save(&all, argv[4]) != 0 || all.refused > all.sold / 100;
}
