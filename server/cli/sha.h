/* sha.h - SHA-256 for the core's formats, by OpenSSL. One thread only. */
#ifndef MPOS_CLI_SHA_H
#define MPOS_CLI_SHA_H

#include "digest.h"

extern const mpos_digest cli_digest;

#endif
