/* price_form.c - the core asked in SQL: a question in bytes in, its answer in bytes out. Reads and writes nothing else. */
#include "postgres.h"

#include "fmgr.h"

#include "answer.h"

PG_FUNCTION_INFO_V1(mpos_answer_sql);

static bytea *
bytes_of(size_t size)
{
    bytea *out = palloc(VARHDRSZ + size);

    SET_VARSIZE(out, VARHDRSZ + size);
    return out;
}

static bytea *
error_of(mpos_err err)
{
    bytea *out = bytes_of(MPOS_ANSWER_HEAD);

    mpos_answer_error(err, (uint8 *)VARDATA(out));
    return out;
}

/* answer(question bytea) returns bytea */
Datum
mpos_answer_sql(PG_FUNCTION_ARGS)
{
    const bytea *bytes = PG_GETARG_BYTEA_PP(0);
    size_t size = VARSIZE_ANY_EXHDR(bytes);
    size_t room_size = mpos_question_room(size);
    size_t work_size;
    mpos_question question;
    bytea *out;
    mpos_err err =
        mpos_question_read((const uint8 *)VARDATA_ANY(bytes), size, palloc(room_size), room_size, &question);

    if (err != MPOS_OK) {
        PG_RETURN_BYTEA_P(error_of(err));
    }
    work_size = mpos_answer_work(&question);
    size = mpos_answer_size(&question);
    out = bytes_of(size);
    err = mpos_answer(&question, palloc(work_size), work_size, (uint8 *)VARDATA(out), size, &size);
    if (err != MPOS_OK) {
        PG_RETURN_BYTEA_P(error_of(err));
    }
    SET_VARSIZE(out, VARHDRSZ + size);
    PG_RETURN_BYTEA_P(out);
}
