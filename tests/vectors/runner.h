/*
 * runner.h - what the kinds of vectors share. Words: case, verdict, report, member.
 *
 * A case reaches the core only as numbers and settings: id, source and description are dropped before. What the runner does
 * not know fails the case and is named, never guessed and never left out.
 *
 * Names of members are texts such as "qty|quantity": spellings of one member, the first that is there counts. Lists of
 * members have blanks between them.
 */
#ifndef MPOS_VECTORS_RUNNER_H
#define MPOS_VECTORS_RUNNER_H

#include <jansson.h>
#include <stdint.h>

#include "digest.h"
#include "rounding.h"

/* Why a case failed; the first reason stays. */
typedef struct report {
    int failed;
    char reason[512];
} report;

void
report_fail(report *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Fails the case when the object has a member that is not in the list; a note is always known. Returns whether all are. */
int
known_members(report *r, const json_t *object, const char *list);

/* The member, NULL when there is none (or it is null). */
const json_t *
member_of(const json_t *object, const char *spellings);

/* The member, which must be a list when it is there. */
const json_t *
list_of(report *r, const json_t *object, const char *spellings);

/* The member's text, "(no text)" when it is something else. */
const char *
text_of(const json_t *object, const char *spellings, const char *otherwise);
int
flag_of(const json_t *object, const char *spellings, int otherwise);

/* Index of the text among words (a list of spellings), -1 when it is none of them (or NULL). Case and "-" or "_" do not matter. */
int
word_of(const char *text, const char *words);

/* A decimal (text or number) at that scale; fails the case when it is none or has more decimals. */
int64_t
decimal_of(report *r, const json_t *value, int scale);

/* Decimals that a value has, without trailing zeros. */
int
decimals_of(const json_t *value);

/* A rounding mode in one of the words for it. */
mpos_rounding_mode
mode_of(report *r, const char *text);

/* The case of that id in the files that are run or in the project's own, NULL when there is none. */
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
