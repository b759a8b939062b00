/*
 * bell.h - hears that a journal has moved by somebody else's hand: a catalogue that SQL published, or another server process
 * where the extension's doorbell is on (extension/src/doorbell.h). Words: bell, announcement.
 *
 * One connection that only listens. A hint and no more: what is missed shows in the heads, which are compared once a second.
 */
#ifndef DB_BELL_H
#define DB_BELL_H

struct worker;

/*
 * Listens on the thread's loop for as long as the process lives, and calls heard on it for each announcement: ids of journals
 * in their short form with commas between them, or "*" for any of them.
 */
void
db_bell_new(struct worker *worker, const char *conninfo,
            void (*heard)(struct worker *worker, const char *announcement));

#endif
