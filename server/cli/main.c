/* main.c - the mpos tool: finds the command and hands over. */
#include <stdio.h>
#include <string.h>

#include "cli.h"

static const struct {
    const char *name;
    cli_command_fn run;
    const char *summary;
} commands[] = {
    {"tenant", cli_tenant, "create or list businesses"},
    {"analyst", cli_analyst, "logins that read one business by SQL"},
    {"catalogue", cli_catalogue, "import and export tables of the catalogue as CSV"},
    {"licence", cli_licence, "sign, read and install licences"},
    {"key", cli_key, "rotate the key that server and database share"},
    {"verify", cli_verify, "check the journals and the rows that they speak of"},
    {"log", cli_log, "check a log directory that any software wrote"},
    {"proof", cli_proof, "check a proof that an entry is in a log"},
    {"note", cli_note, "check a signed note"},
    {"simulate", cli_simulate, "a lunch rush against a running server"},
    {"version", cli_version, "print the version"},
};

static const char *const usage = "Usage: mpos COMMAND [OPTION]...\n\nCommands (each knows --help):\n";

static void
print_usage(FILE *out)
{
    fputs(usage, out);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
    }
}

int
cli_version(int argc, char **argv)
{
    const cli_option none[] = {{0}};

    cli_options("version", "Usage: mpos version\n\nPrints the version of this tool.\n", none, argc, argv);
    puts("mpos " MPOS_VERSION);
    return CLI_OK;
}

int
main(int argc, char **argv)
{
    if (argc < 2) {
        print_usage(stderr);
        return CLI_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        print_usage(stdout);
        return CLI_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        return cli_version(0, argv);
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            return commands[i].run(argc - 2, argv + 2);
        }
    }
    fprintf(stderr, "mpos: no command \"%s\"\n", argv[1]);
    print_usage(stderr);
    return CLI_USAGE;
}
