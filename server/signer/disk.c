/* disk.c - durable files: the order of write, sync, rename and sync of the folder is what the signer's promise rests on. */
#include "signer/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
fail(char *error, const char *what, const char *path)
{
    snprintf(error, DISK_ERROR_SIZE, "%s %.200s: %s", what, path, strerror(errno));
    return false;
}

bool
disk_path(const char *dir, const char *name, char out[DISK_PATH_SIZE], char error[DISK_ERROR_SIZE])
{
    int len = snprintf(out, DISK_PATH_SIZE, "%s/%s", dir, name);

    if (len < 0 || len >= DISK_PATH_SIZE) {
        errno = ENAMETOOLONG;
        return fail(error, "cannot use", name);
    }
    return true;
}

static bool
sync_folder(const char *dir, char *error)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = fd >= 0 && fsync(fd) == 0;

    if (!synced) {
        fail(error, "cannot sync", dir);
    }
    if (fd >= 0) {
        close(fd);
    }
    return synced;
}

static bool
write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t written = write(fd, data, len);

        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return false;
        }
        data += written;
        len -= (size_t)written;
    }
    return true;
}

static bool
write_synced(const char *path, const void *data, size_t len, char *error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool written;

    if (fd < 0) {
        return fail(error, "cannot write", path);
    }
    written = fchmod(fd, 0600) == 0 && write_all(fd, data, len) && fsync(fd) == 0;
    if (!written) {
        fail(error, "cannot write", path);
    }
    if (close(fd) != 0 && written) {
        return fail(error, "cannot write", path);
    }
    return written;
}

bool
disk_write(const char *dir, const char *name, const void *data, size_t len, char error[DISK_ERROR_SIZE])
{
    char path[DISK_PATH_SIZE];
    char beside[DISK_PATH_SIZE];

    if (!disk_path(dir, name, path, error) ||
        snprintf(beside, sizeof beside, "%s.tmp", path) >= DISK_PATH_SIZE ||
        !write_synced(beside, data, len, error)) {
        return false;
    }
    if (rename(beside, path) != 0) {
        return fail(error, "cannot replace", path);
    }
    return sync_folder(dir, error);
}

bool
disk_rename(const char *dir, const char *from, const char *to, char error[DISK_ERROR_SIZE])
{
    char old_path[DISK_PATH_SIZE];
    char new_path[DISK_PATH_SIZE];

    if (!disk_path(dir, from, old_path, error) || !disk_path(dir, to, new_path, error)) {
        return false;
    }
    if (rename(old_path, new_path) != 0) {
        return fail(error, "cannot rename", old_path);
    }
    return sync_folder(dir, error);
}

bool
disk_read(const char *dir, const char *name, text_buf *out, bool *missing, char error[DISK_ERROR_SIZE])
{
    char path[DISK_PATH_SIZE];
    char part[4096];
    ssize_t len;
    int fd;

    if (!disk_path(dir, name, path, error)) {
        return false;
    }
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (missing != NULL) {
        *missing = fd < 0 && errno == ENOENT;
        if (*missing) {
            return true;
        }
    }
    if (fd < 0) {
        return fail(error, "cannot read", path);
    }
    while ((len = read(fd, part, sizeof part)) > 0 || (len < 0 && errno == EINTR)) {
        text_add(out, part, len > 0 ? (size_t)len : 0);
    }
    explicit_bzero(part, sizeof part);
    if (len < 0) {
        fail(error, "cannot read", path);
    }
    close(fd);
    return len == 0;
}

bool
disk_lock(const char *dir, const char *name, char error[DISK_ERROR_SIZE])
{
    char path[DISK_PATH_SIZE];
    int fd;

    if (!disk_path(dir, name, path, error)) {
        return false;
    }
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        return fail(error, "cannot open", path);
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        snprintf(error, DISK_ERROR_SIZE, "another signer holds %.200s", path);
        close(fd);
        return false;
    }
    return true; /* the descriptor stays open: the lock is the process's */
}

bool
disk_private(const char *dir, const char *name, char error[DISK_ERROR_SIZE])
{
    char path[DISK_PATH_SIZE];
    struct stat status;

    if (!disk_path(dir, name, path, error)) {
        return false;
    }
    if (stat(path, &status) != 0) {
        return fail(error, "cannot read", path);
    }
    if (status.st_uid != geteuid() || (status.st_mode & 077) != 0) {
        snprintf(error, DISK_ERROR_SIZE, "%.200s must belong to the signer's user and have mode 0600", path);
        return false;
    }
    return true;
}
