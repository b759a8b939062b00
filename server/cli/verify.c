/* verify.c - mpos verify: reads every journal in one snapshot, recomputes it, and says what does not fit and where. */
#include "verify.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "verify_url.h"

static const char *const help =
    "Usage: mpos verify [--journal ID] [--no-rows] [--show N] [--vkey KEY]... [--db CONNINFO]\n"
    "       mpos verify --url URL --journal ID --vkey KEY... [--witness KEY]... [--token T] [--cacert "
    "FILE]\n\n"
    "By SQL it reads the journals in one snapshot and recomputes them from the stored bytes: headers, "
    "leaves, chain,\n"
    "payload hashes, gapless numbers, parts, times, epochs, heads, segments; the tree with its tiles and "
    "checkpoints, also\n"
    "those that the platform's journal keeps. Then it compares the live rows with the digests that the "
    "entries keep of\n"
    "them. Trusts no hash that is stored; signatures are checked with the keys given, else with those that "
    "the database\n"
    "names. Prints a line per journal: entries, last leaf, root.\n\n"
    "By URL it reads what a server shows to everybody: the notes, all tiles, the headers; with a token "
    "payloads too.\n\n"
    "  --journal ID   only this journal and its rows\n"
    "  --no-rows      the journals, without comparing the live rows with them\n"
    "  --show N       print at most N findings (default 100); all are counted\n"
    "  --vkey KEY     public key of the signer, name+id+base64; can be given several times\n"
    "  --witness KEY  a witness that must have cosigned the newest checkpoint\n"
    "  --token T      bearer token with the right journal.read\n"
    "  --cacert FILE  certificate authority of an https URL\n\n"
    "Exit status: 0 clean, 1 findings, 2 wrong command line, 3 could not read.\n";

static void
print_hex(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        printf("%02x", bytes[i]);
    }
}

void
verify_report(verify_run *run, verify_journal *journal, uint32_t epoch, uint64_t seq, const char *kind,
              const char *format, ...)
{
    va_list args;

    run->findings++;
    if (journal != NULL) {
        journal->findings++;
    }
    if (run->findings > (uint64_t)run->findings_shown_max) {
        return;
    }
    printf("finding %s journal=%s", kind, journal != NULL ? journal->id : "-");
    if (journal != NULL) {
        printf(" epoch=%u", epoch);
    }
    if (seq != VERIFY_NO_SEQ) {
        printf(" seq=%llu", (unsigned long long)seq);
    }
    fputs(": ", stdout);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

static void
print_journal(const verify_journal *journal)
{
    uint8_t root[32];

    verify_tree_root(&journal->tree, root);
    printf("journal %s  %s\n  epoch %u, %llu entries", journal->id,
           journal->origin != NULL ? journal->origin : "", journal->epoch,
           (unsigned long long)journal->entries);
    if (journal->retired > 0) {
        printf(" after %llu retired", (unsigned long long)journal->retired);
    }
    if (journal->outside > 0) {
        printf(" (%llu made outside the API)", (unsigned long long)journal->outside);
    }
    if (journal->checkpoints > 0) {
        printf(", %llu checkpoints", (unsigned long long)journal->checkpoints);
    }
    fputs("\n  leaf ", stdout);
    print_hex(journal->last_leaf, 32);
    fputs("\n  root ", stdout);
    print_hex(root, 32);
    printf("\n  %s\n", journal->findings == 0 ? "intact" : "DAMAGED");
}

static int
summarise(const verify_run *run)
{
    uint64_t entries = 0;
    int journals = 0;

    for (int i = 0; i < run->journal_count; i++) {
        if (run->journals[i].asked) {
            print_journal(&run->journals[i]);
            entries += run->journals[i].entries;
            journals++;
        }
    }
    verify_erased_print(run);
    if (run->findings > (uint64_t)run->findings_shown_max) {
        printf("only the first %ld findings are shown\n", run->findings_shown_max);
    }
    if (run->conn == NULL && run->ring.count > 0) {
        printf("%zu transactions have parts in other journals, which are not read by URL\n", run->ring.count);
    }
    printf("%s: %d journals, %llu entries, %llu rows, %llu findings\n",
           run->findings == 0 ? "clean" : "NOT CLEAN", journals, (unsigned long long)entries,
           (unsigned long long)run->rows_checked, (unsigned long long)run->findings);
    return run->findings == 0 ? CLI_OK : CLI_FINDINGS;
}

static void
dispose(verify_run *run)
{
    for (int i = 0; i < run->journal_count; i++) {
        verify_tree_dispose(&run->journals[i].tree);
        free(run->journals[i].origin);
    }
    free(run->journals);
    free(run->witnessed);
    free(run->missing);
    free(run->erased);
    for (size_t i = 0; i < run->forgotten_count; i++) {
        free(run->forgotten[i].entity);
    }
    free(run->forgotten);
    judge_keys_dispose(&run->keys);
    row_map_dispose(&run->rows);
    verify_ring_dispose(&run->ring);
}

static void
check_arguments(const verify_address *address, const cli_list *vkeys, const cli_list *witnesses)
{
    if (address->url != NULL && (address->journal == NULL || vkeys->count == 0)) {
        cli_usage("verify", "--url needs --journal and --vkey");
    }
    if (address->url == NULL &&
        (witnesses->count > 0 || address->token != NULL || address->ca_file != NULL)) {
        cli_usage("verify", "--witness, --token and --cacert go with --url");
    }
}

int
cli_verify(int argc, char **argv)
{
    const char *db = NULL;
    cli_list vkeys = {.count = 0}, witnesses = {.count = 0};
    verify_address address = {.url = NULL};
    verify_run run = {.findings_shown_max = 100};
    const cli_option options[] = {{"--journal", .text = &address.journal},
                                  {"--no-rows", .flag = &run.rows_skipped},
                                  {"--show", .number = &run.findings_shown_max},
                                  {"--vkey", .list = &vkeys},
                                  {"--witness", .list = &witnesses},
                                  {"--url", .text = &address.url},
                                  {"--token", .text = &address.token},
                                  {"--cacert", .text = &address.ca_file},
                                  {"--db", .text = &db},
                                  {0}};
    int status;

    if (cli_options("verify", help, options, argc, argv) > 0) {
        cli_usage("verify", "verify takes options only");
    }
    check_arguments(&address, &vkeys, &witnesses);
    if (!judge_keys_init(&run.keys, &vkeys, &witnesses)) {
        return CLI_USAGE;
    }
    if (address.url != NULL) {
        verify_url(&run, &address);
    } else {
        verify_sql(&run, db, address.journal);
    }
    status = summarise(&run);
    dispose(&run);
    return status;
}
