/*
 * key_file.h - a secret of 32 bytes in a file: 64 hexadecimal characters and a newline, readable by the database's user
 * only. Nothing of key or file is ever logged or shown.
 */
#ifndef MPOS_KEY_FILE_H
#define MPOS_KEY_FILE_H

#include "postgres.h"

#include <sys/stat.h>

#define MPOS_KEY_SIZE 32

/* One static variable per secret; `path` is the variable of its setting. */
typedef struct mpos_key_file {
    char *path;
    uint8 key[MPOS_KEY_SIZE];
    bool known;
    struct stat seen;
} mpos_key_file;

/* Defines the setting (superusers only, never shown) and reads the file; warns when it is named but unusable. */
void
mpos_key_file_define(mpos_key_file *file, const char *setting, const char *description);

/* Reads the file. False when it cannot be read or is no key; the old key stays then. */
bool
mpos_key_file_read(mpos_key_file *file);

/* Whether another file lies there than the one that was read. */
bool
mpos_key_file_replaced(const mpos_key_file *file);

#endif
