/* main.c - vectors KIND FILE...: runs every case of the files through the core. Words: kind, case. */
#include <ctype.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runner.h"

typedef struct kind {
    const char *name;
    void (*run)(const json_t *object, report *r);
} kind;

static const kind kinds[] = {
    {"pricing", run_pricing},
    {"merkle-inclusion", run_inclusion},
    {"merkle-consistency", run_consistency},
    {"note", run_note},
    {"barcode", run_barcode},
};

typedef struct tally {
    int count[3];
} tally;

static void
hash_chunks(void *host, const mpos_chunk *chunks, size_t count, uint8_t out[32])
{
    crypto_hash_sha256_state state;

    (void)host;
    crypto_hash_sha256_init(&state);
    for (size_t i = 0; i < count; i++) {
        crypto_hash_sha256_update(&state, chunks[i].data, chunks[i].size);
    }
    crypto_hash_sha256_final(&state, out);
}

const mpos_digest host_digest = {hash_chunks, NULL};

static void
report_set(report *r, verdict v, const char *format, va_list args)
{
    if (r->verdict == PASSED) {
        r->verdict = v;
        vsnprintf(r->reason, sizeof r->reason, format, args);
    }
}

void
report_fail(report *r, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    report_set(r, FAILED, format, args);
    va_end(args);
}

void
report_skip(report *r, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    report_set(r, SKIPPED, format, args);
    va_end(args);
}

int
known_members(report *r, const json_t *object, const char *const *names)
{
    const char *member;
    json_t *value;

    json_object_foreach((json_t *)object, member, value)
    {
        size_t i = 0;

        while (names[i] != NULL && strcmp(names[i], member) != 0) {
            i++;
        }
        if (names[i] == NULL) {
            report_skip(r, "not supported: %s", member);
            return 0;
        }
    }
    return 1;
}

/* Name of a case for the person who reads the output. */
static const char *
label_of(const json_t *object)
{
    static const char *const members[] = {"id", "file", "desc"};

    for (size_t i = 0; i < 3; i++) {
        const char *text = json_string_value(json_object_get(object, members[i]));

        if (text != NULL) {
            return text;
        }
    }
    return "?";
}

/* A case with what only people need of it. */
typedef struct loaded {
    const char *file;
    char label[256];
    json_t *object;
} loaded;

typedef struct library {
    loaded *cases;
    size_t count;
    json_t *by_id; /* for a case that is made of others */
} library;

static library all;

const json_t *
case_by_id(const char *id)
{
    return json_object_get(all.by_id, id);
}

static void
keep_case(const char *file, json_t *object)
{
    const char *id = json_string_value(json_object_get(object, "id"));
    loaded *grown = realloc(all.cases, (all.count + 1) * sizeof *grown);

    if (grown == NULL) {
        abort();
    }
    all.cases = grown;
    grown[all.count].file = file;
    snprintf(grown[all.count].label, sizeof grown->label, "%s", label_of(object));
    grown[all.count++].object = json_incref(object);
    if (id != NULL) {
        json_object_set(all.by_id, id, object);
    }
    json_object_del(object, "id");
    json_object_del(object, "source");
    json_object_del(object, "description");
}

static void
run_case(const kind *k, const loaded *one, tally *t)
{
    report r = {PASSED, ""};

    if (json_is_object(one->object)) {
        k->run(one->object, &r);
    } else {
        report_fail(&r, "not an object");
    }
    if (r.verdict != PASSED) {
        printf("%s %s: %s: %s\n", r.verdict == FAILED ? "FAILED " : "skipped", one->file, one->label,
               r.reason);
    }
    t->count[r.verdict]++;
}

/* The next thing in the file is a value, not its end. */
static int
more(FILE *in)
{
    int c = getc(in);

    while (c != EOF && isspace(c)) {
        c = getc(in);
    }
    return c != EOF && ungetc(c, in) != EOF;
}

static void
keep_value(const char *file, json_t *value)
{
    size_t i;
    json_t *object;

    if (!json_is_array(value)) {
        keep_case(file, value);
        return;
    }
    json_array_foreach(value, i, object)
    {
        keep_case(file, object);
    }
}

/* A file is one JSON array (or object), or one object a line. Returns 0 when it cannot be read. */
static int
load_file(const char *file)
{
    int readable = 1;
    FILE *in = fopen(file, "rb");

    if (in == NULL) {
        perror(file);
        return 0;
    }
    while (readable && more(in)) {
        json_error_t error;
        json_t *value =
            json_loadf(in, JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);

        readable = value != NULL;
        if (readable) {
            keep_value(file, value);
            json_decref(value);
        } else {
            fprintf(stderr, "%s: %s\n", file, error.text);
        }
    }
    fclose(in);
    return readable;
}

/* In an order of its own in each run, so that no case can lean on the one before it. */
static void
shuffle(void)
{
    for (size_t i = all.count; i > 1; i--) {
        size_t other = randombytes_uniform((uint32_t)i);
        loaded swap = all.cases[i - 1];

        all.cases[i - 1] = all.cases[other];
        all.cases[other] = swap;
    }
}

int
main(int argc, char **argv)
{
    const kind *k = NULL;
    tally t = {{0}};
    int readable = 1;

    for (size_t i = 0; argc > 1 && i < sizeof kinds / sizeof kinds[0]; i++) {
        k = strcmp(kinds[i].name, argv[1]) == 0 ? &kinds[i] : k;
    }
    if (k == NULL || argc < 3 || sodium_init() < 0) {
        fprintf(stderr, "usage: vectors pricing|barcode|merkle-inclusion|merkle-consistency|note FILE...\n");
        return 2;
    }
    all.by_id = json_object();
    for (int i = 2; i < argc; i++) {
        readable &= load_file(argv[i]);
    }
    shuffle();
    for (size_t i = 0; i < all.count; i++) {
        run_case(k, &all.cases[i], &t);
        json_decref(all.cases[i].object);
    }
    json_decref(all.by_id);
    free(all.cases);
    if (t.count[SKIPPED] > 0) {
        printf("%d skipped\n", t.count[SKIPPED]);
    }
    printf("%d passed, %d failed\n", t.count[PASSED], t.count[FAILED] + !readable);
    return t.count[FAILED] > 0 || !readable;
}
