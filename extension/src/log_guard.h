/* log_guard.h - what keeps parameters of statements, which hold request contexts and people's data, out of the server's log. */
#ifndef MPOS_LOG_GUARD_H
#define MPOS_LOG_GUARD_H

/*
 * From now on no statement, file, role or database can set what would write parameters to the log; a value that is in force
 * already is replaced, with a warning. Called once from _PG_init.
 */
void
mpos_log_guard_init(void);

/* The same for modules that this session alone has loaded; before its first call does anything. */
void
mpos_log_guard_session(void);

#endif
