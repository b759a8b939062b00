/*
 * flush.c - grouping, payloads, and appending under the head locks.
 *
 * The order matters: everything that does not need the head (look-ups, payloads, hashes) is done before the
 * first head is locked, because a head stays locked until the commit is durable and so limits its journal's
 * rate.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "doorbell.h"
#include "flush.h"
#include "flush_group.h"
#include "journal_header.h"
#include "journal_store.h"
#include "manifest.h"
#include "pending.h"
#include "rewrite.h"
#include "sqlstate.h"
#include "uuid.h"

typedef struct group_list {
    group *items;
    int count;
    int capacity;
} group_list;

static bool
belongs(const group *g, const mpos_change *change)
{
    return g->sole == NULL && change->sole == NULL && g->note == change->note &&
           memcmp(&g->outlet, &change->outlet, UUID_LEN) == 0 &&
           memcmp(&g->tenant, &change->tenant, UUID_LEN) == 0;
}

/*
 * Index of the change's group, made if needed. Neighbours mostly share one, so the last hit is tried first.
 */
static int
group_of(group_list *list, const mpos_change *change, int last)
{
    group *g;

    if (last < list->count && belongs(&list->items[last], change)) {
        return last;
    }
    for (int i = 0; i < list->count; i++) {
        if (belongs(&list->items[i], change)) {
            return i;
        }
    }
    if (list->count == list->capacity) {
        list->capacity = Max(8, list->capacity * 2);
        list->items = list->items == NULL
                          ? palloc(sizeof *list->items * (size_t)list->capacity)
                          : repalloc(list->items, sizeof *list->items * (size_t)list->capacity);
    }
    g = &list->items[list->count];
    memset(g, 0, sizeof *g);
    g->note = change->note;
    g->sole = change->sole;
    g->tenant = change->tenant;
    g->outlet = change->outlet;
    g->order = list->count;
    return list->count++;
}

static void
make_groups(group_list *list, mpos_change *changes, int count)
{
    int *group_index = MemoryContextAllocHuge(CurrentMemoryContext, sizeof *group_index * (size_t)count);
    int last = 0;

    for (int i = 0; i < count; i++) {
        last = group_of(list, &changes[i], last);
        group_index[i] = last;
        list->items[last].change_count++;
    }
    for (int i = 0; i < list->count; i++) {
        group *g = &list->items[i];

        g->changes =
            MemoryContextAllocHuge(CurrentMemoryContext, sizeof *g->changes * (size_t)g->change_count);
        g->change_count = 0;
    }
    for (int i = 0; i < count; i++) {
        group *g = &list->items[group_index[i]];

        g->changes[g->change_count++] = &changes[i];
    }
}

/* The input is stored once per call: in the entry of the context's outlet, else in the call's first. */
static void
place_inputs(group_list *list)
{
    for (int i = 0; i < list->count; i++) {
        group *g = &list->items[i];
        group *best = NULL;

        for (int j = 0; j < list->count && g->note != NULL && g->sole == NULL; j++) {
            group *other = &list->items[j];

            if (other->note == g->note && other->sole == NULL &&
                (best == NULL || memcmp(&other->outlet, &other->note->outlet, UUID_LEN) == 0)) {
                best = other;
            }
        }
        if (best != NULL) {
            best->carries_input = true;
        }
    }
}

static int
compare_groups(const void *a, const void *b)
{
    const group *x = a;
    const group *y = b;
    int order = memcmp(&x->journal, &y->journal, UUID_LEN);

    return order != 0 ? order : x->order - y->order;
}

static bool
is_zero(const uint8 hash[32])
{
    static const uint8 zero[32] = {0};

    return memcmp(hash, zero, sizeof zero) == 0;
}

