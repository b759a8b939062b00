/*
 * lane.h - a connection with one sale in flight, over HTTP or straight to mpos.call. Words: lane, transport.
 * A transport never blocks after open; the loop in load.c waits for its descriptor.
 */
#ifndef MPOS_BENCH_LANE_H
#define MPOS_BENCH_LANE_H

#include "sale.h"

typedef enum lane_event { LANE_WAIT, LANE_SOLD, LANE_REFUSED, LANE_BROKEN } lane_event;

typedef struct lane {
    int fd;
    void *link; /* of the transport */
    till *at;   /* whose sale is in flight, NULL when idle */
    sale sale;
    int64_t started_us;
    char answer[16384];
    size_t answer_length;
} lane;

typedef struct transport {
    /* Connects; 0 or -1 with a message on stderr. target: "host:port" or a libpq connection string. */
    int (*open)(lane *on, const char *target);
    /* Sends on->sale for on->at. */
    lane_event (*send)(lane *on, sale_form form);
    /* Takes what has come. */
    lane_event (*receive)(lane *on, sale_form form);
} transport;

extern const transport transport_http;
extern const transport transport_direct;

#endif
