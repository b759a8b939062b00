/*
 * rights.h - who may change whose rights, and how a change reaches those who are signed in. Words: right, role, manager.
 *
 * A change raises the rights version of the people concerned and rewrites the rows of their sessions in the same
 * transaction: a token from before is refused with the next call, and a renewed one has the new rights. Sessions are
 * journalled, so every server closes their sockets.
 */
#ifndef MPOS_RIGHTS_H
#define MPOS_RIGHTS_H

#include "call.h"
#include "role.h"

/*
 * One change of people and roles at a time in a business: what is counted below stays true until the transaction ends. The
 * caller's own rights are read again: whoever held the lock may have taken them.
 */
void
mpos_people_lock(mpos_call *call);

/* Nobody gives, changes or takes what they do not hold themselves: FORBIDDEN unless the session covers the role. */
mpos_err
mpos_rights_cover(mpos_call *call, const mpos_role *role);

/* After a change of somebody who had these scopes: LAST_MANAGER when it leaves nobody who can sign in and manage people. */
mpos_err
mpos_manager_left(mpos_call *call, uint64 scopes_before);

/*
 * The role of a person, or of all people of a role, is another one or says something else now: raises their rights version
 * and gives their sessions what the role says. One of both is NULL.
 */
void
mpos_rights_changed(mpos_call *call, const uint8 *staff, const uint8 *role);

/* Ends the living sessions of a person but one (NULL: all), and raises the rights version. */
void
mpos_rights_withdrawn(mpos_call *call, const uint8 staff[16], const uint8 *except_session);

/* The journal shall know the parameters of this call only: its body holds a secret. Before the first change. */
void
mpos_record_no_body(mpos_call *call);

#endif
