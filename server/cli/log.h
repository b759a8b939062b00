/* log.h - a whole log in a directory, whoever wrote it (mpos log verify). */
#ifndef MPOS_CLI_LOG_H
#define MPOS_CLI_LOG_H

#include "cli.h"

/* Prints the verdict in one line and returns the exit status. */
int
log_verify(const char *directory, const cli_list *vkeys, const cli_list *witnesses);

#endif
