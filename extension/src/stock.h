/* stock.h - levels per outlet and item. Words: stock, level, deplete. */
#ifndef MPOS_STOCK_H
#define MPOS_STOCK_H

#include "operations.h"
#include "order_rows.h"

/*
 * Takes what the order's lines sold out of stock, never refusing; flags neg_stock, tells STOCK_LOW when a level falls to
 * its mark. Rows are locked by item id.
 */
void
mpos_stock_deplete(mpos_call *call, mpos_device_op *op, const mpos_order *order);

/* Puts back[i] of what lines[i] of the order sold back into stock, in the same order of rows. */
void
mpos_stock_return(mpos_call *call, const mpos_order *order, const int64 *back);

#endif
