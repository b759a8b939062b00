/* merkle_case.c - inclusion and consistency probes, one object each, hashes in base64. */
#include <sodium.h>
#include <string.h>

#include "merkle.h"
#include "runner.h"

enum { PROOF_MAX = 256 };

typedef struct probe {
    uint8_t proof[PROOF_MAX][32];
    size_t count;
    int well_formed; /* every hash has 32 bytes; a verifier refuses the others before it computes anything */
} probe;

static void
read_hash(const json_t *value, uint8_t out[32], probe *p)
{
    uint8_t bytes[64];
    size_t size = 0;
    const char *text = json_string_value(value);

    if (text == NULL ||
        sodium_base642bin(bytes, sizeof bytes, text, strlen(text), NULL, &size, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        size != 32) {
        p->well_formed = 0;
        return;
    }
    memcpy(out, bytes, 32);
}

/*
 * A root only has to be told from others. One that is not 32 bytes long is replaced by its SHA-256: it still equals
 * itself, and no computed root.
 */
static void
read_root(const json_t *value, uint8_t out[32], probe *p)
{
    uint8_t bytes[64];
    size_t size = 0;
    const char *text = json_string_value(value);

    if (text == NULL || sodium_base642bin(bytes, sizeof bytes, text, strlen(text), NULL, &size, NULL,
                                          sodium_base64_VARIANT_ORIGINAL) != 0) {
        p->well_formed = 0;
    } else if (size == 32) {
        memcpy(out, bytes, 32);
    } else {
        crypto_hash_sha256(out, bytes, size);
    }
}

static void
read_proof(const json_t *list, probe *p)
{
    size_t i;
    json_t *value;

    if (json_array_size(list) > PROOF_MAX) {
        p->well_formed = 0;
        return;
    }
    json_array_foreach((json_t *)list, i, value)
    {
        read_hash(value, p->proof[p->count++], p);
    }
}

static uint64_t
read_size(const json_t *object, const char *name, probe *p)
{
    const json_t *value = json_object_get(object, name);

    if (!json_is_integer(value) || json_integer_value(value) < 0) {
        p->well_formed = 0;
    }
    return (uint64_t)json_integer_value(value);
}

static void
judge(const json_t *object, int accepted, report *r)
{
    int wanted = !json_is_true(json_object_get(object, "wantErr"));

    if (accepted != wanted) {
        report_fail(r, "the proof was %s", accepted ? "accepted" : "refused");
    }
}

void
run_inclusion(const json_t *object, report *r)
{
    probe p = {.well_formed = 1};
    uint8_t leaf[32] = {0};
    uint8_t root[32] = {0};
    uint64_t index = read_size(object, "leafIdx", &p);
    uint64_t size = read_size(object, "treeSize", &p);

    read_hash(json_object_get(object, "leafHash"), leaf, &p);
    read_root(json_object_get(object, "root"), root, &p);
    read_proof(json_object_get(object, "proof"), &p);
    judge(object,
          p.well_formed &&
              mpos_merkle_check_inclusion(&host_digest, index, size, leaf, (const uint8_t(*)[32])p.proof,
                                          p.count, root) == MPOS_OK,
          r);
}

void
run_consistency(const json_t *object, report *r)
{
    probe p = {.well_formed = 1};
    uint8_t old_root[32] = {0};
    uint8_t new_root[32] = {0};
    uint64_t old_size = read_size(object, "size1", &p);
    uint64_t new_size = read_size(object, "size2", &p);

    read_root(json_object_get(object, "root1"), old_root, &p);
    read_root(json_object_get(object, "root2"), new_root, &p);
    read_proof(json_object_get(object, "proof"), &p);
    judge(object,
          p.well_formed &&
              mpos_merkle_check_consistency(&host_digest, old_size, new_size, (const uint8_t(*)[32])p.proof,
                                            p.count, old_root, new_root) == MPOS_OK,
          r);
}
