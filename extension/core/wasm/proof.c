/* proof.c - see proof.h. */
#include "proof.h"

#include <string.h>

#include "bytes.h"
#include "checkpoint.h"
#include "log_proof.h"
#include "merkle.h"
#include "note.h"
#include "sha256.h"

enum {
    PREFIX_MAX = 43,
    TIMES_AT = 48,
    HASHES_AT = TIMES_AT + 8 * MPOS_PROOF_KEYS_MAX,
    PLACES_AT = HASHES_AT + 4
};

typedef struct part {
    const char *text;
    size_t size;
} part;

typedef struct check {
    const uint8_t *leaf;
    uint64_t index;
    part origin;
    part keys;
    const uint8_t *answers;
    size_t answer_count;
    part proof;

    uint8_t *out;
    size_t questions;
} check;

static bool
read_input(const uint8_t *input, size_t size, check *c)
{
    const uint8_t *at = input + MPOS_PROOF_HEAD_SIZE;

    if (size < MPOS_PROOF_HEAD_SIZE) {
        return false;
    }
    c->leaf = input;
    c->index = mpos_get_u64(input + 32);
    c->origin = (part){(const char *)at, mpos_get_u16(input + 40)};
    c->keys = (part){(const char *)at + c->origin.size, mpos_get_u16(input + 42)};
    c->answers = at + c->origin.size + c->keys.size;
    c->answer_count = mpos_get_u16(input + 44);
    if (size - MPOS_PROOF_HEAD_SIZE < c->origin.size + c->keys.size + c->answer_count) {
        return false;
    }
    c->proof.text = (const char *)c->answers + c->answer_count;
    c->proof.size = size - (size_t)(c->proof.text - (const char *)input);
    return true;
}

static void
put_place(check *c, int which, const char *text, size_t size)
{
    mpos_put_u32(c->out + PLACES_AT + 8 * which, (uint32_t)(text - c->proof.text));
    mpos_put_u32(c->out + PLACES_AT + 8 * which + 4, (uint32_t)size);
}

/* The note's signatures become questions, or are answered. */
static bool
ask(void *host, mpos_note_algorithm algorithm, const uint8_t *key, size_t key_size, const mpos_chunk *message,
    size_t chunk_count, const uint8_t *signature, size_t signature_size)
{
    check *c = host;
    uint8_t *question = c->out + MPOS_PROOF_RESULT_SIZE + c->questions * MPOS_PROOF_QUESTION_SIZE;
    bool prefixed = chunk_count == 2;

    if (algorithm != MPOS_NOTE_SIGN_ED25519 || key_size != 32 || signature_size != 64 || chunk_count > 2 ||
        (prefixed && message[0].size > PREFIX_MAX) || c->questions == MPOS_PROOF_QUESTIONS_MAX) {
        return false;
    }
    memset(question, 0, MPOS_PROOF_QUESTION_SIZE);
    if (prefixed) {
        question[0] = (uint8_t)message[0].size;
        memcpy(question + 1, message[0].data, message[0].size);
    }
    memcpy(question + 1 + PREFIX_MAX, key, 32);
    memcpy(question + 1 + PREFIX_MAX + 32, signature, 64);
    c->questions++;
    return c->questions > c->answer_count || c->answers[c->questions - 1] == 1;
}

static bool
read_keys(const check *c, mpos_note_signer *signers, size_t *count)
{
    const char *at = c->keys.text;
    const char *end = at + c->keys.size;

    for (*count = 0; at < end; (*count)++) {
        const char *line_end = at;

        while (line_end < end && *line_end != '\n') {
            line_end++;
        }
        if (line_end == end || *count == MPOS_PROOF_KEYS_MAX ||
            mpos_note_key_parse(&wasm_digest, at, (size_t)(line_end - at), &signers[*count].key) !=
                MPOS_NOTE_OK) {
            return false;
        }
        at = line_end + 1;
    }
    return true;
}

