/* witness_list.c - reading the file of witnesses. */
#include "signer/witness_list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "signer/sha.h"

static char *
copy_of(const char *text, size_t len)
{
    char *copy = strndup(text, len);

    if (copy == NULL) {
        abort();
    }
    return copy;
}

/* True for an empty line too, which adds nothing. */
static bool
read_line(char *line, witness *out, bool *added)
{
    char *save = NULL;
    const char *vkey = strtok_r(line, " \t\r\n", &save);
    const char *url = strtok_r(NULL, " \t\r\n", &save);
    size_t len;

    *added = false;
    if (vkey == NULL || *vkey == '#') {
        return true;
    }
    if (url == NULL || strtok_r(NULL, " \t\r\n", &save) != NULL ||
        (strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0)) {
        return false;
    }
    *out = (witness){.vkey = copy_of(vkey, strlen(vkey))};
    if (mpos_note_key_parse(&signer_digest, out->vkey, strlen(out->vkey), &out->key) != MPOS_NOTE_OK ||
        out->key.type != MPOS_NOTE_COSIGNATURE) {
        free(out->vkey);
        return false;
    }
    out->name = copy_of(out->key.name, out->key.name_size);
    len = strlen(url);
    len -= url[len - 1] == '/';
    if (asprintf(&out->url, "%.*s/add-checkpoint", (int)len, url) < 0) {
        abort();
    }
    *added = true;
    return true;
}

bool
witness_list_load(const char *path, witness witnesses[WITNESSES_MAX], size_t *count,
                  char error[SETTINGS_ERROR_SIZE])
{
    FILE *file = fopen(path, "re");
    char line[2048];
    unsigned number = 0;
    bool good = true;

    *count = 0;
    if (file == NULL) {
        snprintf(error, SETTINGS_ERROR_SIZE, "MPOS_WITNESSES: cannot read %.200s: %s", path, strerror(errno));
        return false;
    }
    while (good && fgets(line, sizeof line, file) != NULL) {
        witness one = {0};
        bool added = false;

        number++;
        good = read_line(line, &one, &added) && (!added || *count < WITNESSES_MAX);
        if (good && added) {
            witnesses[(*count)++] = one;
        }
    }
    fclose(file);
    if (!good) {
        snprintf(error, SETTINGS_ERROR_SIZE,
                 "MPOS_WITNESSES: line %u of %.150s is no \"vkey URL\" of a cosigner, or more than %d",
                 number, path, WITNESSES_MAX);
    }
    return good;
}
