/* weak.h - passwords that others have guessed before. */
#ifndef AUTH_WEAK_H
#define AUTH_WEAK_H

#include <stdbool.h>

#define PASSWORD_CHARS_MIN 10

/*
 * True for a password of fewer than 10 bytes, of fewer than 5 different ones, that counts up or down, is on the list of common
 * ones (in any case, with digits behind), or holds the name before the @ of the person's e-mail or the business's short name.
 */
bool
password_is_weak(const char *password, const char *email, const char *slug);

#endif
