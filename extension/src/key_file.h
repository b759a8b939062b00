/*
 * key_file.h - secrets of 32 bytes in a file (core/keyring.h), readable by the database's user only. Nothing of key or file is
 * ever logged or shown.
 */
#ifndef MPOS_KEY_FILE_H
#define MPOS_KEY_FILE_H

#include "postgres.h"

#include <sys/stat.h>

#include "keyring.h"

/* One static variable per file; `path` is the variable of its setting. */
typedef struct mpos_key_file {
    char *path;
    mpos_keyring ring; /* of the last file that was in order */
    struct stat seen;  /* the file that was looked at last */
} mpos_key_file;

/*
 * Defines the setting (superusers only, never shown) and reads the file. Warns when it is named but unusable; PostgreSQL does
 * not start when others than its own user, or root, could read or replace it.
 */
void
mpos_key_file_define(mpos_key_file *file, const char *setting, const char *description);

/*
 * Reads the file again when another one lies there than the one that was looked at last. One that cannot be used leaves the
 * old keys in force and one line in the log. Returns whether the keys are others now.
 */
bool
mpos_key_file_refresh(mpos_key_file *file);

#endif
