/* pending.c - the list of changes and the rules of transactions and subtransactions for it. */
#include "postgres.h"

#include "access/xact.h"
#include "replication/syncrep.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "doorbell.h"
#include "flush.h"
#include "journal_header.h"
#include "pending.h"
#include "sqlstate.h"
#include "value.h"

/*
 * A flush, and how many changes had been flushed before it: what an abort of its subtransaction goes back to.
 */
typedef struct flush_mark {
    SubTransactionId subtransaction;
    int flushed_before;
} flush_mark;

/* A declared mass change. */
typedef struct bulk_mark {
    SubTransactionId subtransaction;
    const char *reason;
    struct bulk_mark *before;
} bulk_mark;

#define FIRST_CAPACITY 64

static MemoryContext memory = NULL; /* child of TopTransactionContext, gone with it */
static mpos_change *changes = NULL;
static int change_count = 0;
static int change_capacity = 0;
static int flushed_count = 0;
static flush_mark *marks = NULL;
static int mark_count = 0;
static int mark_capacity = 0;

static bulk_mark *bulk = NULL;

static mpos_call *running_call = NULL;
static mpos_note *running_note = NULL;

MemoryContext
mpos_pending_memory(void)
{
    if (memory == NULL) {
        memory = AllocSetContextCreate(TopTransactionContext, "mpos pending changes", ALLOCSET_DEFAULT_SIZES);
    }
    return memory;
}

static void
forget_all(void)
{
    memory = NULL;
    changes = NULL;
    change_count = change_capacity = flushed_count = 0;
    marks = NULL;
    mark_count = mark_capacity = 0;
    bulk = NULL;
    running_call = NULL;
    running_note = NULL;
}

void
mpos_pending_call_begin(mpos_call *call)
{
    running_call = call;
    running_note = NULL;
}

void
mpos_pending_call_end(void)
{
    running_call = NULL;
    running_note = NULL;
}

bool
mpos_pending_in_call(void)
{
    return running_call != NULL;
}

static void
default_input(mpos_note *note, Jsonb *input)
{
    StringInfoData text;

    initStringInfo(&text);
    (void)JsonbToCString(&text, &input->root, VARSIZE(input));
    mpos_json_string(&note->input, text.data, (size_t)text.len);
    pfree(text.data);
}

mpos_note *
mpos_pending_note(void)
{
    MemoryContext old;

    if (running_call == NULL || running_note != NULL) {
        return running_note;
    }
    old = MemoryContextSwitchTo(mpos_pending_memory());
    running_note = palloc0(sizeof *running_note);
    running_note->operation = pstrdup(running_call->operation);
    memcpy(running_note->outlet.data, running_call->context.outlet, UUID_LEN);
    memcpy(running_note->actor.data, running_call->context.actor, UUID_LEN);
    memcpy(running_note->device.data, running_call->context.device, UUID_LEN);
    memcpy(running_note->request.data, running_call->context.request, UUID_LEN);
    running_note->transaction = running_call->transaction;
    initStringInfo(&running_note->input);
    initStringInfo(&running_note->priced);
    if (running_call->recorded != NULL) {
        default_input(running_note, running_call->recorded);
    }
    MemoryContextSwitchTo(old);
    return running_note;
}

mpos_change *
mpos_pending_add(void)
{
    mpos_change *change;

    if (change_count == change_capacity) {
        change_capacity = Max(FIRST_CAPACITY, change_capacity * 2);
        changes = changes == NULL ? MemoryContextAllocHuge(mpos_pending_memory(),
                                                           sizeof *changes * (size_t)change_capacity)
                                  : repalloc_huge(changes, sizeof *changes * (size_t)change_capacity);
    }
    change = &changes[change_count];
    memset(change, 0, sizeof *change);
    change->subtransaction = GetCurrentSubTransactionId();
    change->note = mpos_pending_note();
    change->flags = change->note == NULL ? MPOS_ENTRY_OUTSIDE_CALL : 0;
    change_count++;
    return change;
}

mpos_change *
mpos_pending_unflushed(int *count)
{
    *count = change_count - flushed_count;
    return changes + flushed_count;
}

