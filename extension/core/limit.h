/*
 * limit.h - limits of what a person may give away: discounts on an order, refunds in a shift. Words: limit, allowance.
 */
#ifndef MPOS_CORE_LIMIT_H
#define MPOS_CORE_LIMIT_H

#include <stdint.h>

/* As a limit: none. Above every rate and every amount. */
#define MPOS_NO_LIMIT INT64_MAX

#endif
