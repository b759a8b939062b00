/* flush_payload.c - the payloads of a group: feed sections by topic, one audit section, cut into parts. */
#include "postgres.h"

#include "miscadmin.h"

#include "flush.h"
#include "flush_group.h"
#include "journal_header.h"
#include "pack.h"
#include "payload.h"
#include "pending.h"
#include "sha256.h"
#include "sqlstate.h"
#include "uuid.h"
#include "value.h"

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

/* Journals of one transaction name each other in a ring, so that none can lose its part unnoticed. */
static void
append_next(StringInfo out, const group *g)
{
    if (g->next != NULL) {
        append_uuid_member(out, "next", g->next);
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
        append_next(out, g);
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
        append_next(out, g);
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

void
mpos_group_make_parts(group *g)
{
    for (int start = 0; start < g->change_count;) {
        int count = part_length(g, start);
        part *p = add_part(g);

        p->payload = encode_payload(g, start == 0, g->changes + start, count);
        mpos_journal_payload_hash(&mpos_host_digest, VARDATA(p->payload), VARSIZE(p->payload) - VARHDRSZ,
                                  p->payload_hash);
        p->packed = mpos_pack_payload(p->payload);
        for (int i = 0; i < count; i++) {
            p->flags |= g->changes[start + i]->flags;
        }
        start += count;
    }
}
