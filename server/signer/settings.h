/*
 * settings.h - what an operator decides about the signer, read once from the environment. docs/reference/settings.md
 * explains each. Strings belong to the environment.
 */
#ifndef SIGNER_SETTINGS_H
#define SIGNER_SETTINGS_H

#include <stdbool.h>

#define SETTINGS_ERROR_SIZE 320

typedef struct signer_settings {
    const char *dir;       /* MPOS_SIGNER_DIR: keys and memory */
    const char *db;        /* MPOS_SIGNER_DB */
    const char *name;      /* MPOS_SIGNER_NAME: the key's name where no log is meant */
    const char *witnesses; /* MPOS_WITNESSES: file of witnesses, NULL for none */
} signer_settings;

/* False with one line in error that names the variable. */
bool
signer_settings_load(signer_settings *out, char error[SETTINGS_ERROR_SIZE]);

#endif
