/* journal.c - rings and pages under one lock, held for moments only. */
#include "ws/journal.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define BUCKETS 1024
/* A missing entry of this process arrives within this time, or it is another process's. */
#define GAP_MS 5

struct ws_journal {
    ws_journal *next_in_bucket;
    uint8_t id[UUID_SIZE];
    char stream[WS_STREAM_SIZE];
    bool watched; /* nothing of it is kept; as it was made */
    int32_t epoch;
    int64_t known;
    int64_t tail; /* first number in the ring */
    int64_t next; /* the number after its last */
    size_t ring_bytes;
    ws_entry *ring[WS_RING_MAX]; /* at seq % WS_RING_MAX */
    ws_entry *pending[WS_PENDING_MAX];
    size_t pending_count;
    uint64_t gap_since_ms; /* 0: no gap */
    bool fetching;
    ws_cursor page_after;
    ws_entry *page[WS_PAGE_MAX];
    size_t page_count;
    unsigned subscribers[WS_THREADS_MAX];
    uint64_t subscribed; /* threads with subscribers, one bit each */
    _Atomic bool marked[WS_THREADS_MAX];
    h2o_linklist_t local[WS_THREADS_MAX];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static ws_journal *buckets[BUCKETS];

static ws_journal **
bucket_of(const uint8_t id[UUID_SIZE])
{
    return &buckets[(id[14] << 8 | id[15]) % BUCKETS];
}

/* Who follows a journal and who watches it have nothing in common, so each has a place of its own. */
static ws_journal *
find(const uint8_t id[UUID_SIZE], bool watched)
{
    ws_journal *journal = *bucket_of(id);

    while (journal != NULL && (journal->watched != watched || memcmp(journal->id, id, UUID_SIZE) != 0)) {
        journal = journal->next_in_bucket;
    }
    return journal;
}

static void
drop_oldest(ws_journal *journal)
{
    ws_entry **place = &journal->ring[journal->tail % WS_RING_MAX];

    journal->ring_bytes -= (*place)->payload_len;
    ws_entry_release(*place);
    *place = NULL;
    journal->tail++;
}

static void
drop_page(ws_journal *journal)
{
    for (size_t i = 0; i < journal->page_count; i++) {
        ws_entry_release(journal->page[i]);
    }
    journal->page_count = 0;
}

/* Starts over behind that head. */
static void
reset(ws_journal *journal, int32_t epoch, int64_t head)
{
    while (journal->tail < journal->next) {
        drop_oldest(journal);
    }
    for (size_t i = 0; i < journal->pending_count; i++) {
        ws_entry_release(journal->pending[i]);
    }
    journal->pending_count = 0;
    drop_page(journal);
    journal->epoch = epoch;
    journal->known = head;
    journal->tail = journal->next = head + 1;
    journal->gap_since_ms = 0;
}

static void
append(ws_journal *journal, ws_entry *entry)
{
    atomic_fetch_add(&entry->refs, 1);
    journal->ring[journal->next % WS_RING_MAX] = entry;
    journal->ring_bytes += entry->payload_len;
    journal->next++;
    if (journal->known < journal->next - 1) {
        journal->known = journal->next - 1;
    }
    /* The newest stays even when it is larger than the whole ring should be. */
    while (journal->next - journal->tail > WS_RING_MAX - 1 ||
           (journal->ring_bytes > WS_RING_BYTES_MAX && journal->tail < journal->next - 1)) {
        drop_oldest(journal);
    }
}

static void
append_pending(ws_journal *journal)
{
    for (size_t i = 0; i < journal->pending_count;) {
        ws_entry *entry = journal->pending[i];

        if (entry->at.seq > journal->next) {
            i++;
            continue;
        }
        if (entry->at.seq == journal->next) {
            append(journal, entry);
        }
        ws_entry_release(entry);
        journal->pending[i] = journal->pending[--journal->pending_count];
        i = 0;
    }
    journal->gap_since_ms = journal->known >= journal->next ? clock_elapsed_ms() : 0;
}

/* Keeps its own reference when it keeps the entry. */
static void
insert(ws_journal *journal, ws_entry *entry)
{
    if (entry->at.epoch > journal->epoch) {
        reset(journal, entry->at.epoch, entry->at.seq - 1);
    }
    if (entry->at.epoch < journal->epoch || entry->at.seq < journal->next) {
        return;
    }
    if (entry->at.seq == journal->next) {
        append(journal, entry);
        append_pending(journal);
        return;
    }
    if (journal->known < entry->at.seq) {
        journal->known = entry->at.seq;
    }
    if (journal->gap_since_ms == 0) {
        journal->gap_since_ms = clock_elapsed_ms();
    }
    if (journal->pending_count < WS_PENDING_MAX) {
        atomic_fetch_add(&entry->refs, 1);
        journal->pending[journal->pending_count++] = entry;
    }
}

/* True when those who watch have to be told. */
static bool
pass_by(ws_journal *journal, const ws_entry *entry)
{
    bool follows = entry->at.epoch == journal->epoch && entry->at.seq == journal->known + 1;
    bool newer = entry->at.epoch > journal->epoch ||
                 (entry->at.epoch == journal->epoch && entry->at.seq > journal->known);

    if (!newer) {
        return false;
    }
    journal->epoch = entry->at.epoch;
    journal->known = entry->at.seq;
    return !follows || ws_entry_has(entry, "staff");
}

/* The threads to be told of an entry; the lock is held. */
static uint64_t
take_entry(ws_journal *journal, ws_entry *entry)
{
    if (journal == NULL || journal->subscribed == 0) {
        return 0;
    }
    if (journal->watched) {
        return pass_by(journal, entry) ? journal->subscribed : 0;
    }
    insert(journal, entry);
    return journal->subscribed;
}

void
ws_journals_publish(const uint8_t *entries, size_t len,
                    void (*wake)(void *arg, ws_journal *journal, uint64_t threads), void *arg)
{
    const uint8_t *end = entries + len;
    ws_entry *entry;

    while ((entry = ws_entry_read(&entries, end)) != NULL) {
        ws_journal *journals[2];
        uint64_t threads[2];

        pthread_mutex_lock(&lock);
        for (int i = 0; i < 2; i++) {
            journals[i] = find(entry->journal, i == 1);
            threads[i] = take_entry(journals[i], entry);
        }
        pthread_mutex_unlock(&lock);
        ws_entry_release(entry);
        for (int i = 0; i < 2; i++) {
            if (threads[i] != 0) {
                wake(arg, journals[i], threads[i]);
            }
        }
    }
}

static ws_journal *
make(const uint8_t id[UUID_SIZE], const char *stream, bool watched)
{
    ws_journal *journal = calloc(1, sizeof *journal);
    ws_journal **bucket = bucket_of(id);

    if (journal == NULL) {
        abort();
    }
    memcpy(journal->id, id, UUID_SIZE);
    journal->watched = watched;
    strncpy(journal->stream, stream, sizeof journal->stream - 1);
    for (size_t i = 0; i < WS_THREADS_MAX; i++) {
        h2o_linklist_init_anchor(&journal->local[i]);
    }
    journal->next_in_bucket = *bucket;
    *bucket = journal;
    return journal;
}

static ws_journal *
join(const uint8_t id[UUID_SIZE], const char *stream, bool watched, unsigned thread, int32_t epoch,
     int64_t head, bool *fresh)
{
    ws_journal *journal;

    pthread_mutex_lock(&lock);
    journal = find(id, watched);
    if (journal == NULL) {
        journal = make(id, stream, watched);
    }
    *fresh = journal->subscribed == 0;
    if (*fresh) {
        reset(journal, epoch, head);
    } else if (journal->epoch == epoch && journal->known < head) {
        journal->known = head;
        journal->gap_since_ms = clock_elapsed_ms();
    }
    journal->subscribers[thread]++;
    journal->subscribed |= UINT64_C(1) << thread;
    pthread_mutex_unlock(&lock);
    return journal;
}

ws_journal *
ws_journal_join(const uint8_t id[UUID_SIZE], const char *stream, unsigned thread, int32_t epoch, int64_t head,
                bool *fresh)
{
    return join(id, stream, false, thread, epoch, head, fresh);
}

ws_journal *
ws_journal_watch(const uint8_t id[UUID_SIZE], unsigned thread, int32_t epoch, int64_t head)
{
    bool fresh;

    return join(id, "", true, thread, epoch, head, &fresh);
}

bool
ws_journal_watched(const ws_journal *journal)
{
    return journal->watched;
}

void
ws_journal_leave(ws_journal *journal, unsigned thread)
{
    pthread_mutex_lock(&lock);
    if (--journal->subscribers[thread] == 0) {
        journal->subscribed &= ~(UINT64_C(1) << thread);
    }
    if (journal->subscribed == 0) {
        reset(journal, journal->epoch, journal->known); /* nobody looks: keep nothing */
    }
    pthread_mutex_unlock(&lock);
}

h2o_linklist_t *
ws_journal_local(ws_journal *journal, unsigned thread)
{
    return &journal->local[thread];
}

/* The entry behind the cursor in the page, NULL when it is not there. */
static ws_entry *
in_page(const ws_journal *journal, const ws_cursor *cursor)
{
    const ws_cursor *before = &journal->page_after;

    for (size_t i = 0; i < journal->page_count; i++) {
        if (before->epoch == cursor->epoch && before->seq == cursor->seq) {
            return journal->page[i];
        }
        before = &journal->page[i]->at;
    }
    return NULL;
}

static ws_taken
take(ws_journal *journal, const ws_cursor *cursor, ws_entry **entry)
{
    bool same = cursor->epoch == journal->epoch;

    if (same && cursor->seq + 1 >= journal->tail && cursor->seq + 1 < journal->next) {
        *entry = journal->ring[(cursor->seq + 1) % WS_RING_MAX];
        return WS_TAKEN_FRAME;
    }
    *entry = in_page(journal, cursor);
    if (*entry != NULL) {
        return WS_TAKEN_FRAME;
    }
    if (same && cursor->seq >= journal->known) {
        return WS_TAKEN_NONE;
    }
    if (same && cursor->seq + 1 == journal->next && journal->gap_since_ms != 0 &&
        clock_elapsed_ms() - journal->gap_since_ms < GAP_MS) {
        return WS_TAKEN_GAP;
    }
    return WS_TAKEN_FETCH;
}

ws_taken
ws_journal_take(ws_journal *journal, ws_cursor *cursor, ws_topics topics, ws_frame **frame)
{
    ws_entry *entry = NULL;
    ws_taken taken;

    pthread_mutex_lock(&lock);
    taken = take(journal, cursor, &entry);
    if (taken == WS_TAKEN_FRAME) {
        *frame = ws_entry_frame(entry, journal->stream, topics);
        *cursor = entry->at;
    }
    pthread_mutex_unlock(&lock);
    return taken;
}

bool
ws_journal_more(ws_journal *journal, const ws_cursor *cursor)
{
    bool more;

    pthread_mutex_lock(&lock);
    more = cursor->epoch < journal->epoch || cursor->seq < journal->known;
    pthread_mutex_unlock(&lock);
    return more;
}

bool
ws_journal_begin_fetch(ws_journal *journal)
{
    bool mine;

    pthread_mutex_lock(&lock);
    mine = !journal->fetching;
    journal->fetching = true;
    pthread_mutex_unlock(&lock);
    return mine;
}

uint64_t
ws_journal_end_fetch(ws_journal *journal, const ws_cursor *after, const uint8_t *entries, size_t len)
{
    const uint8_t *end = entries + len;
    uint64_t threads;
    ws_entry *entry;

    pthread_mutex_lock(&lock);
    journal->fetching = false;
    threads = journal->subscribed;
    if (len > 0 && threads != 0) {
        drop_page(journal);
        journal->page_after = *after;
        while (journal->page_count < WS_PAGE_MAX && (entry = ws_entry_read(&entries, end)) != NULL) {
            insert(journal, entry);
            journal->page[journal->page_count++] = entry;
        }
    }
    pthread_mutex_unlock(&lock);
    return threads;
}

uint64_t
ws_journal_head(const uint8_t id[UUID_SIZE], bool watched, int32_t epoch, int64_t head)
{
    ws_journal *journal;
    uint64_t threads = 0;

    pthread_mutex_lock(&lock);
    journal = find(id, watched);
    if (journal != NULL && journal->subscribed != 0 &&
        (epoch > journal->epoch || (epoch == journal->epoch && head > journal->known))) {
        if (epoch > journal->epoch) {
            reset(journal, epoch, -1);
        }
        journal->known = head;
        if (journal->gap_since_ms == 0) {
            journal->gap_since_ms = clock_elapsed_ms();
        }
        threads = journal->subscribed;
    }
    pthread_mutex_unlock(&lock);
    return threads;
}

size_t
ws_journals_list(uint8_t (*ids)[UUID_SIZE], size_t max)
{
    size_t count = 0;

    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < BUCKETS; i++) {
        for (ws_journal *at = buckets[i]; at != NULL && count < max; at = at->next_in_bucket) {
            if (at->subscribed != 0) {
                memcpy(ids[count++], at->id, UUID_SIZE);
            }
        }
    }
    pthread_mutex_unlock(&lock);
    return count;
}

ws_journal *
ws_journal_find(const uint8_t id[UUID_SIZE], bool watched)
{
    ws_journal *journal;

    pthread_mutex_lock(&lock);
    journal = find(id, watched);
    pthread_mutex_unlock(&lock);
    return journal;
}

bool
ws_journal_mark(ws_journal *journal, unsigned thread)
{
    return !atomic_exchange(&journal->marked[thread], true);
}

void
ws_journal_unmark(ws_journal *journal, unsigned thread)
{
    atomic_store(&journal->marked[thread], false);
}

const uint8_t *
ws_journal_id(const ws_journal *journal)
{
    return journal->id;
}

const char *
ws_journal_stream(const ws_journal *journal)
{
    return journal->stream;
}
