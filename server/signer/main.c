/*
 * main.c - mpos-signer: the process that holds the private key and remembers what it signed. It has no port; it asks the
 * database and leaves signed checkpoints there.
 */
#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/log.h"
#include "signer/accept.h"
#include "signer/round.h"
#include "signer/witness.h"

#define IDLE_MS 250
#define BACKOFF_MS_MAX 10000

static const char usage[] =
    "usage: mpos-signer COMMAND\n"
    "\n"
    "  init                    make the key and the empty memory in MPOS_SIGNER_DIR\n"
    "  run                     sign until told to stop (SIGTERM, SIGINT)\n"
    "  rotate                  make a new key; the old one stays verifiable\n"
    "  vkey [ORIGIN]           print the public key, under the origin of a log\n"
    "  accept --journal ID --epoch N --reason TEXT\n"
    "                          let an epoch be signed that does not follow on what was signed\n"
    "  --version\n";

static signer_settings settings;

static int
fail(const char *error)
{
    fprintf(stderr, "mpos-signer: %s\n", error);
    return 1;
}

static int
init(void)
{
    char error[DISK_ERROR_SIZE];

    if (mkdir(settings.dir, 0700) != 0 && errno != EEXIST) {
        snprintf(error, sizeof error, "cannot make %.200s: %s", settings.dir, strerror(errno));
        return fail(error);
    }
    if (key_exists(settings.dir)) {
        return fail(
            "there is a key already; a lost memory is put back from a copy, a lost key is a new signer");
    }
    /* The memory first: a key without a memory would sign anything. */
    if (!memory_create(settings.dir, error) || !key_create(settings.dir, error)) {
        return fail(error);
    }
    return 0;
}

static int
print_vkey(const char *name)
{
    char error[DISK_ERROR_SIZE];
    text_buf vkey = {0};
    signing_key key;

    if (!key_load(settings.dir, &key, error)) {
        return fail(error);
    }
    key_add_vkey(&key, name, &vkey);
    key_forget(&key);
    puts(vkey.len > 0 ? vkey.data : "");
    text_free(&vkey);
    return 0;
}

/* Known in the database before it signs, so that no note is ever without a known key. */
static int
rotate(void)
{
    char error[DISK_ERROR_SIZE];
    store store = {.conninfo = settings.db, .name = "mpos-signer rotate"};
    text_buf vkey = {0};
    signing_key next;
    bool done = disk_lock(settings.dir, "rotate.lock", error) && key_prepare_next(settings.dir, &next, error);

    if (done) {
        key_add_vkey(&next, settings.name, &vkey);
        key_forget(&next);
        done = store_connect(&store) && store_key(&store, vkey.data) == STORE_OK;
        if (!done) {
            snprintf(error, sizeof error, "the database does not take the new key, the old one stays: %s",
                     store.error);
        }
        store_close(&store);
    }
    done = done && key_adopt_next(settings.dir, error);
    if (done) {
        puts(vkey.data);
    }
    text_free(&vkey);
    return done ? 0 : fail(error);
}

/* On record in the books first, then in the signer's own folder, which is what counts. */
static bool
accept_for(const char *journal, int32_t epoch, const char *reason, char error[DISK_ERROR_SIZE])
{
    store store = {.conninfo = settings.db, .name = "mpos-signer accept"};
    bool recorded = store_connect(&store) && store_acceptance(&store, journal, epoch, reason) == STORE_OK;

    if (!recorded) {
        snprintf(error, DISK_ERROR_SIZE, "the database does not record it, nothing is accepted: %s",
                 store.error);
    }
    store_close(&store);
    return recorded && accept_add(settings.dir, journal, epoch, reason, error);
}

