/* book.c - which price book prices a line. Words: book, rank, quantity break. */
#include "tax_map.h"

static int
before(const mpos_rules *rules, const mpos_book_price *price, const mpos_book_price *other)
{
    const mpos_book *book = &rules->books[price->book];
    const mpos_book *other_book;

    if (other == NULL) {
        return 1;
    }
    if (other->book == price->book) {
        return price->min_qty > other->min_qty;
    }
    other_book = &rules->books[other->book];
    return mpos_rank_before(book->priority, &book->when, book->id, other_book->priority, &other_book->when,
                            other_book->id);
}

const mpos_book_price *
mpos_book_choose(const mpos_rules *rules, const mpos_circumstances *in, const mpos_basket_line *line)
{
    const mpos_book_price *best = NULL;

    for (size_t i = 0; i < line->price_count; i++) {
        const mpos_book_price *price = &line->prices[i];

        if (price->min_qty <= line->qty && mpos_when_holds(&rules->books[price->book].when, in) &&
            before(rules, price, best)) {
            best = price;
        }
    }
    return best;
}
