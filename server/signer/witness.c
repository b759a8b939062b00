/* witness.c - the lane: for each witness the newest checkpoints that it has not cosigned. */
#include "signer/witness.h"

#include <curl/curl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base64.h"
#include "checkpoint.h"
#include "signer/alarm.h"
#include "signer/witness_http.h"
#include "signer/witness_list.h"

#define IDLE_MS 500
#define WAIT_MS_MAX 60000
#define TOLD_AGAIN_MS 600000
#define PAGE "100"

struct witness_refusal {
    char journal[UUID_TEXT_SIZE];
    int32_t epoch;
    uint64_t wait_ms;
    uint64_t again_ms;
};

/* A checkpoint that wants a witness' line. */
typedef struct wanting {
    char journal[UUID_TEXT_SIZE];
    int32_t epoch;
    const char *origin;
    int64_t size;
    const char *note;
    int64_t cosigned; /* size the witness cosigned last, as far as we know; 0 for none */
} wanting;

typedef enum ask_result { ASK_DONE, ASK_REFUSED, ASK_AWAY } ask_result;

static struct lane {
    pthread_t thread;
    bool started;
    atomic_bool end;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    witness witnesses[WITNESSES_MAX];
    size_t count;
    store store;
    witness_http http;
    alarm_desk desk;
} lane = {.mutex = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

static bool
check_ed25519(void *host, mpos_note_algorithm algorithm, const uint8_t *key, size_t key_size,
              const mpos_chunk *message, size_t chunk_count, const uint8_t *signature, size_t signature_size)
{
    text_buf text = {0};
    bool good = false;

    (void)host;
    for (size_t i = 0; i < chunk_count; i++) {
        text_add(&text, message[i].data, message[i].size);
    }
    if (algorithm == MPOS_NOTE_SIGN_ED25519 && key_size == crypto_sign_PUBLICKEYBYTES &&
        signature_size == crypto_sign_BYTES) {
        good = crypto_sign_verify_detached(signature, (const uint8_t *)text.data, text.len, key) == 0;
    }
    text_free(&text);
    return good;
}

/* The text of a note with the newline that ends it. */
static size_t
text_size_of(const char *note)
{
    const char *end = strstr(note, "\n\n");

    return end != NULL ? (size_t)(end - note) + 1 : strlen(note);
}

static bool
take_line(const witness *one, const mpos_note *note, char **line)
{
    mpos_note_signature signature;
    size_t offset = 0;

    while (mpos_note_next(note, &offset, &signature)) {
        if (signature.key_id == one->key.id && signature.name_size == one->key.name_size &&
            memcmp(signature.name, one->key.name, signature.name_size) == 0) {
            *line = strndup(signature.line, signature.line_size);
            return *line != NULL;
        }
    }
    return false;
}

/* The witness' line of an answer, once its signature has been checked; NULL when there is no good one. */
static char *
cosignature_of(const witness *one, const wanting *wanting, const text_buf *answer)
{
    static const mpos_note_verifier verifier = {check_ed25519, NULL};
    mpos_note_signer signer = {.key = one->key};
    text_buf bytes = {0};
    char *line = NULL;
    mpos_note note;

    text_add(&bytes, wanting->note, text_size_of(wanting->note));
    text_add_z(&bytes, "\n");
    text_add(&bytes, answer->data, answer->len);
    if (mpos_note_parse(bytes.data, bytes.len, &note) == MPOS_NOTE_OK &&
        mpos_note_verify(&verifier, &note, &signer, 1) == MPOS_NOTE_OK && !take_line(one, &note, &line)) {
        line = NULL;
    }
    text_free(&bytes);
    return line;
}

static store_result
add_proof(const wanting *wanting, int64_t old_size, text_buf *body)
{
    char base64[MPOS_BASE64_SIZE(32)];
    store_proof proof = {0};
    store_result result = STORE_OK;

    text_addf(body, "old %lld\n", (long long)old_size);
    if (old_size > 0 && old_size < wanting->size) {
        result =
            store_consistency(&lane.store, wanting->journal, wanting->epoch, old_size, wanting->size, &proof);
    }
    for (size_t i = 0; result == STORE_OK && i < proof.count; i++) {
        text_add(body, base64, mpos_base64(proof.hashes[i], 32, base64));
        text_add_z(body, "\n");
    }
    text_addf(body, "\n%s", wanting->note);
    return result;
}

static void
complain(witness *one, const wanting *wanting, witness_reason reason, long status, const char *detail)
{
    uint64_t now_ms = clock_elapsed_ms();
    char text[24];

    if (one->told_ms[reason] != 0 && now_ms - one->told_ms[reason] < TOLD_AGAIN_MS) {
        return;
    }
    one->told_ms[reason] = now_ms;
    snprintf(text, sizeof text, "%ld", status);
    log_event(LOG_LEVEL_WARN, "witness does not cosign", "witness", one->name, "origin", wanting->origin,
              "status", text, "reason", detail, NULL);
}

static struct witness_refusal *
refusal_of(const witness *one, const wanting *wanting)
{
    for (size_t i = 0; i < one->refused_count; i++) {
        if (one->refused[i].epoch == wanting->epoch &&
            strcmp(one->refused[i].journal, wanting->journal) == 0) {
            return &one->refused[i];
        }
    }
    return NULL;
}

static bool
refused_lately(const witness *one, const wanting *wanting)
{
    const struct witness_refusal *refusal = refusal_of(one, wanting);

    return refusal != NULL && clock_elapsed_ms() < refusal->again_ms;
}

static uint64_t
longer(uint64_t wait_ms)
{
    return wait_ms == 0 ? IDLE_MS : 2 * wait_ms < WAIT_MS_MAX ? 2 * wait_ms : WAIT_MS_MAX;
}

/* A log that was refused is asked for less and less often, so that it does not keep the others waiting. */
static void
note_refusal(witness *one, const wanting *wanting, bool refused)
{
    struct witness_refusal *refusal = refusal_of(one, wanting);

    if (!refused) {
        if (refusal != NULL) {
            *refusal = one->refused[--one->refused_count];
        }
        return;
    }
    if (refusal == NULL) {
        one->refused = reallocarray(one->refused, one->refused_count + 1, sizeof *one->refused);
        if (one->refused == NULL) {
            abort();
        }
        refusal = &one->refused[one->refused_count++];
        *refusal = (struct witness_refusal){.epoch = wanting->epoch};
        memcpy(refusal->journal, wanting->journal, sizeof refusal->journal);
    }
    refusal->wait_ms = longer(refusal->wait_ms);
    refusal->again_ms = clock_elapsed_ms() + refusal->wait_ms;
}

static ask_result
keep(witness *one, const wanting *wanting, const text_buf *answer)
{
    char *line = cosignature_of(one, wanting, answer);
    char epoch[12];
    char size[21];
    const char *values[] = {wanting->journal, epoch, size, one->name, line};
    PGresult *result = NULL;
    store_result stored;

    if (line == NULL) {
        complain(one, wanting, WITNESS_SIGNATURE, 200, "its answer has no good signature of its key");
        return ASK_REFUSED;
    }
    snprintf(epoch, sizeof epoch, "%d", wanting->epoch);
    snprintf(size, sizeof size, "%lld", (long long)wanting->size);
    stored =
        store_query(&lane.store, "SELECT mpos.cosignature_store($1, $2, $3, $4, $5)", 5, values, &result);
    PQclear(result);
    free(line);
    if (stored != STORE_OK) {
        complain(one, wanting, WITNESS_OTHER, 200, lane.store.error);
        return ASK_AWAY;
    }
    alarm_resolve(&lane.desk, &lane.store, wanting->journal, wanting->epoch, "the witness cosigned again");
    if (one->told_ms[WITNESS_AWAY] != 0) {
        log_event(LOG_LEVEL_INFO, "witness answers again", "witness", one->name, NULL);
        one->told_ms[WITNESS_AWAY] = 0;
    }
    return ASK_DONE;
}

/* A witness that remembers more than there is, or another history: the gravest thing a witness can say. */
static ask_result
contradicted(witness *one, const wanting *wanting, const char *what)
{
    char detail[256];

    snprintf(detail, sizeof detail, "witness %.100s %s", one->name, what);
    alarm_raise(&lane.desk, &lane.store, wanting->journal, wanting->epoch, wanting->size,
                "witness_contradicts", detail);
    return ASK_REFUSED;
}

static witness_reason
reason_of(long status)
{
    if (status == 0 || status >= 500 || status == 429) {
        return WITNESS_AWAY;
    }
    return status == 404 ? WITNESS_UNKNOWN_LOG : status == 403 ? WITNESS_KEY : WITNESS_OTHER;
}

static ask_result
ask_from(witness *one, const wanting *wanting, int64_t old_size, int64_t *remembered)
{
    text_buf body = {0};
    text_buf answer = {0};
    ask_result result = ASK_REFUSED;
    store_result proven = add_proof(wanting, old_size, &body);
    long status = 0;

    *remembered = -1;
    if (proven == STORE_OK) {
        status = witness_http_post(&lane.http, one->url, &body, &answer);
    }
    if (proven != STORE_OK) {
        complain(one, wanting, WITNESS_OTHER, 0, lane.store.error);
        result = proven == STORE_DOWN ? ASK_AWAY : ASK_REFUSED;
    } else if (status == 200) {
        result = keep(one, wanting, &answer);
    } else if (status == 409) {
        uint64_t size;

        answer.len -= answer.len > 0 && answer.data[answer.len - 1] == '\n';
        if (mpos_whole_parse(answer.len > 0 ? answer.data : "", answer.len, &size) == MPOS_OK) {
            *remembered = (int64_t)size;
        }
    } else if (status == 422) {
        result = contradicted(one, wanting, "remembers another history of this size");
    } else {
        complain(one, wanting, reason_of(status), status,
                 status == 0 ? lane.http.error : "see docs/how-to/add-a-witness.md");
        result = reason_of(status) == WITNESS_AWAY ? ASK_AWAY : ASK_REFUSED;
    }
    text_free(&body);
    text_free(&answer);
    return result;
}

static ask_result
ask(witness *one, const wanting *wanting)
{
    int64_t remembered;
    ask_result result = ask_from(one, wanting, wanting->cosigned, &remembered);

    if (remembered > wanting->size) {
        return contradicted(one, wanting, "remembers a larger tree");
    }
    if (remembered == wanting->size && remembered == wanting->cosigned) {
        return contradicted(one, wanting, "remembers another root of this size");
    }
    if (remembered >= 0 && remembered != wanting->cosigned) {
        result = ask_from(one, wanting, remembered, &remembered);
    }
    if (remembered >= 0) {
        complain(one, wanting, WITNESS_OTHER, 409, "it keeps changing its mind about the size");
    }
    return result;
}

static void
read_wanting(const PGresult *result, int row, wanting *out)
{
    snprintf(out->journal, sizeof out->journal, "%s", PQgetvalue(result, row, 0));
    out->epoch = (int32_t)strtol(PQgetvalue(result, row, 1), NULL, 10);
    out->origin = PQgetvalue(result, row, 2);
    out->size = strtoll(PQgetvalue(result, row, 3), NULL, 10);
    out->note = PQgetvalue(result, row, 4);
    out->cosigned = strtoll(PQgetvalue(result, row, 5), NULL, 10);
}

/* Asks for one page; *after moves on, and is empty again at the end. */
static ask_result
ask_page(witness *one, char after[UUID_TEXT_SIZE], bool *more)
{
    static const char sql[] = "SELECT journal_id::text, epoch::text, origin, size::text, note, cosigned::text"
                              " FROM mpos.cosigning_due($1, nullif($2, '')::uuid, " PAGE ")";
    const char *values[] = {one->name, after};
    ask_result outcome = ASK_DONE;
    PGresult *result;
    wanting wanting;
    int rows;

    if (store_query(&lane.store, sql, 2, values, &result) != STORE_OK) {
        log_event(LOG_LEVEL_WARN, "the database does not say what to cosign", "reason", lane.store.error,
                  NULL);
        return ASK_AWAY;
    }
    rows = PQntuples(result);
    for (int row = 0; row < rows && outcome != ASK_AWAY && !atomic_load(&lane.end); row++) {
        read_wanting(result, row, &wanting);
        memcpy(after, wanting.journal, UUID_TEXT_SIZE);
        if (!refused_lately(one, &wanting)) {
            outcome = ask(one, &wanting);
            note_refusal(one, &wanting, outcome == ASK_REFUSED);
        }
    }
    *more = rows > 0;
    PQclear(result);
    return outcome;
}

static void
ask_all(witness *one)
{
    char after[UUID_TEXT_SIZE] = "";
    bool more = true;
    ask_result outcome = ASK_DONE;
    bool connected = lane.store.pg != NULL;

    if (clock_elapsed_ms() < one->again_ms || !store_connect(&lane.store)) {
        return;
    }
    if (!connected) {
        alarm_load(&lane.desk, &lane.store);
    }
    while (more && outcome != ASK_AWAY && !atomic_load(&lane.end)) {
        outcome = ask_page(one, after, &more);
    }
    one->wait_ms = outcome == ASK_AWAY ? longer(one->wait_ms) : 0;
    one->again_ms = clock_elapsed_ms() + one->wait_ms;
}

static void *
run_lane(void *unused)
{
    struct timespec until;

    (void)unused;
    while (!atomic_load(&lane.end)) {
        for (size_t i = 0; i < lane.count && !atomic_load(&lane.end); i++) {
            ask_all(&lane.witnesses[i]);
        }
        pthread_mutex_lock(&lane.mutex);
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += IDLE_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        if (!atomic_load(&lane.end)) {
            pthread_cond_timedwait(&lane.wake, &lane.mutex, &until);
        }
        pthread_mutex_unlock(&lane.mutex);
    }
    witness_http_close(&lane.http);
    store_close(&lane.store);
    return NULL;
}

bool
witness_start(const signer_settings *settings, char error[SETTINGS_ERROR_SIZE])
{
    if (settings->witnesses == NULL) {
        return true;
    }
    if (!witness_list_load(settings->witnesses, lane.witnesses, &lane.count, error)) {
        return false;
    }
    if (lane.count == 0) {
        return true;
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    lane.store = (store){.conninfo = settings->db, .name = "mpos-signer witness"};
    lane.http.end = &lane.end;
    lane.desk.prefix = "witness_";
    for (size_t i = 0; i < lane.count; i++) {
        log_event(LOG_LEVEL_INFO, "witness", "key", lane.witnesses[i].vkey, "url", lane.witnesses[i].url,
                  NULL);
    }
    lane.started = pthread_create(&lane.thread, NULL, run_lane, NULL) == 0;
    if (!lane.started) {
        snprintf(error, SETTINGS_ERROR_SIZE, "no thread for the witnesses");
    }
    return lane.started;
}

void
witness_stop(void)
{
    if (!lane.started) {
        return;
    }
    pthread_mutex_lock(&lane.mutex);
    atomic_store(&lane.end, true);
    pthread_cond_signal(&lane.wake);
    pthread_mutex_unlock(&lane.mutex);
    pthread_join(lane.thread, NULL);
    lane.started = false;
}
