/*
 * cli.h - what the commands of the mpos tool share: exit statuses, options, the database connection.
 * Words: command, option, finding.
 */
#ifndef MPOS_CLI_H
#define MPOS_CLI_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum cli_status {
    CLI_OK = 0,
    CLI_FINDINGS = 1, /* the command worked and what it looked at is not in order */
    CLI_USAGE = 2,    /* the command line is wrong */
    CLI_FAILED = 3    /* the command could not do its work */
} cli_status;

/* A command: its arguments begin after its name. Returns a cli_status. */
typedef int (*cli_command_fn)(int argc, char **argv);

int
cli_tenant(int argc, char **argv);
int
cli_analyst(int argc, char **argv);
int
cli_catalogue(int argc, char **argv);
int
cli_verify(int argc, char **argv);
int
cli_licence(int argc, char **argv);
int
cli_key(int argc, char **argv);
int
cli_simulate(int argc, char **argv);
int
cli_note(int argc, char **argv);
int
cli_proof(int argc, char **argv);
int
cli_log(int argc, char **argv);
int
cli_version(int argc, char **argv);

/* Prints "mpos: ..." and ends the program with CLI_FAILED. */
_Noreturn void
cli_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints "mpos: ..." with a pointer to the help of a command and ends the program with CLI_USAGE. */
_Noreturn void
cli_usage(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* malloc, realloc and strdup that end the program when there is no memory. */
void *
cli_alloc(size_t size);
void *
cli_realloc(void *old, size_t size);
char *
cli_strdup(const char *text);

/* The values of an option that may be given several times. */
#define CLI_LIST_MAX 64
typedef struct cli_list {
    const char *items[CLI_LIST_MAX];
    size_t count;
} cli_list;

/*
 * One option of a command. kind: a flag sets *flag; text, number and list take the next argument (or --name=value).
 * A list of options ends with a NULL name.
 */
typedef struct cli_option {
    const char *name; /* with its dashes */
    bool *flag;
    const char **text;
    long *number; /* must be above zero */
    cli_list *list;
} cli_option;

/*
 * Takes the options out of argv and returns how many other arguments are left at its front. Prints help and ends the
 * program for --help; ends it with CLI_USAGE for an unknown option or a missing value.
 */
int
cli_options(const char *command, const char *help, const cli_option *options, int argc, char **argv);

/*
 * Connects as the owner of the books: conninfo, else MPOS_DB_ADMIN, else libpq's own environment.
 * Ends the program when it cannot. The caller closes with PQfinish.
 */
PGconn *
cli_connect(const char *conninfo);

/* Runs a statement; ends the program unless it gives rows or is a command. The caller clears. binary: results. */
PGresult *
cli_query(PGconn *conn, const char *sql, int count, const char *const *values, bool binary);

#endif
