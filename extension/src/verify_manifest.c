/* verify_manifest.c - entries of kind 6: declared rewrites with their manifests, changes of the schema. */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"

#include "manifest.h"
#include "verify.h"

#define DIGEST_LEN 22

/* A string member of an audit section; NULL when it has none of that name. */
static char *
text_member(JsonbContainer *audit, const char *name)
{
    JsonbValue value;

    if (getKeyJsonValueFromContainer(audit, name, (int)strlen(name), &value) == NULL ||
        value.type != jbvString) {
        return NULL;
    }
    return pnstrdup(value.val.string.val, (size_t)value.val.string.len);
}

/* One "<digest> <entity> <id>\n"; returns what follows, NULL when the line has another form. */
static const char *
take_line(mpos_verification *run, const mpos_entry *entry, const char *line, const char *end)
{
    const char *feed = memchr(line, '\n', (size_t)(end - line));
    const char *name = line + DIGEST_LEN + 1;
    const char *space = feed == NULL || feed <= name ? NULL : memchr(name, ' ', (size_t)(feed - name));

    if (space == NULL) {
        return NULL;
    }
    mpos_verify_row_is(run, entry, (mpos_span){name, (int)(space - name)},
                       (mpos_span){space + 1, (int)(feed - space) - 1}, line);
    return feed + 1;
}

bool
mpos_verify_lines(mpos_verification *run, const mpos_entry *entry, const StringInfoData *text)
{
    const char *end = text->data + text->len;
    const char *line = text->data;

    while (line != NULL && line < end) {
        line = take_line(run, entry, line, end);
    }
    return line != NULL;
}

void
mpos_verify_manifest(mpos_verification *run, const mpos_entry *entry, JsonbContainer *audit)
{
    char *operation = text_member(audit, "op");
    char *entity = text_member(audit, "entity");
    char *expected = text_member(audit, "digest");
    char digest[MPOS_BASE64URL_HASH_LEN + 1];
    StringInfoData text;

    if (operation != NULL && strcmp(operation, "retire") == 0 && entity == NULL) {
        mpos_verify_retirement(run, entry, audit);
        return;
    }
    if (entity == NULL || expected == NULL) {
        mpos_finding(run, entry->ref.epoch, entry->ref.seq, "payload",
                     "the rewrite names no table or digest");
        return;
    }
    initStringInfo(&text);
    mpos_manifest_load(&entry->ref.journal, entry->ref.epoch, entry->ref.seq, &text);
    mpos_manifest_digest(&text, digest);
    mpos_verify_forget_entity(run, entry, entity);
    if (strcmp(digest, expected) != 0) {
        mpos_finding(run, entry->ref.epoch, entry->ref.seq, "manifest",
                     "the rows of the rewrite of %s are not those it was made of", entity);
        return;
    }
    (void)mpos_verify_lines(run, entry, &text);
}

void
mpos_verify_ddl(mpos_verification *run, const mpos_entry *entry, JsonbContainer *audit)
{
    JsonbValue lowered;

    if (getKeyJsonValueFromContainer(audit, "lowered", 7, &lowered) != NULL && lowered.type == jbvBool &&
        lowered.val.boolean) {
        char *command = text_member(audit, "command");
        char *object = text_member(audit, "object");

        mpos_finding(run, entry->ref.epoch, entry->ref.seq, "guard_lowered", "%s lowered the guard of %s",
                     command == NULL ? "a command" : command, object == NULL ? "a table" : object);
    }
}

void
mpos_verify_guards(mpos_verification *run)
{
    SPI_execute("SELECT finding FROM mpos.guard_findings() finding", true, 0);
    for (uint64 i = 0; i < SPI_processed; i++) {
        mpos_finding(run, run->epoch, -1, "trigger_off", "%s",
                     SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
    }
}