/* Of the keys that are the log's own one must have signed; a witness alone says nothing about whose log it is. */
static mpos_proof_step
check_signatures(check *c, const mpos_note *note, const mpos_checkpoint *checkpoint)
{
    mpos_note_signer signers[MPOS_PROOF_KEYS_MAX];
    mpos_note_verifier verifier = {ask, c};
    size_t count;
    uint32_t signed_by = 0;
    bool own = false;

    memset(signers, 0, sizeof signers);
    if (!read_keys(c, signers, &count)) {
        return MPOS_PROOF_KEYS;
    }
    if (mpos_note_verify(&verifier, note, signers, count) != MPOS_NOTE_OK) {
        return MPOS_PROOF_SIGNATURE;
    }
    if (c->questions > c->answer_count) {
        return MPOS_PROOF_QUESTIONS;
    }
    for (size_t i = 0; i < count; i++) {
        const mpos_note_key *key = &signers[i].key;

        signed_by |= (uint32_t)signers[i].signed_by << i;
        mpos_put_u64(c->out + TIMES_AT + 8 * i, signers[i].time_s);
        own |= signers[i].signed_by && key->type == MPOS_NOTE_ED25519 &&
               key->name_size == checkpoint->origin_size &&
               memcmp(key->name, checkpoint->origin, key->name_size) == 0;
    }
    mpos_put_u32(c->out + 4, signed_by);
    return own ? MPOS_PROOF_GOOD : MPOS_PROOF_SIGNATURE;
}

static mpos_proof_step
check_place(const check *c, const mpos_log_proof *proof, const mpos_checkpoint *checkpoint)
{
    if (checkpoint->origin_size != c->origin.size ||
        memcmp(checkpoint->origin, c->origin.text, c->origin.size) != 0) {
        return MPOS_PROOF_ORIGIN;
    }
    if (proof->index != c->index || proof->index >= checkpoint->size) {
        return MPOS_PROOF_POSITION;
    }
    return mpos_merkle_check_inclusion(&wasm_digest, proof->index, checkpoint->size, c->leaf,
                                       (const uint8_t(*)[32])proof->hashes, proof->hash_count,
                                       checkpoint->root) == MPOS_OK
               ? MPOS_PROOF_GOOD
               : MPOS_PROOF_INCLUSION;
}

static mpos_proof_step
check_all(check *c)
{
    mpos_log_proof proof;
    mpos_note note;
    mpos_checkpoint checkpoint;
    const char *reason;
    mpos_proof_step step;

    if (mpos_log_proof_parse(c->proof.text, c->proof.size, &proof, &reason) != MPOS_OK ||
        mpos_note_parse(proof.note, proof.note_size, &note) != MPOS_NOTE_OK ||
        mpos_checkpoint_parse(note.text, note.text_size, &checkpoint) != MPOS_OK) {
        return MPOS_PROOF_FORM;
    }
    mpos_put_u64(c->out + 8, checkpoint.size);
    memcpy(c->out + 16, checkpoint.root, sizeof checkpoint.root);
    mpos_put_u32(c->out + HASHES_AT, (uint32_t)proof.hash_count);
    put_place(c, 0, checkpoint.origin, checkpoint.origin_size);
    put_place(c, 1, note.text, note.text_size);
    put_place(c, 2, note.lines, note.lines_size);
    step = check_place(c, &proof, &checkpoint);
    return step == MPOS_PROOF_GOOD ? check_signatures(c, &note, &checkpoint) : step;
}

size_t
mpos_proof_check(const uint8_t *input, size_t size, uint8_t *output)
{
    check c = {.out = output};

    memset(output, 0, MPOS_PROOF_RESULT_SIZE);
    output[0] = (uint8_t)(read_input(input, size, &c) ? check_all(&c) : MPOS_PROOF_INPUT);
    mpos_put_u16(output + 2, (uint16_t)c.questions);
    return MPOS_PROOF_RESULT_SIZE + c.questions * MPOS_PROOF_QUESTION_SIZE;
}
