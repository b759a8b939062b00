/* ddl.h - the guard over changes of the schema. */
#ifndef MPOS_DDL_H
#define MPOS_DDL_H

#include "postgres.h"

/* Allows or forbids detaching a guarded partition; returns what was allowed before. Restore it on every path. */
bool
mpos_ddl_retiring(bool now);

bool
mpos_ddl_is_retiring(void);

#endif
