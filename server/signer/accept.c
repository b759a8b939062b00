/* accept.c - one line for each acceptance: journal, epoch, time, reason. */
#include "signer/accept.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#define FILE_NAME "accepted"

bool
accept_add(const char *dir, const char *journal, int32_t epoch, const char *reason,
           char error[DISK_ERROR_SIZE])
{
    text_buf text = {0};
    char now[CLOCK_TEXT_SIZE];
    bool missing;
    bool added = disk_read(dir, FILE_NAME, &text, &missing, error);

    if (added) {
        clock_text(clock_now_us(), now);
        text_addf(&text, "%s %d %s ", journal, epoch, now);
        for (const char *at = reason; *at != '\0'; at++) {
            text_add(&text, (unsigned char)*at < ' ' ? " " : at, 1);
        }
        text_add_z(&text, "\n");
        added = disk_write(dir, FILE_NAME, text.data, text.len, error);
    }
    text_free(&text);
    return added;
}

bool
accept_covers(const char *dir, const char *journal, int32_t epoch)
{
    char error[DISK_ERROR_SIZE];
    char wanted[64];
    text_buf text = {0};
    bool missing = true;
    bool found = false;
    int len = snprintf(wanted, sizeof wanted, "%s %d ", journal, epoch);

    if (disk_read(dir, FILE_NAME, &text, &missing, error) && !missing) {
        for (const char *line = text.data; line != NULL && !found; line = strchr(line, '\n')) {
            line += *line == '\n';
            found = strncmp(line, wanted, (size_t)len) == 0;
        }
    }
    text_free(&text);
    return found;
}
