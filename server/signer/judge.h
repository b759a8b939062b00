/*
 * judge.h - whether a tree may be signed. Words: verdict, refusal, continuity (a new epoch follows on the end of the one
 * before, as far as it is remembered), acceptance (an operator's word that lets a break of continuity pass).
 */
#ifndef SIGNER_JUDGE_H
#define SIGNER_JUDGE_H

#include "signer/memory.h"
#include "signer/store.h"

#define JUDGE_DETAIL_SIZE 400

typedef enum judge_verdict {
    JUDGE_SIGN,
    JUDGE_REFUSE, /* kind and detail say why */
    JUDGE_PAST,   /* an epoch that broke off, and the one after it is signed: said before, and over */
    JUDGE_WAIT,   /* the epoch before is not sealed to its end yet */
    JUDGE_DOWN    /* the database went away while it was asked */
} judge_verdict;

typedef struct judge_refusal {
    const char *kind; /* static; name of the alarm */
    char detail[JUDGE_DETAIL_SIZE];
} judge_refusal;

/*
 * Compares the tree with the memory: the same log must have grown, and show it with a consistency proof; a log that is
 * new must follow on the end of the journal's epoch before, or be accepted.
 */
judge_verdict
judge_due(store *store, const memory *memory, const store_due *due, judge_refusal *refusal);

#endif
