/* verify.c - mpos verify: reads every journal in one snapshot, recomputes it, and says what does not fit and where. */
#include "verify.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli.h"
#include "sha.h"

static const char *const help =
    "Usage: mpos verify [--journal ID] [--show N] [--db CONNINFO]\n\n"
    "Reads the journals in one snapshot and recomputes them from the stored bytes: header, leaf, chain, "
    "payload hash,\n"
    "gapless numbers, head, Merkle root. Then compares the live rows with the digests that the entries keep "
    "of them.\n"
    "Trusts no hash that is stored. Prints a line per journal: entries, last leaf, root.\n\n"
    "  --journal ID   only this journal and its rows\n"
    "  --show N       print at most N findings (default 100); all are counted\n\n"
    "Exit status: 0 clean, 1 findings, 3 could not read.\n";

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
    if (seq != VERIFY_NO_SEQ) {
        printf(" epoch=%u seq=%llu", epoch, (unsigned long long)seq);
    }
    fputs(": ", stdout);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

static void
read_uuid(const char *text, uint8_t out[16])
{
    for (int i = 0; i < 16; text++) {
        if (*text != '-') {
            sscanf(text, "%2hhx", &out[i++]);
            text++;
        }
    }
}

/* All journals are read, also when one is asked for: rows have to find the journal that they belong to. */
static void
load_journals(verify_run *run, const char *only)
{
    PGresult *list =
        cli_query(run->conn,
                  "SELECT journal_id::text, tenant_id::text, coalesce(outlet_id::text, ''), origin "
                  "FROM journal.journal ORDER BY origin",
                  0, NULL, false);
    bool found = only == NULL;

    run->journal_count = PQntuples(list);
    run->journals = cli_alloc(sizeof *run->journals * (size_t)(run->journal_count + 1));
    memset(run->journals, 0, sizeof *run->journals * (size_t)(run->journal_count + 1));
    for (int i = 0; i < run->journal_count; i++) {
        verify_journal *journal = &run->journals[i];

        snprintf(journal->id, sizeof journal->id, "%s", PQgetvalue(list, i, 0));
        snprintf(journal->tenant, sizeof journal->tenant, "%s", PQgetvalue(list, i, 1));
        snprintf(journal->outlet, sizeof journal->outlet, "%s", PQgetvalue(list, i, 2));
        journal->origin = cli_strdup(PQgetvalue(list, i, 3));
        read_uuid(journal->id, journal->id_bytes);
        read_uuid(journal->tenant, journal->tenant_bytes);
        journal->asked = only == NULL || strcasecmp(only, journal->id) == 0;
        found = found || journal->asked;
    }
    PQclear(list);
    if (!found) {
        cli_fail("no journal %s", only);
    }
}

static void
print_journal(const verify_journal *journal)
{
    uint8_t root[32];

    mpos_merkle_root(&cli_digest, &journal->tree, root);
    printf("journal %s  %s\n  epoch %u, %llu entries", journal->id, journal->origin, journal->epoch,
           (unsigned long long)journal->entries);
    if (journal->outside > 0) {
        printf(" (%llu made outside the API)", (unsigned long long)journal->outside);
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
    if (run->findings > (uint64_t)run->findings_shown_max) {
        printf("only the first %ld findings are shown\n", run->findings_shown_max);
    }
    printf("%s: %d journals, %llu entries, %llu rows, %llu findings\n",
           run->findings == 0 ? "clean" : "NOT CLEAN", journals, (unsigned long long)entries,
           (unsigned long long)run->rows_checked, (unsigned long long)run->findings);
    return run->findings == 0 ? CLI_OK : CLI_FINDINGS;
}

int
cli_verify(int argc, char **argv)
{
    const char *only = NULL, *db = NULL;
    verify_run run = {.findings_shown_max = 100};
    const cli_option options[] = {{"--journal", .text = &only},
                                  {"--show", .number = &run.findings_shown_max},
                                  {"--db", .text = &db},
                                  {0}};
    int status;

    if (cli_options("verify", help, options, argc, argv) > 0) {
        cli_usage("verify", "verify takes options only");
    }
    run.conn = cli_connect(db);
    PQclear(cli_query(run.conn, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", 0, NULL, false));
    load_journals(&run, only);
    for (int i = 0; i < run.journal_count; i++) {
        if (run.journals[i].asked) {
            verify_walk(&run, i);
        }
    }
    verify_rows(&run);
    status = summarise(&run);
    PQfinish(run.conn);
    for (int i = 0; i < run.journal_count; i++) {
        free(run.journals[i].origin);
    }
    free(run.journals);
    row_map_dispose(&run.rows);
    return status;
}
