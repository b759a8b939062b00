/* tip.h - tips of a shift by who took them. They are nobody's revenue: a sum of their own. Words: tip, person. */
#ifndef MPOS_TIP_H
#define MPOS_TIP_H

#include "postgres.h"

#include "order_rows.h"

/* Adds the payments' tips to the actor's sum; the row of the shift's sums is locked. */
void
mpos_tip_add(mpos_call *call, const uint8 shift[16], const mpos_order_payment *payments, int count);

/* The member "people" of a shift's tips: [{staff_id, count, amount}]. */
void
mpos_tip_people_json(mpos_call *call, StringInfo out, const uint8 shift[16]);

#endif
