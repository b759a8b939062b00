/*
 * note.h - texts signed by keys: C2SP signed-note, with the signatures that checkpoints carry. Words: note, text,
 * signature line, key name, key id, vkey (public key as text), cosignature (a witness's, with the time).
 *
 * A note is untrusted until mpos_note_verify accepted it. Reading is strict: whatever the specification does not
 * describe is refused, and base64 must be canonical. Nothing is copied: results point into the caller's bytes.
 */
#ifndef MPOS_CORE_NOTE_H
#define MPOS_CORE_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "digest.h"

/* A checkpoint has some hundred bytes; a hundred post-quantum signatures of 5 kB still fit. */
#define MPOS_NOTE_SIZE_MAX (1u << 20)
/* The specification asks for 16 at least; Go's implementation stops at 100, and so do we. */
#define MPOS_NOTE_SIGNATURES_MAX 100
/* Longest public key that is understood: the SPKI of a P-521 key has 158 bytes. */
#define MPOS_NOTE_KEY_SIZE_MAX 256

typedef enum mpos_note_fault {
    MPOS_NOTE_OK = 0,
    MPOS_NOTE_TOO_LONG,
    MPOS_NOTE_CHARACTERS, /* not UTF-8, or a control character */
    MPOS_NOTE_NO_SIGNATURES,
    MPOS_NOTE_SIGNATURE_LINE,
    MPOS_NOTE_TOO_MANY_SIGNATURES,
    MPOS_NOTE_KEY_FORM,
    MPOS_NOTE_KEY_ID,
    MPOS_NOTE_KEY_TYPE,
    MPOS_NOTE_WRONG_SIGNATURE,
    MPOS_NOTE_UNSIGNED
} mpos_note_fault;

/* What the fault means, without full stop. Static storage. */
const char *
mpos_note_reason(mpos_note_fault fault);

/* Signature types; the numbers are those of the specification. */
typedef enum mpos_note_type {
    MPOS_NOTE_ED25519 = 1,
    MPOS_NOTE_ECDSA = 2,       /* the key is a DER SPKI */
    MPOS_NOTE_COSIGNATURE = 4, /* Ed25519, cosignature/v1 */
    MPOS_NOTE_TREE_HEAD = 5 /* RFC 6962 TreeHeadSignature of static-ct-api; the key is a DER SPKI (ECDSA) */
} mpos_note_type;

typedef struct mpos_note_key {
    const char *name; /* inside the vkey */
    size_t name_size;
    uint32_t id;
    uint8_t type; /* mpos_note_type */
    uint8_t key[MPOS_NOTE_KEY_SIZE_MAX];
    size_t key_size;
} mpos_note_key;

/* Whether a name may be a key's: valid UTF-8, not empty, no Unicode space, no plus, no control character. */
bool
mpos_note_name_valid(const char *name, size_t name_size);

/* First four bytes of SHA256(name || "\n" || type || key), big-endian: the id of Ed25519 keys and cosignature keys. */
uint32_t
mpos_note_key_id(const mpos_digest *digest, const char *name, size_t name_size, uint8_t type,
                 const uint8_t *key, size_t key_size);

/* Reads `name+id+base64(type || key)` and checks the id against the key. *out points into the text. */
mpos_note_fault
mpos_note_key_parse(const mpos_digest *digest, const char *vkey, size_t vkey_size, mpos_note_key *out);

/* Room for the vkey of an Ed25519 or cosignature key, without NUL. */
#define MPOS_NOTE_VKEY_SIZE(name_size) ((name_size) + 1 + 8 + 1 + 44)

/* Writes the vkey of an Ed25519 or cosignature key (32 bytes) and returns its size. */
size_t
mpos_note_key_format(const mpos_digest *digest, const char *name, size_t name_size, uint8_t type,
                     const uint8_t key[32], char *out);

typedef struct mpos_note {
    const char *text; /* with its last line end, without the blank line */
    size_t text_size;
    const char *lines; /* the signature lines */
    size_t lines_size;
    size_t signature_count;
} mpos_note;

typedef struct mpos_note_signature {
    const char *name;
    size_t name_size;
    uint32_t key_id;
    const char *base64; /* canonical; its value is the key id and then signature_size bytes */
    size_t base64_size;
    size_t signature_size;
    const char *line; /* the whole line without its end */
    size_t line_size;
} mpos_note_signature;

/* Takes a signed note apart and checks its form, not its signatures. */
mpos_note_fault
mpos_note_parse(const char *bytes, size_t size, mpos_note *out);

/* The signature line at *offset (begin with 0), which moves on. False when none is left. */
bool
mpos_note_next(const mpos_note *note, size_t *offset, mpos_note_signature *out);

/*
 * How the host checks a signature over the chunks as one message: Ed25519 (key 32, signature 64 bytes; strict as in
 * RFC 8032) or ECDSA with SHA-256 (key a DER SPKI, signature ASN.1). A host that does not know one answers false.
 */
typedef enum mpos_note_algorithm { MPOS_NOTE_SIGN_ED25519, MPOS_NOTE_SIGN_ECDSA_SHA256 } mpos_note_algorithm;

typedef struct mpos_note_verifier {
    bool (*check)(void *host, mpos_note_algorithm algorithm, const uint8_t *key, size_t key_size,
                  const mpos_chunk *message, size_t chunk_count, const uint8_t *signature,
                  size_t signature_size);
    void *host; /* handed through, may be NULL */
} mpos_note_verifier;

/* What became of a key in a note. */
typedef struct mpos_note_signer {
    mpos_note_key key;
    bool signed_by;  /* a signature of the key was found, and all of them are good */
    uint64_t time_s; /* of its last cosignature or tree head (there milliseconds), else 0 */
} mpos_note_signer;

/*
 * Checks every signature whose name and key id are those of a signer, and notes who signed. OK when at least one did
 * and no signature of a known key is wrong; signatures of other keys are ignored. On any fault nobody has signed.
 */
mpos_note_fault
mpos_note_verify(const mpos_note_verifier *verifier, const mpos_note *note, mpos_note_signer *signers,
                 size_t count);

/* Room for the lines that stand before the text in the message of a cosignature. */
#define MPOS_COSIGNATURE_PREFIX_SIZE_MAX 41

/* Writes "cosignature/v1\ntime N\n" and returns its size; what is signed is that followed by the text of the note. */
size_t
mpos_cosignature_prefix(uint64_t time_s, char *out);

/* Bytes of a signature that mpos_note_line_format takes: 8 of time and 64, or 64. */
#define MPOS_NOTE_SIGNATURE_SIZE_MAX 72
/* Room for a signature line with its end, without NUL. */
#define MPOS_NOTE_LINE_SIZE(name_size, signature_size)                                                       \
    (4 + (name_size) + 1 + ((4 + (signature_size)) + 2) / 3 * 4 + 1)

/* Writes "— name base64\n" and returns its size; signature_size at most MPOS_NOTE_SIGNATURE_SIZE_MAX. */
size_t
mpos_note_line_format(const char *name, size_t name_size, uint32_t key_id, const uint8_t *signature,
                      size_t signature_size, char *out);

#endif