static void
append_part(mpos_head *head, const group *g, int at, const pg_uuid_t *transaction, mpos_flushed *out)
{
    const part *p = &g->parts[at];
    mpos_journal_header header = {.kind = MPOS_ENTRY_TRANSACTION,
                                  .flags = p->flags,
                                  .schema_version = 1,
                                  .part = (uint16)at,
                                  .parts = (uint16)g->part_count};

    memcpy(header.tenant, g->tenant.data, UUID_LEN);
    memcpy(header.transaction, transaction->data, UUID_LEN);
    memcpy(header.payload_hash, p->payload_hash, sizeof header.payload_hash);
    if (g->note != NULL) {
        memcpy(header.actor, g->note->actor.data, UUID_LEN);
        header.kind = g->note->kind != 0 ? (uint8)g->note->kind : header.kind;
        if (g->carries_input && at == 0 && !is_zero(g->note->aux)) {
            header.kind = MPOS_ENTRY_DEVICE_BATCH;
            memcpy(header.aux, g->note->aux, sizeof header.aux);
        }
    }
    if (g->sole != NULL) {
        header.kind = g->sole->kind;
        memcpy(header.aux, g->sole->aux, sizeof header.aux);
        mpos_manifest_store(&g->journal, head->epoch, head->next_seq, g->sole->manifest);
    }
    mpos_head_append(head, &header, p->payload, p->packed, out);
}

static void
append_groups(const group_list *list, mpos_flushed *out)
{
    pg_uuid_t outside; /* the transaction's name for changes that no call made */
    mpos_head head;

    mpos_uuid_v7(&outside);
    for (int i = 0; i < list->count; i++) {
        const group *g = &list->items[i];
        bool same_as_before = i > 0 && memcmp(&g->journal, &list->items[i - 1].journal, UUID_LEN) == 0;
        bool same_as_next =
            i + 1 < list->count && memcmp(&g->journal, &list->items[i + 1].journal, UUID_LEN) == 0;

        if (!same_as_before) {
            mpos_head_lock(&g->tenant, &g->journal, &head, out);
        }
        for (int at = 0; at < g->part_count; at++) {
            append_part(&head, g, at, g->note != NULL ? &g->note->transaction : &outside, out);
        }
        if (!same_as_next) {
            mpos_head_store(&head);
            mpos_doorbell_note(&g->journal);
        }
    }
}

static const pg_uuid_t *
next_journal(const group_list *list, int at)
{
    const group *g = &list->items[at];

    for (int i = 1; i < list->count; i++) {
        const group *other = &list->items[(at + i) % list->count];

        if (other->note == g->note && other->sole == NULL &&
            memcmp(&other->journal, &g->journal, UUID_LEN) != 0) {
            return &other->journal;
        }
    }
    return NULL;
}

static void
find_journals(group_list *list)
{
    for (int i = 0; i < list->count; i++) {
        group *g = &list->items[i];

        if (!mpos_journal_id_of(&g->tenant, &g->outlet, &g->journal)) {
            mpos_raise(MPOS_E_JOURNAL_DAMAGED, NULL, "the tenant or outlet of a changed row has no journal");
        }
    }
    qsort(list->items, (size_t)list->count, sizeof *list->items, compare_groups);
    for (int i = 0; i < list->count; i++) {
        list->items[i].next = list->items[i].sole == NULL ? next_journal(list, i) : NULL;
    }
}

static void
flush_changes(mpos_change *changes, int count, mpos_flushed *out)
{
    group_list list = {0};

    mpos_rewrite_complete(changes, count);
    make_groups(&list, changes, count);
    place_inputs(&list);
    find_journals(&list);
    for (int i = 0; i < list.count; i++) {
        mpos_group_make_parts(&list.items[i]);
    }
    append_groups(&list, out);
}

void
mpos_flush(mpos_flushed *out)
{
    int count;
    mpos_change *changes = mpos_pending_unflushed(&count);
    MemoryContext memory;
    MemoryContext old;

    if (count == 0) {
        return;
    }
    memory = AllocSetContextCreate(CurrentMemoryContext, "mpos flush", ALLOCSET_DEFAULT_SIZES);
    old = MemoryContextSwitchTo(memory);
    flush_changes(changes, count, out);
    MemoryContextSwitchTo(old);
    MemoryContextDelete(memory);
    mpos_pending_flushed();
}
