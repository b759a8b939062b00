/* money.c - checked sums and the currencies of ISO 4217. */
#include "money.h"

#include <stddef.h>
#include <string.h>

static const char decimals_0[] = "BIFCLPDJFGNFISKJPYKMFKRWPYGRWFUGXUYIVNDVUVXAFXOFXPF";
static const char decimals_3[] = "BHDIQDJODKWDLYDOMRTND";
static const char decimals_4[] = "CLFUYW";
static const char decimals_2[] =
    "AEDAFNALLAMDANGAOAARSAUDAWGAZNBAMBBDBDTBGNBMDBNDBOBBOVBRLBSDBTNBWPBYNBZDCADCDFCHECHFCHWCNYCOPCOUCRCCUCCU"
    "PCVECZ"
    "K"
    "DKKDOPDZDEGPERNETBEURFJDFKPGBPGELGHSGIPGMDGTQGYDHKDHNLHRKHTGHUFIDRILSINRIRRJMDKESKGSKHRKPWKYDKZTLAKLBPLK"
    "RLR"
    "D"
    "LSLMADMDLMGAMKDMMKMNTMOPMRUMURMVRMWKMXNMXVMYRMZNNADNGNNIONOKNPRNZDPABPENPGKPHPPKRPLNQARRONRSDRUBSARSBDSC"
    "R"
    "SDGSEKSGDSHPSLESLLSOSSRDSSPSTNSVCSYPSZLTHBTJSTMTTOPTRYTTDTWDTZSUAHUSDUSNUYUUZSVEDVESWSTXCDXCGYERZARZMWZW"
    "GZWL";

mpos_err
mpos_money_add(int64_t a, int64_t b, int64_t *out)
{
    int64_t sum;

    if (__builtin_add_overflow(a, b, &sum) || sum > MPOS_AMOUNT_MAX || sum < -MPOS_AMOUNT_MAX) {
        return MPOS_E_AMOUNT_OVERFLOW;
    }
    *out = sum;
    return MPOS_OK;
}

static int
listed(const char *list, size_t size, const char currency[3])
{
    for (size_t i = 0; i + 3 <= size; i += 3) {
        if (memcmp(list + i, currency, 3) == 0) {
            return 1;
        }
    }
    return 0;
}

mpos_err
mpos_currency_exponent(const char currency[3], int *out)
{
    if (listed(decimals_2, sizeof decimals_2 - 1, currency)) {
        *out = 2;
    } else if (listed(decimals_0, sizeof decimals_0 - 1, currency)) {
        *out = 0;
    } else if (listed(decimals_3, sizeof decimals_3 - 1, currency)) {
        *out = 3;
    } else if (listed(decimals_4, sizeof decimals_4 - 1, currency)) {
        *out = 4;
    } else {
        return MPOS_E_CURRENCY;
    }
    return MPOS_OK;
}

void
mpos_money_text(int64_t amount, int exponent, char out[MPOS_MONEY_TEXT_SIZE])
{
    char digits[MPOS_MONEY_TEXT_SIZE];
    uint64_t rest = amount < 0 ? 0 - (uint64_t)amount : (uint64_t)amount;
    int count = 0;

    do {
        if (count == exponent && exponent > 0) {
            digits[count++] = '.';
        }
        digits[count++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0 || count <= exponent + (exponent > 0));
    if (amount < 0) {
        *out++ = '-';
    }
    while (count > 0) {
        *out++ = digits[--count];
    }
    *out = '\0';
}
