/*
 * disk.h - small files that must survive a crash at any moment. Words: durable (on the disk, name included), lock.
 *
 * Errors are one line with the file and the reason.
 */
#ifndef SIGNER_DISK_H
#define SIGNER_DISK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

#define DISK_ERROR_SIZE 320
#define DISK_PATH_SIZE 4096

/* dir/name into out; false when that is too long. */
bool
disk_path(const char *dir, const char *name, char out[DISK_PATH_SIZE], char error[DISK_ERROR_SIZE]);

/*
 * Puts the bytes under the name, mode 0600: written beside it, synced, renamed, folder synced. When it answers false,
 * the old content stands, or the new one; nothing between.
 */
bool
disk_write(const char *dir, const char *name, const void *data, size_t len, char error[DISK_ERROR_SIZE]);

/* Adds the whole file to out. With *missing a file that is not there is no error but sets it. */
bool
disk_read(const char *dir, const char *name, text_buf *out, bool *missing, char error[DISK_ERROR_SIZE]);

/* Renames within the folder, durably. */
bool
disk_rename(const char *dir, const char *from, const char *to, char error[DISK_ERROR_SIZE]);

/* Holds the file locked until the process ends; false when another process does. */
bool
disk_lock(const char *dir, const char *name, char error[DISK_ERROR_SIZE]);

/* False unless the file is ours and closed to everybody else. */
bool
disk_private(const char *dir, const char *name, char error[DISK_ERROR_SIZE]);

#endif
