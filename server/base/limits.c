/* limits.c - reading limits such as "ip=120/60,actor=20/1". */
#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *text;
    const char *setting;
    const char *fallback;
} classes[LIMIT_CLASSES] = {
    [LIMIT_NONE] = {"none", NULL, NULL},
#define LIMIT_CLASS(name, text, setting, fallback) [LIMIT_##name] = {text, setting, fallback},
#include "base/limits.def"
#undef LIMIT_CLASS
};

static const char *const subjects[LIMIT_SUBJECTS] = {"ip", "tenant", "actor"};

const char *
limit_class_text(limit_class class)
{
    return classes[class].text;
}

const char *
limit_subject_text(limit_subject subject)
{
    return subjects[subject];
}

/* A number from 1 to max in decimal digits; moves *at behind it. */
static bool
read_number(const char **at, unsigned long max, uint32_t *out)
{
    char *end;
    unsigned long number;

    if (**at < '0' || **at > '9') {
        return false;
    }
    number = strtoul(*at, &end, 10);
    *at = end;
    *out = (uint32_t)number;
    return number >= 1 && number <= max;
}

static bool
read_quota(const char **at, limit_quota *quotas)
{
    for (size_t i = 0; i < LIMIT_SUBJECTS; i++) {
        size_t len = strlen(subjects[i]);

        if (strncmp(*at, subjects[i], len) == 0 && (*at)[len] == '=' && quotas[i].count == 0) {
            *at += len + 1;
            if (!read_number(at, LIMIT_COUNT_MAX, &quotas[i].count) || **at != '/') {
                return false;
            }
            *at += 1;
            return read_number(at, LIMIT_WINDOW_S_MAX, &quotas[i].window_s);
        }
    }
    return false;
}

/* "off", or quotas with commas between. */
static bool
read_quotas(const char *text, limit_quota quotas[LIMIT_SUBJECTS])
{
    memset(quotas, 0, LIMIT_SUBJECTS * sizeof *quotas);
    if (strcmp(text, "off") == 0) {
        return true;
    }
    for (const char *at = text; read_quota(&at, quotas); at++) {
        if (*at == '\0') {
            return true;
        }
        if (*at != ',') {
            return false;
        }
    }
    return false;
}

bool
limits_load(limits *out, const char **setting, const char **value)
{
    memset(out, 0, sizeof *out);
    for (size_t i = LIMIT_NONE + 1; i < LIMIT_CLASSES; i++) {
        *setting = classes[i].setting;
        *value = getenv(*setting);
        if (*value == NULL || **value == '\0') {
            *value = classes[i].fallback;
        }
        if (!read_quotas(*value, out->quotas[i])) {
            return false;
        }
    }
    return true;
}
