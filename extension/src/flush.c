/*
 * flush.c - grouping, payloads, and appending under the head locks.
 *
 * The order matters: everything that does not need the head (look-ups, payloads, hashes) is done before the
 * first head is locked, because a head stays locked until the commit is durable and so limits its journal's
 * rate.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "doorbell.h"
#include "flush.h"
#include "journal_header.h"
#include "journal_store.h"
#include "manifest.h"
#include "payload.h"
#include "pending.h"
#include "rewrite.h"
#include "sha256.h"
#include "sqlstate.h"
#include "uuid.h"
#include "value.h"

typedef struct part {
    bytea *payload;
    uint8 payload_hash[32];
    uint16 flags;
} part;

/* The changes of one call (or of SQL outside calls) on one journal. */
typedef struct group {
    mpos_note *note;
    const mpos_sole *sole; /* not NULL: one change, one entry */
    pg_uuid_t tenant;
    pg_uuid_t outlet;
    pg_uuid_t journal;
    int order; /* of appearance; keeps calls of one transaction in their order */
    bool carries_input;
    int change_count;
    mpos_change **changes;
    int part_count;
    int part_capacity;
    part *parts;
} group;

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

static void
append_uuid_member(StringInfo out, const char *member, const pg_uuid_t *id)
{
    char text[MPOS_UUID_SHORT_LEN + 1];

    mpos_uuid_short(id->data, text);
    appendStringInfo(out, "\"%s\":\"%s\",", member, text);
}

static void
append_rows(StringInfo out, mpos_change **changes, int count)
{
    bool comma = false;

    appendStringInfoString(out, "\"rows\":[");
    for (int i = 0; i < count; i++) {
        if (changes[i]->audit == NULL) {
            continue;
        }
        if (comma) {
            appendStringInfoCharMacro(out, ',');
        }
        comma = true;
        appendBinaryStringInfo(out, changes[i]->audit, changes[i]->audit_len);
    }
    appendStringInfoCharMacro(out, ']');
}

static void
append_bulk(StringInfo out)
{
    const char *reason = mpos_pending_bulk();

    if (reason != NULL) {
        appendStringInfoString(out, "\"bulk\":");
        mpos_json_string(out, reason, strlen(reason));
        appendStringInfoCharMacro(out, ',');
    }
}

/* The audit section: one canonical object, its members in byte order. */
static void
append_audit_body(StringInfo out, const group *g, bool first, mpos_change **changes, int count)
{
    mpos_note *note = g->note;
    bool full = first && g->carries_input;

    if (g->sole != NULL) {
        appendStringInfoString(out, g->sole->body);
        return;
    }
    appendStringInfoCharMacro(out, '{');
    if (note == NULL) {
        const char *role = GetUserNameFromId(GetSessionUserId(), true);

        append_bulk(out);
        appendStringInfoString(out, "\"op\":\"sql\",\"role\":");
        mpos_json_string(out, role != NULL ? role : "", role != NULL ? strlen(role) : 0);
        appendStringInfoCharMacro(out, ',');
        append_rows(out, changes, count);
    } else {
        append_uuid_member(out, "actor", &note->actor);
        append_uuid_member(out, "device", &note->device);
        if (full) {
            appendStringInfo(out, "\"input\":[%s],", note->input.data);
        }
        appendStringInfo(out, "\"op\":\"%s\",", note->operation);
        if (full && note->priced_count > 0) {
            appendStringInfo(out, "\"priced\":[%s],", note->priced.data);
        }
        append_uuid_member(out, "request", &note->request);
        append_rows(out, changes, count);
    }
    appendStringInfoCharMacro(out, '}');
}

