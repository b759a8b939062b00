/* export_files.c - see export_files.h. */
#include "export_files.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

static const char sums_name[] = "SHA256SUMS";

static EVP_MD_CTX *
digest_new(void)
{
    EVP_MD_CTX *digest = EVP_MD_CTX_new();

    if (digest == NULL || !EVP_DigestInit_ex(digest, EVP_sha256(), NULL)) {
        cli_fail("the digest library failed");
    }
    return digest;
}

static void
digest_end(EVP_MD_CTX *digest, char sum[65])
{
    uint8_t hash[32];

    if (!EVP_DigestFinal_ex(digest, hash, NULL)) {
        cli_fail("the digest library failed");
    }
    EVP_MD_CTX_free(digest);
    for (int i = 0; i < 32; i++) {
        snprintf(sum + 2 * i, 3, "%02x", hash[i]);
    }
}

static int
remove_one(const char *path, const struct stat *found, int type, struct FTW *walk)
{
    (void)found;
    (void)type;
    (void)walk;
    return remove(path);
}

void
export_begin(export_files *files, const char *target)
{
    struct stat found;

    memset(files, 0, sizeof *files);
    if (strlen(target) >= EXPORT_PATH_MAX) {
        cli_fail("the path is too long: %s", target);
    }
    strcpy(files->target, target);
    for (size_t size = strlen(target); size > 1 && files->target[size - 1] == '/'; size--) {
        files->target[size - 1] = '\0';
    }
    snprintf(files->part, sizeof files->part, "%s.part", files->target);
    if (lstat(files->target, &found) == 0) {
        cli_fail("%s is there already: an export makes its own directory", files->target);
    }
    if (lstat(files->part, &found) == 0 &&
        nftw(files->part, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) != 0) {
        cli_fail("%s, left by an export that was broken off, cannot be removed: %s", files->part,
                 strerror(errno));
    }
    if (mkdir(files->part, 0700) != 0 ||
        (files->directory = open(files->part, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
        cli_fail("%s: %s", files->part, strerror(errno));
    }
    files->sums =
        fdopen(openat(files->directory, sums_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), "w");
    if (files->sums == NULL) {
        cli_fail("%s/%s: %s", files->part, sums_name, strerror(errno));
    }
}

/* Every folder that the path names. */
static void
make_folders(const export_files *files, const char *path)
{
    char folder[EXPORT_PATH_MAX];

    for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
        if (mkdirat(files->directory, folder, 0700) != 0 && errno != EEXIST) {
            cli_fail("%s/%s: %s", files->part, folder, strerror(errno));
        }
    }
}

static FILE *
create(const export_files *files, const char *path)
{
    int fd;
    FILE *file;

    make_folders(files, path);
    fd = openat(files->directory, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    file = fd < 0 ? NULL : fdopen(fd, "w");
    if (file == NULL) {
        cli_fail("%s/%s: %s", files->part, path, strerror(errno));
    }
    return file;
}

void
export_open(export_files *files, export_file *file, const char *path)
{
    snprintf(file->path, sizeof file->path, "%s", path);
    file->file = create(files, path);
    file->digest = digest_new();
    file->size = 0;
}

void
export_write(export_file *file, const void *bytes, size_t size)
{
    if (fwrite(bytes, 1, size, file->file) != size || !EVP_DigestUpdate(file->digest, bytes, size)) {
        cli_fail("%s: %s", file->path, strerror(errno));
    }
    file->size += size;
}

void
export_close(export_files *files, export_file *file, char sum[65])
{
    char own[65];

    if (fclose(file->file) != 0) {
        cli_fail("%s: %s", file->path, strerror(errno));
    }
    digest_end(file->digest, own);
    if (fprintf(files->sums, "%s  %s\n", own, file->path) < 0) {
        cli_fail("%s: %s", sums_name, strerror(errno));
    }
    files->count++;
    if (sum != NULL) {
        strcpy(sum, own);
    }
}

void
export_close_sums(export_files *files, char sum[65])
{
    if (fclose(files->sums) != 0 || !export_sum(files->directory, sums_name, sum, NULL)) {
        cli_fail("%s/%s: %s", files->part, sums_name, strerror(errno));
    }
}

void
export_put(export_files *files, const char *path, const void *bytes, size_t size)
{
    FILE *file = create(files, path);

    if (fwrite(bytes, 1, size, file) != size || fclose(file) != 0) {
        cli_fail("%s/%s: %s", files->part, path, strerror(errno));
    }
}

/* The folder in which a path lies, to the disk: the new name must outlive a power cut. */
static void
sync_parent(const char *path)
{
    char parent[EXPORT_PATH_MAX];
    const char *slash = strrchr(path, '/');
    int fd;

    snprintf(parent, sizeof parent, "%.*s",
             slash == NULL   ? 1
             : slash == path ? 1
                             : (int)(slash - path),
             slash == NULL ? "." : path);
    fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0) {
        cli_fail("%s: %s", parent, strerror(errno));
    }
    close(fd);
}

void
export_commit(export_files *files)
{
    if (syncfs(files->directory) != 0 || rename(files->part, files->target) != 0) {
        cli_fail("%s: %s", files->target, strerror(errno));
    }
    sync_parent(files->target);
    close(files->directory);
}

bool
export_sum(int directory, const char *path, char sum[65], uint64_t *size)
{
    int fd = openat(directory, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
    EVP_MD_CTX *digest;
    char buffer[65536];
    size_t got;
    uint64_t all = 0;
    bool whole;

    if (file == NULL) {
        return false;
    }
    digest = digest_new();
    while ((got = fread(buffer, 1, sizeof buffer, file)) > 0) {
        all += got;
        EVP_DigestUpdate(digest, buffer, got);
    }
    whole = !ferror(file);
    fclose(file);
    digest_end(digest, sum);
    if (size != NULL) {
        *size = all;
    }
    return whole;
}
