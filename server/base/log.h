/*
 * log.h - JSON lines on standard error. Words: level, event.
 *
 * An event has a fixed name and pairs of key and value. Tokens, keys, PINs and bodies are never given to it;
 * what looks like a card number is masked all the same.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

typedef enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG } log_level;

/* False when the name is none of error, warn, info, debug. */
bool
log_set_level(const char *name);

bool
log_wants(log_level level);

/* Pairs of const char *key, *value, ended by NULL. */
void
log_event(log_level level, const char *event, ...) __attribute__((sentinel));

#endif
