/* manifest.c - the lines of a manifest, and its parts in journal.manifest. */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "canon.h"
#include "heap.h"
#include "manifest.h"
#include "sha256.h"

#define PART_SIZE (128 * 1024)
#define DIGEST_AND_SPACE 23 /* what stands before entity and id */

static const char domain[] = "mpos.manifest.v1"; /* hashed with its NUL */

static mpos_table manifest_table = {"journal", "manifest", "manifest_pkey"};

typedef struct line {
    const char *text;
    int len; /* with the line feed */
} line;

void
mpos_manifest_digest(const StringInfoData *text, char out[MPOS_BASE64URL_HASH_LEN + 1])
{
    uint8 hash[MPOS_SHA256_LEN];

    mpos_sha256_begin();
    mpos_sha256_add(domain, sizeof domain);
    mpos_sha256_add(text->data, (size_t)text->len);
    mpos_sha256_end(hash);
    out[mpos_base64url(hash, sizeof hash, out)] = '\0';
}

int64
mpos_manifest_count(const StringInfoData *text)
{
    int64 count = 0;

    for (int i = 0; i < text->len; i++) {
        count += text->data[i] == '\n';
    }
    return count;
}

static int
compare_lines(const void *a, const void *b)
{
    const line *x = a, *y = b;
    int order = memcmp(x->text + DIGEST_AND_SPACE, y->text + DIGEST_AND_SPACE,
                       (size_t)(Min(x->len, y->len) - DIGEST_AND_SPACE));

    return order != 0 ? order : x->len - y->len;
}

void
mpos_manifest_sort(StringInfo text)
{
    size_t count = (size_t)mpos_manifest_count(text);
    line *lines = MemoryContextAllocHuge(CurrentMemoryContext, sizeof *lines * Max(count, 1));
    StringInfoData sorted;
    size_t n = 0;

    for (int start = 0; start < text->len; n++) {
        const char *end = memchr(text->data + start, '\n', (size_t)(text->len - start));

        lines[n] = (line){text->data + start, (int)(end - text->data) - start + 1};
        start += lines[n].len;
    }
    qsort(lines, count, sizeof *lines, compare_lines);
    initStringInfo(&sorted);
    enlargeStringInfo(&sorted, text->len);
    for (size_t i = 0; i < count; i++) {
        appendBinaryStringInfo(&sorted, lines[i].text, lines[i].len);
    }
    memcpy(text->data, sorted.data, (size_t)text->len);
    pfree(sorted.data);
    pfree(lines);
}

/* Length of the part that begins at start: whole lines. */
static int
part_size(const StringInfoData *text, int start)
{
    int end = start;

    do {
        const char *feed = memchr(text->data + end, '\n', (size_t)(text->len - end));

        end = (int)(feed - text->data) + 1;
    } while (end < text->len && end - start < PART_SIZE);
    return end - start;
}

void
mpos_manifest_store(const pg_uuid_t *journal, int32 epoch, int64 seq, const StringInfoData *text)
{
    Datum values[MPOS_MANIFEST_COLUMNS];
    bool nulls[MPOS_MANIFEST_COLUMNS] = {false};
    Relation relation;
    int part = 0;

    if (text == NULL || text->len == 0) {
        return;
    }
    relation = mpos_table_open(&manifest_table, RowExclusiveLock);
    values[MPOS_MANIFEST_JOURNAL] = UUIDPGetDatum(journal);
    values[MPOS_MANIFEST_EPOCH] = Int32GetDatum(epoch);
    values[MPOS_MANIFEST_SEQ] = Int64GetDatum(seq);
    for (int start = 0; start < text->len;) {
        int size = part_size(text, start);

        values[MPOS_MANIFEST_PART] = Int32GetDatum(part++);
        values[MPOS_MANIFEST_BODY] = PointerGetDatum(cstring_to_text_with_len(text->data + start, size));
        mpos_table_insert(relation, values, nulls);
        start += size;
    }
    mpos_table_close(relation);
}

static bool
take_part(Relation relation, HeapTuple row, void *argument)
{
    bool is_null;
    text *body = DatumGetTextPP(mpos_row_get(relation, row, MPOS_MANIFEST_BODY + 1, &is_null));

    appendBinaryStringInfo(argument, VARDATA_ANY(body), (int)VARSIZE_ANY_EXHDR(body));
    return true;
}

void
mpos_manifest_load(const pg_uuid_t *journal, int32 epoch, int64 seq, StringInfo out)
{
    Relation relation = mpos_table_open(&manifest_table, AccessShareLock);
    Datum keys[3] = {UUIDPGetDatum(journal), Int32GetDatum(epoch), Int64GetDatum(seq)};

    resetStringInfo(out);
    mpos_table_walk(&manifest_table, relation, 3, keys, NULL, false, take_part, out);
    mpos_table_close(relation);
}
