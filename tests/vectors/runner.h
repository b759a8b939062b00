/*
 * runner.h - what the kinds of vectors share. Words: case, verdict, skipped.
 *
 * A case reaches the core only as numbers and settings: id, source and description are dropped before. What the core
 * or the runner does not know is skipped and named, never guessed.
 */
#ifndef MPOS_VECTORS_RUNNER_H
#define MPOS_VECTORS_RUNNER_H

#include <jansson.h>
#include <stdint.h>

#include "digest.h"

typedef enum verdict { PASSED, FAILED, SKIPPED } verdict;

/* Why a case failed or was skipped; the first reason stays. */
typedef struct report {
    verdict verdict;
    char reason[512];
} report;

void
report_fail(report *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
void
report_skip(report *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Skips the case when the object has a member that is not in the list (ended by NULL). Returns whether all are known. */
int
known_members(report *r, const json_t *object, const char *const *names);

/* The case of that id in the files that are run, NULL when there is none. For kinds that are made of other cases. */
const json_t *
case_by_id(const char *id);

/* SHA-256 for the core. */
extern const mpos_digest host_digest;

/* The kinds. Each runs one case. */
void
run_pricing(const json_t *object, report *r);
void
run_inclusion(const json_t *object, report *r);
void
run_consistency(const json_t *object, report *r);
void
run_barcode(const json_t *object, report *r);
void
run_note(const json_t *object, report *r);

#endif
