/*
 * early.h - answers that libh2o gives before any handler sees the request (no HTTP, body too large): a filter on the
 * fallback path turns them into problems.
 */
#ifndef HTTP_EARLY_H
#define HTTP_EARLY_H

#include <h2o.h>

void
http_early_register(h2o_pathconf_t *fallback);

#endif
