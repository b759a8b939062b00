/*
 * proof.h - checking a receipt: is the leaf printed on it in the log that was signed? Words: question (a signature that
 * the page must check, since the module knows no curves), step.
 *
 * Input, big-endian: leaf 32 | index u64 | origin size u16 | keys size u16 | answers u16 | origin | keys (vkeys of the log
 * and of witnesses, each with a line end) | answers (a byte each, 1: the signature is good) | proof (c2sp.org/tlog-proof@v1).
 *
 * Output: step u8 (what failed) | 0 u8 | questions u16 | keys that signed u32, bit i of key i | size u64 | root 32 |
 * time u64 of each of KEYS_MAX keys | hashes u32 | then of places in the proof, offset and size as u32: origin, text of the
 * note, signature lines | then the questions, each: size of the prefix u8 | prefix 43 | key 32 | signature 64. What is signed
 * is the prefix and the text of the note.
 *
 * Call it without answers, check the questions, call it again with the answers.
 */
#ifndef MPOS_WASM_PROOF_H
#define MPOS_WASM_PROOF_H

#include <stddef.h>
#include <stdint.h>

#define MPOS_PROOF_KEYS_MAX 16
#define MPOS_PROOF_QUESTIONS_MAX 32
#define MPOS_PROOF_HEAD_SIZE (32 + 8 + 2 + 2 + 2)
#define MPOS_PROOF_RESULT_SIZE (8 + 8 + 32 + 8 * MPOS_PROOF_KEYS_MAX + 4 + 3 * 8)
#define MPOS_PROOF_QUESTION_SIZE (1 + 43 + 32 + 64)
#define MPOS_PROOF_OUTPUT_MAX (MPOS_PROOF_RESULT_SIZE + MPOS_PROOF_QUESTIONS_MAX * MPOS_PROOF_QUESTION_SIZE)

/* In the order in which they are taken; all before the one that failed are good. */
typedef enum mpos_proof_step {
    MPOS_PROOF_GOOD = 0,
    MPOS_PROOF_INPUT,     /* the page's own fault */
    MPOS_PROOF_FORM,      /* proof, note or checkpoint cannot be read */
    MPOS_PROOF_ORIGIN,    /* the checkpoint is of another log */
    MPOS_PROOF_POSITION,  /* the proof is for another entry, or one beyond the log's size */
    MPOS_PROOF_INCLUSION, /* the hashes do not lead from the leaf to the root */
    MPOS_PROOF_KEYS,      /* a key cannot be read */
    MPOS_PROOF_QUESTIONS, /* signatures have not been answered yet */
    MPOS_PROOF_SIGNATURE  /* nobody known has signed, or a known key's signature is wrong */
} mpos_proof_step;

/* Checks size bytes of input and returns the size of the output, of MPOS_PROOF_OUTPUT_MAX bytes at most. */
size_t
mpos_proof_check(const uint8_t *input, size_t size, uint8_t *output);

#endif
