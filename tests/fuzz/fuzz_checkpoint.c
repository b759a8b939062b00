/* fuzz_checkpoint.c - a checkpoint's text: what is accepted without extension lines is what would be written. */
#include <stdlib.h>
#include <string.h>

#include "checkpoint.h"
#include "host.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mpos_checkpoint checkpoint;
    char *written;
    size_t written_size;

    if (mpos_checkpoint_parse((const char *)data, size, &checkpoint) != MPOS_OK) {
        return 0;
    }
    MUST(checkpoint.origin_size > 0 && checkpoint.size <= INT64_MAX);
    written = malloc(MPOS_CHECKPOINT_TEXT_SIZE(checkpoint.origin_size));
    if (mpos_checkpoint_format(checkpoint.origin, checkpoint.origin_size, checkpoint.size, checkpoint.root,
                               written, &written_size) == MPOS_OK) {
        MUST(written_size <= size && memcmp(written, data, written_size) == 0);
        MUST((written_size == size) == (checkpoint.extension_lines == 0));
    }
    free(written);
    return 0;
}
