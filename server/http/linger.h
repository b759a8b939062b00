/*
 * linger.h - an answer given before the request has been read is lost when the connection is closed at once: what the
 * client still sends makes the kernel reset it. So the descriptor is kept a moment and the rest is read and dropped.
 */
#ifndef HTTP_LINGER_H
#define HTTP_LINGER_H

#include <h2o.h>

/* For a request that is answered and then closed by libh2o. */
void
http_linger(h2o_req_t *req);

#endif
