/* settings.c - reading and checking the environment. */
#include "signer/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "note.h"

static const char *
text_of(const char *name, const char *fallback)
{
    const char *value = getenv(name);

    return value != NULL && *value != '\0' ? value : fallback;
}

bool
signer_settings_load(signer_settings *out, char error[SETTINGS_ERROR_SIZE])
{
    *out = (signer_settings){
        .dir = text_of("MPOS_SIGNER_DIR", NULL),
        .db = text_of("MPOS_SIGNER_DB", NULL),
        .name = text_of("MPOS_SIGNER_NAME", "mpos-signer"),
        .witnesses = text_of("MPOS_WITNESSES", NULL),
    };
    if (out->dir == NULL) {
        snprintf(error, SETTINGS_ERROR_SIZE,
                 "MPOS_SIGNER_DIR is not set: it must name the folder of key and memory");
        return false;
    }
    if (!mpos_note_name_valid(out->name, strlen(out->name)) || strlen(out->name) > 200) {
        snprintf(error, SETTINGS_ERROR_SIZE,
                 "MPOS_SIGNER_NAME must have no space and no plus and at most 200 bytes");
        return false;
    }
    if (!log_set_level(text_of("MPOS_LOG_LEVEL", "info"))) {
        snprintf(error, SETTINGS_ERROR_SIZE, "MPOS_LOG_LEVEL must be one of error, warn, info, debug");
        return false;
    }
    return true;
}
