/* log.c - one write per line, so that lines of several threads do not mix. */
#include "base/log.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "card.h"

static const char *const names[] = {"error", "warn", "info", "debug"};
static log_level threshold = LOG_LEVEL_INFO;

bool
log_set_level(const char *name)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], name) == 0) {
            threshold = (log_level)i;
            return true;
        }
    }
    return false;
}

bool
log_wants(log_level level)
{
    return level <= threshold;
}

void
log_event(log_level level, const char *event, ...)
{
    text_buf line = {0};
    char now[CLOCK_TEXT_SIZE];
    const char *key;
    size_t head;
    va_list args;

    if (!log_wants(level)) {
        return;
    }
    clock_text(clock_now_us(), now);
    text_addf(&line, "{\"time\":\"%s\",\"level\":\"%s\",\"event\":", now, names[level]);
    text_add_json(&line, event, strlen(event));
    head = line.len;
    va_start(args, event);
    while ((key = va_arg(args, const char *)) != NULL) {
        const char *value = va_arg(args, const char *);

        text_addf(&line, ",\"%s\":", key);
        text_add_json(&line, value, strlen(value));
    }
    va_end(args);
    /* What a client sent may come back in a reason; a card number must not stay here. */
    mpos_card_mask(line.data + head, line.len - head);
    text_add_z(&line, "}\n");
    if (write(STDERR_FILENO, line.data, line.len) < 0) {
        /* Nobody reads the log any more: nothing is left to tell it to. */
    }
    text_free(&line);
}
