/* cli.c - options, memory, database connection of the mpos tool. */
#include "cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
complain(const char *format, va_list args)
{
    fputs("mpos: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
}

_Noreturn void
cli_fail(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    complain(format, args);
    va_end(args);
    exit(CLI_FAILED);
}

_Noreturn void
cli_usage(const char *command, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    complain(format, args);
    va_end(args);
    fprintf(stderr, "Try: mpos %s --help\n", command);
    exit(CLI_USAGE);
}

void *
cli_alloc(size_t size)
{
    return cli_realloc(NULL, size);
}

void *
cli_realloc(void *old, size_t size)
{
    void *new = realloc(old, size);

    if (new == NULL) {
        cli_fail("out of memory");
    }
    return new;
}

char *
cli_strdup(const char *text)
{
    size_t size = strlen(text) + 1;

    return memcpy(cli_alloc(size), text, size);
}

static const cli_option *
find_option(const cli_option *options, const char *argument)
{
    size_t len = strcspn(argument, "=");

    for (; options->name != NULL; options++) {
        if (strlen(options->name) == len && strncmp(options->name, argument, len) == 0) {
            return options;
        }
    }
    return NULL;
}

static void
take_value(const char *command, const cli_option *option, const char *value)
{
    char *end;

    if (option->text != NULL) {
        *option->text = value;
        return;
    }
    if (option->list != NULL) {
        if (option->list->count == CLI_LIST_MAX) {
            cli_usage(command, "%s can be given %d times", option->name, CLI_LIST_MAX);
        }
        option->list->items[option->list->count++] = value;
        return;
    }
    *option->number = strtol(value, &end, 10);
    if (*value == '\0' || *end != '\0' || *option->number <= 0) {
        cli_usage(command, "%s needs a whole number above zero, not \"%s\"", option->name, value);
    }
}

int
cli_options(const char *command, const char *help, const cli_option *options, int argc, char **argv)
{
    int rest = 0;

    for (int i = 0; i < argc; i++) {
        const cli_option *option;
        const char *equals = strchr(argv[i], '=');

        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            fputs(help, stdout);
            exit(CLI_OK);
        }
        if (argv[i][0] != '-' || argv[i][1] == '\0') {
            argv[rest++] = argv[i];
            continue;
        }
        option = find_option(options, argv[i]);
        if (option == NULL) {
            cli_usage(command, "unknown option %s", argv[i]);
        }
        if (option->flag != NULL) {
            *option->flag = true;
        } else if (equals != NULL) {
            take_value(command, option, equals + 1);
        } else if (i + 1 < argc) {
            take_value(command, option, argv[++i]);
        } else {
            cli_usage(command, "%s needs a value", option->name);
        }
    }
    return rest;
}

static void
quiet(void *context, const PGresult *result)
{
    (void)context;
    (void)result;
}

PGconn *
cli_connect(const char *conninfo)
{
    PGconn *conn;

    if (conninfo == NULL) {
        conninfo = getenv("MPOS_DB_ADMIN");
    }
    conn = PQconnectdb(conninfo != NULL ? conninfo : "application_name=mpos");
    if (PQstatus(conn) != CONNECTION_OK) {
        fprintf(stderr, "%s", PQerrorMessage(conn));
        cli_fail("cannot reach the database: name it with --db or MPOS_DB_ADMIN (make run prints both)");
    }
    PQsetNoticeReceiver(conn, quiet, NULL);
    return conn;
}

PGresult *
cli_query(PGconn *conn, const char *sql, int count, const char *const *values, bool binary)
{
    PGresult *result = PQexecParams(conn, sql, count, NULL, values, NULL, NULL, binary);
    ExecStatusType status = PQresultStatus(result);

    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

        cli_fail("%s", message != NULL ? message : PQerrorMessage(conn));
    }
    return result;
}