static int
compare_topics(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int
collect_topics(mpos_change **changes, int count, const char **topics)
{
    int topic_count = 0;

    for (int i = 0; i < count; i++) {
        int at = 0;

        if (changes[i]->topic == NULL) {
            continue;
        }
        while (at < topic_count && topics[at] != changes[i]->topic) {
            at++;
        }
        if (at == topic_count) {
            if (topic_count == MPOS_PAYLOAD_SECTIONS_MAX - 1) {
                mpos_raise(MPOS_E_JOURNAL_LIMIT, NULL, "one transaction touches too many topics");
            }
            topics[topic_count++] = changes[i]->topic;
        }
    }
    qsort(topics, (size_t)topic_count, sizeof *topics, compare_topics);
    return topic_count;
}

static void
append_feed_body(StringInfo out, const char *topic, mpos_change **changes, int count)
{
    bool newline = false;

    for (int i = 0; i < count; i++) {
        if (changes[i]->topic != topic) {
            continue;
        }
        if (newline) {
            appendStringInfoCharMacro(out, '\n');
        }
        newline = true;
        appendBinaryStringInfo(out, changes[i]->feed, changes[i]->feed_len);
    }
}

static bytea *
encode_payload(const group *g, bool first, mpos_change **changes, int count)
{
    const char *topics[MPOS_PAYLOAD_SECTIONS_MAX];
    mpos_section sections[MPOS_PAYLOAD_SECTIONS_MAX] = {0};
    StringInfoData bodies[MPOS_PAYLOAD_SECTIONS_MAX];
    int topic_count = collect_topics(changes, count, topics);
    size_t size = 0;
    bytea *payload;

    for (int i = 0; i <= topic_count; i++) {
        bool audit = i == topic_count;

        initStringInfo(&bodies[i]);
        if (audit) {
            append_audit_body(&bodies[i], g, first, changes, count);
        } else {
            append_feed_body(&bodies[i], topics[i], changes, count);
        }
        sections[i] = (mpos_section){audit ? MPOS_SECTION_AUDIT : MPOS_SECTION_FEED, audit ? "" : topics[i],
                                     audit ? 0 : strlen(topics[i]), (const uint8 *)bodies[i].data,
                                     (size_t)bodies[i].len};
    }
    mpos_check(mpos_payload_size(sections, (size_t)topic_count + 1, &size), "payload size");
    payload = palloc(VARHDRSZ + size);
    SET_VARSIZE(payload, VARHDRSZ + size);
    mpos_check(mpos_payload_encode(sections, (size_t)topic_count + 1, (uint8 *)VARDATA(payload), size, &size),
               "payload");
    for (int i = 0; i <= topic_count; i++) {
        pfree(bodies[i].data);
    }
    return payload;
}

/* How many changes from start on fit into one entry; at least one. */
static int
part_length(const group *g, int start)
{
    size_t bytes = 0;
    int count = 0;

    while (start + count < g->change_count && count < MPOS_PART_ROWS_MAX) {
        const mpos_change *change = g->changes[start + count];

        bytes += (size_t)change->audit_len + (size_t)change->feed_len + 2;
        if (count > 0 && bytes > MPOS_PART_BYTES_MAX) {
            break;
        }
        count++;
    }
    return count;
}

static part *
add_part(group *g)
{
    int most = mpos_pending_bulk() != NULL ? MPOS_BULK_PARTS_MAX : MPOS_PARTS_MAX;

    if (g->part_count == most) {
        mpos_raise(MPOS_E_JOURNAL_LIMIT, NULL, NULL);
    }
    if (g->part_count == g->part_capacity) {
        g->part_capacity = Max(1, g->part_capacity * 4);
        g->parts = g->parts == NULL ? palloc(sizeof *g->parts * (size_t)g->part_capacity)
                                    : repalloc(g->parts, sizeof *g->parts * (size_t)g->part_capacity);
    }
    memset(&g->parts[g->part_count], 0, sizeof *g->parts);
    return &g->parts[g->part_count++];
}

static void
make_parts(group *g)
{
    for (int start = 0; start < g->change_count;) {
        int count = part_length(g, start);
        part *p = add_part(g);

        p->payload = encode_payload(g, start == 0, g->changes + start, count);
        mpos_journal_payload_hash(&mpos_host_digest, VARDATA(p->payload), VARSIZE(p->payload) - VARHDRSZ,
                                  p->payload_hash);
        for (int i = 0; i < count; i++) {
            p->flags |= g->changes[start + i]->flags;
        }
        start += count;
    }
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
    mpos_head_append(head, &header, p->payload, out);
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

static void
flush_changes(mpos_change *changes, int count, mpos_flushed *out)
{
    group_list list = {0};

    mpos_rewrite_complete(changes, count);
    make_groups(&list, changes, count);
    place_inputs(&list);
    for (int i = 0; i < list.count; i++) {
        group *g = &list.items[i];

        if (!mpos_journal_id_of(&g->tenant, &g->outlet, &g->journal)) {
            mpos_raise(MPOS_E_JOURNAL_DAMAGED, NULL, "the tenant or outlet of a changed row has no journal");
        }
        make_parts(g);
    }
    qsort(list.items, (size_t)list.count, sizeof *list.items, compare_groups);
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
