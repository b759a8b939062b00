/* key_file.c - reading secrets from their file. */
#include "postgres.h"

#include <fcntl.h>
#include <unistd.h>

#include "miscadmin.h"
#include "utils/guc.h"

#include "key_file.h"

/* What others than the owner, and a group that may read, could do with it. */
#define MODE_FORBIDDEN (S_IXUSR | S_IWGRP | S_IXGRP | S_IRWXO)

typedef enum key_file_state {
    KEY_FILE_OK,
    KEY_FILE_MISSING,
    KEY_FILE_OPEN,
    KEY_FILE_MALFORMED
} key_file_state;

static const char *const reasons[] = {
    [KEY_FILE_MISSING] = "it cannot be read",
    [KEY_FILE_OPEN] = "it must be a file of the database's user or of root, with mode 0600 or 0640",
    [KEY_FILE_MALFORMED] = "it does not hold keys, one a line: a number and 64 hexadecimal characters",
};

static key_file_state
read_ring(int fd, mpos_keyring *out)
{
    char text[MPOS_KEYRING_TEXT_MAX + 1];
    ssize_t size = read(fd, text, sizeof text);
    bool ok = size >= 0 && mpos_keyring_parse(text, (size_t)size, out) == MPOS_OK;

    explicit_bzero(text, sizeof text);
    return ok ? KEY_FILE_OK : KEY_FILE_MALFORMED;
}

/* Looks at the file that is open, not at the name: another could lie there a moment later. */
static key_file_state
read_file(mpos_key_file *file, mpos_keyring *out)
{
    int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    key_file_state state;

    if (fd < 0 || fstat(fd, &file->seen) != 0) {
        state = KEY_FILE_MISSING;
    } else if (!S_ISREG(file->seen.st_mode) || (file->seen.st_mode & MODE_FORBIDDEN) != 0 ||
               (file->seen.st_uid != geteuid() && file->seen.st_uid != 0)) {
        state = KEY_FILE_OPEN;
    } else {
        state = read_ring(fd, out);
    }
    if (fd >= 0) {
        close(fd);
    }
    return state;
}

static bool
named(const mpos_key_file *file)
{
    return file->path != NULL && file->path[0] != '\0';
}

static bool
replaced(const mpos_key_file *file)
{
    struct stat now;

    return named(file) && stat(file->path, &now) == 0 &&
           (now.st_ino != file->seen.st_ino || now.st_dev != file->seen.st_dev ||
            now.st_mode != file->seen.st_mode || now.st_uid != file->seen.st_uid ||
            now.st_size != file->seen.st_size || now.st_mtim.tv_sec != file->seen.st_mtim.tv_sec ||
            now.st_mtim.tv_nsec != file->seen.st_mtim.tv_nsec);
}

bool
mpos_key_file_refresh(mpos_key_file *file)
{
    mpos_keyring fresh;
    key_file_state state;

    if (!replaced(file)) {
        return false;
    }
    state = read_file(file, &fresh);
    if (state != KEY_FILE_OK) {
        ereport(LOG, (errmsg("mpos: a changed key file is not used: %s", reasons[state])));
        return false;
    }
    file->ring = fresh;
    explicit_bzero(&fresh, sizeof fresh);
    return true;
}

void
mpos_key_file_define(mpos_key_file *file, const char *setting, const char *description)
{
    key_file_state state = KEY_FILE_OK;

    DefineCustomStringVariable(
        setting, description, "Keys, one a line: a number and 64 hexadecimal characters.", &file->path, "",
        PGC_SIGHUP, GUC_SUPERUSER_ONLY | GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE, NULL, NULL, NULL);
    if (named(file)) {
        state = read_file(file, &file->ring);
    }
    if (state != KEY_FILE_OK) {
        ereport(state == KEY_FILE_OPEN && !IsUnderPostmaster ? FATAL : WARNING,
                (errmsg("mpos: the file that %s names cannot be used: %s", setting, reasons[state])));
    }
}
