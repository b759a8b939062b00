/*
 * main.c - vectors KIND FILE... [--host native|sql|wasm|all] [--seed N]: runs every case of the files through the core, in
 * an order of its own for each seed. Words: kind, case, host, library.
 *
 * MPOS_VECTORS_LIBRARY names a file whose cases are not run but can be named by others.
 */
#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "runner.h"

typedef struct kind {
    const char *name;
    int asks; /* the host decides; the others are of this program alone */
    void (*run)(const json_t *object, report *r);
} kind;

static const kind kinds[] = {
    {"pricing", 1, run_pricing},
    {"merkle-inclusion", 0, run_inclusion},
    {"merkle-consistency", 0, run_consistency},
    {"note", 0, run_note},
    {"barcode", 0, run_barcode},
};

static const host *const hosts[] = {&native_host, &sql_host, &wasm_host};

enum { HOSTS = sizeof hosts / sizeof hosts[0] };

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

/* A case without what only people need of it. */
typedef struct loaded {
    const char *file;
    char label[256];
    json_t *object;
    int failed; /* in any host */
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
    loaded *grown = realloc(all.cases, (all.count + 1) * sizeof *grown);

    if (grown == NULL) {
        abort();
    }
    all.cases = grown;
    grown[all.count] = (loaded){.file = file, .object = json_incref(object)};
    snprintf(grown[all.count++].label, sizeof grown->label, "%s", label_of(object));
}

/* The first case of an id stays: the files come before the library. */
static void
name_case(json_t *object)
{
    const char *id = json_string_value(json_object_get(object, "id"));

    if (id != NULL && json_object_get(all.by_id, id) == NULL) {
        json_object_set(all.by_id, id, object);
    }
    json_object_del(object, "id");
    json_object_del(object, "source");
    json_object_del(object, "description");
}

/* Runs the case in one host. Returns whether it passed. */
static int
run_case(const kind *k, const host *h, const loaded *one)
{
    report r = {0};

    current_host = h;
    if (json_is_object(one->object)) {
        k->run(one->object, &r);
    } else {
        report_fail(&r, "not an object");
    }
    if (r.failed) {
        printf("FAILED %s: %s: %s: %s\n", h->name, one->file, one->label, r.reason);
    }
    return !r.failed;
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
keep_value(const char *file, json_t *value, int run)
{
    size_t i;
    json_t *object;

    if (!json_is_array(value)) {
        if (run) {
            keep_case(file, value);
        }
        name_case(value);
        return;
    }
    json_array_foreach(value, i, object)
    {
        keep_value(file, object, run);
    }
}

/* A file is one JSON array (or object), or one object a line. Returns 0 when it cannot be read. */
static int
load_file(const char *file, int run)
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
            keep_value(file, value, run);
            json_decref(value);
        } else {
            fprintf(stderr, "%s: %s\n", file, error.text);
        }
    }
    fclose(in);
    return readable;
}

/* In an order of its own for each seed, so that no case can lean on the one before it. */
static void
shuffle(uint64_t seed)
{
    for (size_t i = all.count; i > 1; i--) {
        size_t other;
        loaded swap;

        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        other = (size_t)((seed >> 33) % i);
        swap = all.cases[i - 1];
        all.cases[i - 1] = all.cases[other];
        all.cases[other] = swap;
    }
}

/* Runs all cases in the host. Returns how many passed. */
static size_t
run_host(const kind *k, const host *h)
{
    size_t passed = 0;

    if (!h->open()) {
        for (size_t i = 0; i < all.count; i++) {
            all.cases[i].failed = 1;
        }
        return 0;
    }
    for (size_t i = 0; i < all.count; i++) {
        int ok = run_case(k, h, &all.cases[i]);

        all.cases[i].failed |= !ok;
        passed += (size_t)ok;
    }
    h->close();
    return passed;
}

/* Runs the cases in the host of that name, or in all. A case has passed when it has in each. */
static size_t
run_hosts(const kind *k, const char *name)
{
    int each = strcmp(name, "all") == 0;
    size_t failed = 0;

    for (size_t i = 0; i < HOSTS; i++) {
        if ((each && k->asks) || strcmp(hosts[i]->name, k->asks ? name : "native") == 0) {
            size_t passed = run_host(k, hosts[i]);

            printf("host %s: %zu of %zu\n", hosts[i]->name, passed, all.count);
        }
    }
    for (size_t i = 0; i < all.count; i++) {
        failed += (size_t)all.cases[i].failed;
    }
    return failed;
}

typedef struct options {
    const kind *kind;
    const char *host;
    uint64_t seed;
    int readable;
} options;

static int
known_host(const char *name)
{
    int known = strcmp(name, "all") == 0;

    for (size_t i = 0; i < HOSTS; i++) {
        known |= strcmp(hosts[i]->name, name) == 0;
    }
    return known;
}

/* Reads the arguments and loads the files. Returns 0 when they make no sense. */
static int
read_options(int argc, char **argv, options *out)
{
    int files = 0;

    for (size_t i = 0; argc > 1 && i < sizeof kinds / sizeof kinds[0]; i++) {
        out->kind = strcmp(kinds[i].name, argv[1]) == 0 ? &kinds[i] : out->kind;
    }
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--host") == 0 && i + 1 < argc) {
            out->host = argv[++i];
        } else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
            out->seed = strtoull(argv[++i], NULL, 10);
        } else {
            out->readable &= load_file(argv[i], 1);
            files++;
        }
    }
    return out->kind != NULL && files > 0 && known_host(out->host);
}

int
main(int argc, char **argv)
{
    const char *library = getenv("MPOS_VECTORS_LIBRARY");
    options o = {.host = "native", .readable = 1};
    size_t failed;

    all.by_id = json_object();
    if (sodium_init() < 0) {
        return 2;
    }
    o.seed = randombytes_random();
    if (!read_options(argc, argv, &o)) {
        fprintf(stderr, "usage: vectors pricing|barcode|merkle-inclusion|merkle-consistency|note FILE... "
                        "[--host native|sql|wasm|all] [--seed N]\n");
        return 2;
    }
    if (library != NULL) {
        load_file(library, 0);
    }
    printf("seed %llu\n", (unsigned long long)o.seed);
    shuffle(o.seed);
    failed = run_hosts(o.kind, o.host);
    for (size_t i = 0; i < all.count; i++) {
        json_decref(all.cases[i].object);
    }
    printf("%zu passed, %zu failed\n", all.count - failed, failed + (size_t)!o.readable);
    json_decref(all.by_id);
    free(all.cases);
    return failed > 0 || !o.readable;
}
