/*
 * limits.h - how often somebody may do something, as the operator set it. Words: class (of operations), subject (who is
 * counted), quota (so many in so many seconds).
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#define LIMIT_COUNT_MAX 10000000
#define LIMIT_WINDOW_S_MAX 86400

typedef enum limit_class {
    LIMIT_NONE, /* not limited, such as the health check */
#define LIMIT_CLASS(name, text, setting, fallback) LIMIT_##name,
#include "base/limits.def"
#undef LIMIT_CLASS
    LIMIT_CLASSES
} limit_class;

typedef enum limit_subject { LIMIT_IP, LIMIT_TENANT, LIMIT_ACTOR, LIMIT_SUBJECTS } limit_subject;

typedef struct limit_quota {
    uint32_t count; /* 0: no limit */
    uint32_t window_s;
} limit_quota;

typedef struct limits {
    limit_quota quotas[LIMIT_CLASSES][LIMIT_SUBJECTS];
} limits;

const char *limit_class_text(limit_class class);

const char *
limit_subject_text(limit_subject subject);

/* Reads MPOS_RATE_* of the environment; false with the setting's name and its value, when that is none. */
bool
limits_load(limits *out, const char **setting, const char **value);

#endif
