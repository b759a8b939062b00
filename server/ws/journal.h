/*
 * journal.h - the newest entries of each journal that somebody subscribes to. Words: ring, page, gap, known.
 *
 * ring: the newest entries without a hole. pending: entries that came before one they follow. known: the highest number
 * that is known to exist. page: the last stretch of older entries that was read for somebody far behind; whoever stands at
 * the same place shares it. A subscriber is only a cursor: it takes what follows, wherever that is found, and when it
 * is found nowhere one query per journal fetches it. So replay and live cannot leave anything between them.
 *
 * All functions take the hub's lock themselves unless they say otherwise.
 */
#ifndef WS_JOURNAL_H
#define WS_JOURNAL_H

#include <h2o/linklist.h>

#include "ws/frame.h"

#define WS_THREADS_MAX 64
#define WS_RING_MAX 1024
#define WS_RING_BYTES_MAX ((size_t)1024 * 1024)
#define WS_PENDING_MAX 64
#define WS_PAGE_MAX 256

typedef struct ws_journal ws_journal;

typedef enum ws_taken {
    WS_TAKEN_FRAME, /* a frame, and the cursor stands behind it */
    WS_TAKEN_NONE,  /* nothing newer is known */
    WS_TAKEN_GAP,   /* the next entry exists and should come by itself in a moment */
    WS_TAKEN_FETCH, /* it has to be fetched */
} ws_taken;

/* Entries from the blob of a call; *wake gets the threads to tell, one bit each, of every journal concerned. */
void
ws_journals_publish(const uint8_t *entries, size_t len,
                    void (*wake)(void *arg, ws_journal *journal, uint64_t threads), void *arg);

/*
 * The journal for a new subscriber of that thread, made with that head when nobody had subscribed before: then *fresh is
 * true and the heads should be compared at once, because an entry may have passed in between.
 */
ws_journal *
ws_journal_join(const uint8_t id[UUID_SIZE], const char *stream, unsigned thread, int32_t epoch, int64_t head,
                bool *fresh);

/*
 * Joins a journal of which only its head counts: no entry is kept, and its threads are told of entries of the topic `staff` and
 * of those that others have written.
 */
ws_journal *
ws_journal_watch(const uint8_t id[UUID_SIZE], unsigned thread, int32_t epoch, int64_t head);

/* Whether only its head counts. */
bool
ws_journal_watched(const ws_journal *journal);

void
ws_journal_leave(ws_journal *journal, unsigned thread);

/* The subscribers of that thread; only that thread touches the list. */
h2o_linklist_t *
ws_journal_local(ws_journal *journal, unsigned thread);

/* The next frame behind the cursor. */
ws_taken
ws_journal_take(ws_journal *journal, ws_cursor *cursor, ws_topics topics, ws_frame **frame);

/* True when something newer than the cursor is known. */
bool
ws_journal_more(ws_journal *journal, const ws_cursor *cursor);

/* True for the one that may fetch now; the others wait for its result. */
bool
ws_journal_begin_fetch(ws_journal *journal);

/* Ends the fetch: the entries after that cursor (none when it failed). Returns the threads to tell. */
uint64_t
ws_journal_end_fetch(ws_journal *journal, const ws_cursor *after, const uint8_t *entries, size_t len);

/* Another process's entries show in the head. Returns the threads of those who follow or who watch to tell, 0 when nothing is new. */
uint64_t
ws_journal_head(const uint8_t id[UUID_SIZE], bool watched, int32_t epoch, int64_t head);

/* Ids of journals that have subscribers, at most max. */
size_t
ws_journals_list(uint8_t (*ids)[UUID_SIZE], size_t max);

/* Marks the journal as to be looked at by that thread; false when it is marked already. */
bool
ws_journal_mark(ws_journal *journal, unsigned thread);

void
ws_journal_unmark(ws_journal *journal, unsigned thread);

/* The journal with that id as it is followed or watched, NULL when nobody has yet. */
ws_journal *
ws_journal_find(const uint8_t id[UUID_SIZE], bool watched);

const uint8_t *
ws_journal_id(const ws_journal *journal);

const char *
ws_journal_stream(const ws_journal *journal);

#endif
