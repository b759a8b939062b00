/* journal_audit.c - what an operation adds to its entry: events, exact input, hashes. */
#include "postgres.h"

#include "utils/builtins.h"

#include "canon.h"
#include "journal.h"
#include "pending.h"
#include "uuid.h"
#include "value.h"

/* Where the member "type" belongs among the sorted members of an object: offset of the first key after it. */
static size_t
place_of_type(const char *members, size_t len)
{
    int depth = 0;
    bool string = false;

    for (size_t i = 0; i < len; i++) {
        char c = members[i];

        if (string) {
            i += c == '\\';
            string = c != '"';
        } else if (c == '"') {
            /* In canonical form a key of the outer object follows its brace or a comma. */
            bool key = depth == 1 && (members[i - 1] == '{' || members[i - 1] == ',');

            if (key && strncmp(members + i, "\"type\"", 6) > 0) {
                return i;
            }
            string = true;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return len - 1;
}

static void
append_event(StringInfo out, const char *type, const uint8 subject[UUID_LEN], const char *members)
{
    char id[MPOS_UUID_SHORT_LEN + 1];
    size_t len = strlen(members);
    size_t at;

    if (len < 2 || members[0] != '{' || members[len - 1] != '}') {
        elog(ERROR, "members of event %s are not an object", type);
    }
    at = place_of_type(members, len);
    mpos_uuid_short(subject, id);
    appendStringInfo(out, "[\"event\",\"%s\",\"E\",1,", id);
    appendBinaryStringInfo(out, members, (int)at);
    appendStringInfo(out, "%s\"type\":\"%s\"%s", at == len - 1 && len > 2 ? "," : "", type,
                     at < len - 1 ? "," : "");
    appendBinaryStringInfo(out, members + at, (int)(len - at));
    appendStringInfoCharMacro(out, ']');
}

void
mpos_event_emit_at(mpos_call *call, const uint8 outlet[UUID_LEN], const char *type,
                   const uint8 subject[UUID_LEN], const char *members)
{
    mpos_change *change = mpos_pending_add();
    MemoryContext old = MemoryContextSwitchTo(mpos_pending_memory());
    StringInfoData text;

    memcpy(change->tenant.data, call->context.tenant, UUID_LEN);
    memcpy(change->outlet.data, outlet, UUID_LEN);
    change->topic = mpos_topic_intern("event");
    initStringInfo(&text);
    append_event(&text, type, subject, members);
    change->feed = text.data;
    change->feed_len = text.len;
    MemoryContextSwitchTo(old);
}

void
mpos_event_emit(mpos_call *call, const char *type, const uint8 subject[UUID_LEN], const char *members)
{
    mpos_event_emit_at(call, call->context.outlet, type, subject, members);
}

void
mpos_audit_input(mpos_call *call, const char *text, size_t len)
{
    mpos_note *note = mpos_pending_note();

    if (note == NULL) {
        return;
    }
    if (note->input_count == 0) {
        resetStringInfo(&note->input);
    } else {
        appendStringInfoCharMacro(&note->input, ',');
    }
    mpos_json_string(&note->input, text, len);
    note->input_count++;
}

void
mpos_audit_aux(mpos_call *call, const uint8 hash[32])
{
    mpos_note *note = mpos_pending_note();

    if (note != NULL) {
        memcpy(note->aux, hash, sizeof note->aux);
    }
}

void
mpos_audit_kind(mpos_call *call, int kind)
{
    mpos_note *note = mpos_pending_note();

    if (note != NULL) {
        note->kind = kind;
    }
}

void
mpos_audit_priced(mpos_call *call, const uint8 hash[32])
{
    mpos_note *note = mpos_pending_note();
    char text[MPOS_BASE64URL_HASH_LEN + 1];

    if (note == NULL) {
        return;
    }
    text[mpos_base64url(hash, 32, text)] = '\0';
    appendStringInfo(&note->priced, "%s\"%s\"", note->priced_count > 0 ? "," : "", text);
    note->priced_count++;
}
