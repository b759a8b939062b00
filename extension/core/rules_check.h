/* rules_check.h - parts of the check of rules; internal to the core. Words: path, member. */
#ifndef MPOS_CORE_RULES_CHECK_H
#define MPOS_CORE_RULES_CHECK_H

#include "pointer.h"
#include "rules.h"

/* The first error of a row of checks; the later ones are not made. */
#define MPOS_CHECK(err, call) ((err) = (err) == MPOS_OK ? (call) : (err))

/* Member `when` of where the path is. */
mpos_err
mpos_check_when(mpos_path *path, const mpos_when *when);

/* A list of plain ids: within its limit and ascending. */
mpos_err
mpos_check_ids(mpos_path *path, const char *member, const uint8_t (*ids)[16], size_t count, size_t most);

/* Indexes of taxes: at most MPOS_LINE_TAXES_MAX, each of a tax, none twice. */
mpos_err
mpos_check_tax_indexes(mpos_path *path, const char *member, const uint16_t *taxes, size_t count,
                       size_t tax_count);

/* One promotion. */
mpos_err
mpos_check_promotion(mpos_path *path, const mpos_promotion *promotion);

/* One charge. */
mpos_err
mpos_check_charge(mpos_path *path, const mpos_rules *rules, const mpos_charge_rule *charge);

static inline mpos_err
mpos_check_range(const mpos_path *path, int64_t value, int64_t least, int64_t most, const char *member)
{
    return value >= least && value <= most ? MPOS_OK
                                           : mpos_path_fail(path, MPOS_E_OUT_OF_RANGE, member, MPOS_NO_INDEX);
}

/* A value of an enum or a set of flags: at most the given one. */
static inline mpos_err
mpos_check_known(const mpos_path *path, unsigned value, unsigned most, const char *member)
{
    return value <= most ? MPOS_OK : mpos_path_fail(path, MPOS_E_INVALID_VALUE, member, MPOS_NO_INDEX);
}

static inline mpos_err
mpos_check_count(const mpos_path *path, size_t count, size_t most, const char *member)
{
    return count <= most ? MPOS_OK : mpos_path_fail(path, MPOS_E_TOO_MANY, member, MPOS_NO_INDEX);
}

#endif