static int
accept_epoch(int argc, char **argv)
{
    const char *journal = NULL, *epoch = NULL, *reason = NULL;
    char error[DISK_ERROR_SIZE];
    char canonical[UUID_TEXT_SIZE];
    uint8_t id[UUID_SIZE];
    char *end = NULL;
    long number;

    for (int i = 2; i + 1 < argc; i += 2) {
        const char **to = strcmp(argv[i], "--journal") == 0  ? &journal
                          : strcmp(argv[i], "--epoch") == 0  ? &epoch
                          : strcmp(argv[i], "--reason") == 0 ? &reason
                                                             : NULL;

        if (to == NULL) {
            return fail("accept takes --journal ID --epoch N --reason TEXT");
        }
        *to = argv[i + 1];
    }
    if (journal == NULL || epoch == NULL || reason == NULL || *reason == '\0' || argc != 8) {
        return fail("accept takes --journal ID --epoch N --reason TEXT");
    }
    number = strtol(epoch, &end, 10);
    if (!text_parse_uuid(journal, strlen(journal), id) || *epoch == '\0' || *end != '\0' || number < 0 ||
        number > INT32_MAX) {
        return fail("the journal must be a UUID and the epoch a number");
    }
    text_uuid(id, canonical);
    if (!accept_for(canonical, (int32_t)number, reason, error)) {
        return fail(error);
    }
    printf("Epoch %ld of %s will be signed from its present state on.\n", number, canonical);
    return 0;
}

/* Waits, or answers true at once when the process is to end. */
static bool
told_to_stop(const sigset_t *signals, unsigned wait_ms)
{
    struct timespec wait = {.tv_sec = wait_ms / 1000, .tv_nsec = (long)(wait_ms % 1000) * 1000000};
    int signal_number = sigtimedwait(signals, NULL, &wait);

    return signal_number == SIGTERM || signal_number == SIGINT;
}

static void
sign_until_stopped(signer *signer, const sigset_t *signals)
{
    unsigned wait_ms = 0;

    while (!told_to_stop(signals, wait_ms)) {
        switch (round_run(signer)) {
        case ROUND_IDLE:
            wait_ms = IDLE_MS;
            break;
        case ROUND_MORE:
            wait_ms = 0;
            break;
        case ROUND_FAILED:
            wait_ms = wait_ms < IDLE_MS              ? IDLE_MS
                      : 2 * wait_ms < BACKOFF_MS_MAX ? 2 * wait_ms
                                                     : BACKOFF_MS_MAX;
        }
    }
}

static int
run(void)
{
    static signer signer;
    char error[DISK_ERROR_SIZE];
    sigset_t signals;

    signer.settings = &settings;
    signer.desk.prefix = "signing_";
    signer.store = (store){.conninfo = settings.db, .name = "mpos-signer"};
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    if (!disk_lock(settings.dir, "lock", error) || !key_load(settings.dir, &signer.key, error) ||
        !memory_load(&signer.memory, settings.dir, error)) {
        return fail(error);
    }
    if (!witness_start(&settings, error)) {
        return fail(error);
    }
    log_event(LOG_LEVEL_INFO, "started", "version", MPOS_VERSION, NULL);
    sign_until_stopped(&signer, &signals);
    witness_stop();
    store_close(&signer.store);
    key_forget(&signer.key);
    memory_free(&signer.memory);
    log_event(LOG_LEVEL_INFO, "stopped", NULL);
    return 0;
}

int
main(int argc, char **argv)
{
    const char *command = argc > 1 ? argv[1] : "";
    char error[SETTINGS_ERROR_SIZE];

    if (argc == 2 && strcmp(command, "--version") == 0) {
        puts("mpos-signer " MPOS_VERSION);
        return 0;
    }
    if (argc == 2 && (strcmp(command, "--help") == 0 || strcmp(command, "help") == 0)) {
        fputs(usage, stdout);
        return 0;
    }
    if (sodium_init() < 0) {
        return fail("libsodium does not start");
    }
    if (!signer_settings_load(&settings, error)) {
        return fail(error);
    }
    if (strcmp(command, "vkey") == 0 && argc <= 3) {
        return print_vkey(argc == 3 ? argv[2] : settings.name);
    }
    if (strcmp(command, "init") == 0 && argc == 2) {
        return init();
    }
    if (settings.db == NULL &&
        (strcmp(command, "run") == 0 || strcmp(command, "rotate") == 0 || strcmp(command, "accept") == 0)) {
        return fail("MPOS_SIGNER_DB is not set: it must be a PostgreSQL connection string");
    }
    if (strcmp(command, "accept") == 0) {
        return accept_epoch(argc, argv);
    }
    if (strcmp(command, "run") == 0 && argc == 2) {
        return run();
    }
    if (strcmp(command, "rotate") == 0 && argc == 2) {
        return rotate();
    }
    fputs(usage, stderr);
    return 2;
}
