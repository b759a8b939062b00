/*
 * value_other.h - forms of values whose types value.c does not know: by their own output and send functions, made
 * independent of the session.
 */
#ifndef MPOS_VALUE_OTHER_H
#define MPOS_VALUE_OTHER_H

#include "value.h"

/* The type's text as a JSON string, whatever DateStyle, TimeZone and the like say. */
void
mpos_value_other_json(const mpos_value_type *type, Datum value, StringInfo out);

/* What the type's send function makes, whatever the client's encoding is. */
void
mpos_value_other_bytes(const mpos_value_type *type, Datum value, StringInfo out);

/*
 * A composite's attributes that are not null, sorted by name: u16 name length, name, u32 value length, value. Its own send
 * function would write the object ids of the attributes' types.
 */
void
mpos_value_composite_bytes(Datum value, StringInfo out);

#endif
