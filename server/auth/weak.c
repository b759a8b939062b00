/* weak.c - see weak.h. The list has what is still common among passwords of ten characters and more. */
#include "auth/weak.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define DIFFERENT_MIN 5
#define NAME_MIN 4
#define TEXT_MAX 128

static const char *const common[] = {
    "password",   "passwort",       "passw0rd",      "qwertyuiop",  "qwertzuiop", "asdfghjkl",
    "1q2w3e4r5t", "1qaz2wsx3edc",   "zaq12wsx",      "iloveyou",    "letmein",    "welcome",
    "willkommen", "changeme",       "administrator", "superman",    "starwars",   "football",
    "fussball",   "basketball",     "sunshine",      "princess",    "dragon",     "monkey",
    "trustno1",   "whatever",       "computer",      "internet",    "qazwsxedc",  "abcdefghij",
    "michael",    "jennifer",       "liverpool",     "manchester",  "chocolate",  "schokolade",
    "hallohallo", "kassenpasswort", "cashregister",  "pointofsale", "restaurant", "manager",
};

static size_t
different(const char *password)
{
    bool seen[256] = {false};
    size_t count = 0;

    for (const char *at = password; *at != '\0'; at++) {
        count += seen[(unsigned char)*at] ? 0 : 1;
        seen[(unsigned char)*at] = true;
    }
    return count;
}

/* 1234567890, jihgfedcba: every step but at most one is the same small one. */
static bool
counts(const char *text)
{
    size_t up = 0;
    size_t down = 0;
    size_t len = strlen(text);

    for (size_t i = 1; i < len; i++) {
        up += text[i] == text[i - 1] + 1 ? 1 : 0;
        down += text[i] == text[i - 1] - 1 ? 1 : 0;
    }
    return up + 2 >= len || down + 2 >= len;
}

/* The word alone, or twice, or with digits and signs around it. */
static bool
is_common(const char *text)
{
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++) {
        const char *at = strstr(text, common[i]);

        if (at != NULL) {
            size_t letters = 0;
            size_t repeated = strstr(at + 1, common[i]) != NULL ? strlen(common[i]) : 0;

            for (const char *c = text; *c != '\0'; c++) {
                letters += isalpha((unsigned char)*c) ? 1 : 0;
            }
            if (letters <= strlen(common[i]) + repeated + 1) {
                return true;
            }
        }
    }
    return false;
}

static void
lower(const char *from, size_t len, char out[TEXT_MAX + 1])
{
    len = len < TEXT_MAX ? len : TEXT_MAX;
    for (size_t i = 0; i < len; i++) {
        out[i] = (char)tolower((unsigned char)from[i]);
    }
    out[len] = '\0';
}

static bool
holds_name(const char *text, const char *name, size_t len)
{
    char wanted[TEXT_MAX + 1];

    lower(name, len, wanted);
    return len >= NAME_MIN && strstr(text, wanted) != NULL;
}

bool
password_is_weak(const char *password, const char *email, const char *slug)
{
    char text[TEXT_MAX + 1];

    lower(password, strlen(password), text);
    return strlen(password) < PASSWORD_CHARS_MIN || different(text) < DIFFERENT_MIN || counts(text) ||
           is_common(text) || holds_name(text, email, strcspn(email, "@")) ||
           holds_name(text, slug, strlen(slug));
}
