/*
 * device_key.h - public keys of devices and what they sign. Words: algorithm, key, signature.
 *
 * ed25519: a key of 32 bytes, a signature of 64. p256 (ECDSA over SHA-256): the uncompressed point, 65 bytes, and r and s of 32
 * bytes each, as the Web Cryptography API of browsers gives them.
 */
#ifndef MPOS_DEVICE_KEY_H
#define MPOS_DEVICE_KEY_H

#include "postgres.h"

#define MPOS_DEVICE_KEY_MAX 65
#define MPOS_DEVICE_SIGNATURE_SIZE 64

typedef enum mpos_key_alg { MPOS_KEY_ED25519, MPOS_KEY_P256, MPOS_KEY_ALGS } mpos_key_alg;

/* Names in their order, ended by NULL. */
extern const char *const mpos_key_alg_words[];

/* Whether the bytes are a usable key: of that size, on the curve, of no small order. */
bool
mpos_device_key_valid(mpos_key_alg alg, const uint8 *key, size_t size);

/* Whether the signature is one of that key over the message. A key that is none signs nothing. */
bool
mpos_device_key_verify(mpos_key_alg alg, const uint8 *key, size_t size, const char *message, size_t len,
                       const uint8 signature[MPOS_DEVICE_SIGNATURE_SIZE]);

#endif
