/*
 * device_proof.h - the proof that a request comes from a device: its key's signature over the request, used once. Words: proof,
 * window, nonce.
 *
 * The text of the header `Mpos-Device` is `<device id>.<µs since 1970>.<nonce>.<signature>`, nonce (16 to 32 bytes) and signature
 * in base64url without padding. Signed is "mpos-device-v1", the request (method, path, SHA-256 of the body in hex), the time and
 * the nonce, joined by "\n". The database alone decides whether a nonce is new, so that all server processes agree.
 */
#ifndef MPOS_DEVICE_PROOF_H
#define MPOS_DEVICE_PROOF_H

#include "call.h"

/* As much of header and request as is looked at, in characters. */
#define MPOS_PROOF_TEXT_MAX 512
#define MPOS_PROOF_REQUEST_MAX 4096

/* How far the time of a proof may be from the server's, either way. */
#define MPOS_PROOF_WINDOW_US INT64CONST(60000000)

typedef struct mpos_device_proof {
    uint8 device[16];
    int64 at_us;
    char at_text[24]; /* as it was signed */
    uint8 nonce[32];
    size_t nonce_size;
    char nonce_text[48];
    uint8 signature[64];
} mpos_device_proof;

/* Reads the header's text and checks its time: DEVICE_KEY when it has another form, CLOCK_SKEW outside of the window. */
mpos_err
mpos_device_proof_read(mpos_call *call, const char *text, mpos_device_proof *out);

/* Whether that key signed the request ("METHOD\npath\nhash") in the proof. */
bool
mpos_device_proof_signed(const mpos_device_proof *proof, const char *request, const char *alg,
                         const bytea *key);

/* Whether that text is the device's proof of that request, now; uses nothing up. */
bool
mpos_device_proof_holds(const mpos_call *call, const uint8 device[16], const char *alg, const bytea *key,
                        const char *text, const char *request);

/* Uses the nonce up; DEVICE_KEY when it was used before. The tenant is set. */
mpos_err
mpos_device_proof_use(mpos_call *call, const mpos_device_proof *proof);

/*
 * Whether somebody may sign in on that device of the tenant that is set; keeps it from being revoked until the transaction
 * ends. A device with a key needs its proof over this request, one without is let in while the business's `pairing` is "open".
 * proof: text of the header, NULL for none. Refuses with NOT_FOUND, DEVICE_KEY, CLOCK_SKEW or PAIRING_REQUIRED.
 */
mpos_err
mpos_device_admit(mpos_call *call, const uint8 device[16], const char *proof, const char *request);

/* Whether a request of a session at that device comes from it: as above when it has a key, yes without one. */
mpos_err
mpos_device_prove(mpos_call *call, const uint8 device[16], const char *proof, const char *request);

#endif
