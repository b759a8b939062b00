/*
 * op.h - the operations of a device's log and the hash that chains them. Words: operation, envelope, log,
 * prev.
 *
 * An operation is the exact bytes of its JSON text {v,id,dev,gen,seq,prev,t,ts,core,root,by,b}. Its hash is
 * SHA256(prev || bytes), prev being the 32-byte hash of the device's operation before (zeros for the first). by, if it is
 * there, is the session of the person who did it.
 */
#ifndef MPOS_CORE_OP_H
#define MPOS_CORE_OP_H

#include <stddef.h>
#include <stdint.h>

#include "digest.h"
#include "err.h"

#define MPOS_OP_SIZE_MAX 65536
#define MPOS_OP_VERSION 1

typedef enum mpos_op_type {
#define MPOS_OP_TYPE(name, text) MPOS_OPTYPE_##name,
#include "op_types.def"
#undef MPOS_OP_TYPE
    MPOS_OPTYPES
} mpos_op_type;

void
mpos_op_hash(const mpos_digest *digest, const uint8_t prev[32], const void *bytes, size_t size,
             uint8_t out[32]);

/* The type with that text (size bytes); INVALID_VALUE when unknown. */
mpos_err
mpos_op_type_from_text(const char *text, size_t size, mpos_op_type *out);

/* Text such as "sale.commit"; static storage. NULL outside the enum. */
const char *
mpos_op_type_text(mpos_op_type type);

#endif
