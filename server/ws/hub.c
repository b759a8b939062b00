/* hub.c - subscribers come with the next change; until then nothing is kept. */
#include "ws/hub.h"

void
ws_init(worker *worker)
{
    (void)worker;
}

void
ws_publish(worker *worker, const uint8_t *entries, size_t len)
{
    (void)worker;
    (void)entries;
    (void)len;
}

void
ws_stop(worker *worker)
{
    (void)worker;
}

size_t
ws_left(const worker *worker)
{
    (void)worker;
    return 0;
}
