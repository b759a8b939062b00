/* key_file.c - reading a secret from its file. */
#include "postgres.h"

#include <fcntl.h>
#include <unistd.h>

#include "utils/guc.h"

#include "key_file.h"

static int
hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static bool
parse_key(const char *text, uint8 out[MPOS_KEY_SIZE])
{
    for (int i = 0; i < MPOS_KEY_SIZE; i++) {
        int high = hex_digit(text[2 * i]);
        int low = hex_digit(text[2 * i + 1]);

        if (high < 0 || low < 0) {
            return false;
        }
        out[i] = (uint8)(high << 4 | low);
    }
    return true;
}

bool
mpos_key_file_read(mpos_key_file *file)
{
    char text[2 * MPOS_KEY_SIZE];
    uint8 fresh[MPOS_KEY_SIZE];
    struct stat seen;
    int fd = file->path == NULL || file->path[0] == '\0' ? -1 : open(file->path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && fstat(fd, &seen) == 0 && read(fd, text, sizeof text) == (ssize_t)sizeof text &&
              parse_key(text, fresh);

    if (fd >= 0) {
        close(fd);
    }
    if (ok) {
        memcpy(file->key, fresh, sizeof file->key);
        file->seen = seen;
        file->known = true;
    }
    explicit_bzero(text, sizeof text);
    explicit_bzero(fresh, sizeof fresh);
    return ok;
}

bool
mpos_key_file_replaced(const mpos_key_file *file)
{
    struct stat now;

    return file->path != NULL && stat(file->path, &now) == 0 &&
           (!file->known || now.st_ino != file->seen.st_ino || now.st_dev != file->seen.st_dev ||
            now.st_mtim.tv_sec != file->seen.st_mtim.tv_sec ||
            now.st_mtim.tv_nsec != file->seen.st_mtim.tv_nsec);
}

void
mpos_key_file_define(mpos_key_file *file, const char *setting, const char *description)
{
    DefineCustomStringVariable(setting, description, "64 hexadecimal characters.", &file->path, "",
                               PGC_SIGHUP, GUC_SUPERUSER_ONLY | GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE, NULL,
                               NULL, NULL);
    if (!mpos_key_file_read(file) && file->path[0] != '\0') {
        ereport(WARNING, (errmsg("mpos: the file that %s names is missing or not a key", setting)));
    }
}
