/* wide.c - the one 128-bit division. */
#include "wide.h"

mpos_wide
mpos_wide_divide(mpos_wide a, mpos_wide b)
{
    return (mpos_wide)((unsigned __int128)a / (unsigned __int128)b);
}