void
mpos_pending_flushed(void)
{
    if (mark_count == mark_capacity) {
        mark_capacity = Max(4, mark_capacity * 2);
        marks = marks == NULL
                    ? MemoryContextAlloc(mpos_pending_memory(), sizeof *marks * (size_t)mark_capacity)
                    : repalloc(marks, sizeof *marks * (size_t)mark_capacity);
    }
    marks[mark_count].subtransaction = GetCurrentSubTransactionId();
    marks[mark_count].flushed_before = flushed_count;
    mark_count++;
    flushed_count = change_count;
}

void
mpos_pending_bulk_begin(const char *reason)
{
    bulk_mark *mark = MemoryContextAlloc(mpos_pending_memory(), sizeof *mark);

    mark->subtransaction = GetCurrentSubTransactionId();
    mark->reason = MemoryContextStrdup(mpos_pending_memory(), reason);
    mark->before = bulk;
    bulk = mark;
}

const char *
mpos_pending_bulk(void)
{
    return bulk == NULL ? NULL : bulk->reason;
}

const char *
mpos_topic_intern(const char *topic)
{
    static List *known = NIL;
    ListCell *cell;
    MemoryContext old;
    char *copy;

    foreach (cell, known) {
        if (strcmp(lfirst(cell), topic) == 0) {
            return lfirst(cell);
        }
    }
    old = MemoryContextSwitchTo(TopMemoryContext);
    copy = pstrdup(topic);
    known = lappend(known, copy);
    MemoryContextSwitchTo(old);
    return copy;
}

static void
at_subtransaction_abort(SubTransactionId subtransaction)
{
    while (change_count > 0 && changes[change_count - 1].subtransaction >= subtransaction) {
        change_count--;
    }
    while (mark_count > 0 && marks[mark_count - 1].subtransaction >= subtransaction) {
        mark_count--;
        flushed_count = marks[mark_count].flushed_before;
    }
    while (bulk != NULL && bulk->subtransaction >= subtransaction) {
        bulk = bulk->before;
    }
    Assert(flushed_count <= change_count);
}

static void
on_subtransaction(SubXactEvent event, SubTransactionId subtransaction, SubTransactionId parent, void *arg)
{
    if (event == SUBXACT_EVENT_ABORT_SUB) {
        at_subtransaction_abort(subtransaction);
    }
}

/*
 * What no explicit flush has taken: SQL outside mpos.call, calls inside explicit transactions, deferred
 * triggers.
 */
static void
flush_rest(void)
{
    if (change_count == flushed_count) {
        return;
    }
    PushActiveSnapshot(GetTransactionSnapshot());
    mpos_flush(NULL);
    PopActiveSnapshot();
}

/*
 * Numbers and leaves go out to clients and devices: they must not vanish in a crash. Judged here and not
 * while capturing, because the setting that counts is the one at commit.
 */
void
mpos_check_durable(void)
{
    bool standbys = SyncRepStandbyNames != NULL && SyncRepStandbyNames[0] != '\0';
    int least = standbys ? SYNCHRONOUS_COMMIT_REMOTE_WRITE : SYNCHRONOUS_COMMIT_LOCAL_FLUSH;

    if (synchronous_commit < least) {
        mpos_raise(MPOS_E_COMMIT_NOT_DURABLE, NULL, NULL);
    }
}

static void
on_transaction(XactEvent event, void *arg)
{
    switch (event) {
    case XACT_EVENT_PRE_COMMIT:
        if (change_count > 0) {
            mpos_check_durable();
        }
        flush_rest();
        break;
    case XACT_EVENT_PRE_PREPARE:
        if (change_count > 0) {
            mpos_raise(MPOS_E_PREPARED_REFUSED, NULL, NULL);
        }
        break;
    case XACT_EVENT_COMMIT:
    case XACT_EVENT_ABORT:
    case XACT_EVENT_PREPARE:
        mpos_doorbell_end(event == XACT_EVENT_COMMIT);
        forget_all();
        break;
    default:
        break;
    }
}

void
mpos_pending_init(void)
{
    RegisterXactCallback(on_transaction, NULL);
    RegisterSubXactCallback(on_subtransaction, NULL);
}
