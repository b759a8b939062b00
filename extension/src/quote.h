/*
 * quote.h - a price that was promised: which catalogue and time it was made by, what it came to, and how long it holds. The
 * client carries it; a MAC under the context keys makes it this outlet's own. Words: quote, expiry.
 */
#ifndef MPOS_QUOTE_H
#define MPOS_QUOTE_H

#include "postgres.h"

#include "call.h"
#include "cart.h"

/* Long enough to choose and pay at a kiosk, short enough that a published price is in force the same quarter of an hour. */
#define MPOS_QUOTE_VALID_US (INT64CONST(15) * 60 * 1000 * 1000)

typedef struct mpos_quote {
    uint8 catalogue[32];
    uint8 price[32];  /* mpos_quote_price */
    int64 at;         /* outlet-local minutes since 1970 that the price was made by */
    int64 expires_us; /* since 1970 */
} mpos_quote;

/* The hash that a quote promises: of the priced form with the ids of lines zeroed, which are not the price's. */
void
mpos_quote_price(const mpos_priced_cart *cart, uint8 out[32]);

/* The quote of the context's outlet as text in the current context; NULL when there is no key to sign it by. */
char *
mpos_quote_make(const mpos_call *call, const mpos_quote *quote);

/* Refuses with QUOTE_INVALID (anything but a quote of this outlet) or QUOTE_EXPIRED, at /quote. */
mpos_err
mpos_quote_read(mpos_call *call, const char *text, mpos_quote *out);

#endif
