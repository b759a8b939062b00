/* host.c - the native host, and asking. */
#include "host.h"

#include <stdlib.h>

#include "answer.h"
#include "bytes.h"

const host *current_host = &native_host;

static bytes native_answer;

uint8_t *
bytes_add(bytes *b, size_t size)
{
    if (b->size + size > b->capacity) {
        b->capacity = (b->size + size) * 2 + 64;
        b->data = realloc(b->data, b->capacity);
        if (b->data == NULL) {
            abort();
        }
    }
    b->size += size;
    return b->data + b->size - size;
}

void
bytes_u8(bytes *b, uint8_t value)
{
    *bytes_add(b, 1) = value;
}

void
bytes_u16(bytes *b, uint16_t value)
{
    mpos_put_u16(bytes_add(b, 2), value);
}

void
bytes_i64(bytes *b, int64_t value)
{
    mpos_put_u64(bytes_add(b, 8), (uint64_t)value);
}

void
bytes_free(bytes *b)
{
    free(b->data);
    *b = (bytes){0};
}

int64_t
take_i64(const uint8_t **at)
{
    int64_t value = (int64_t)mpos_get_u64(*at);

    *at += 8;
    return value;
}

const uint8_t *
ask(const bytes *question, size_t *size, mpos_err *err)
{
    const uint8_t *answer = current_host->ask(question->data, question->size, size);

    if (answer == NULL || *size < MPOS_ANSWER_HEAD) {
        *err = MPOS_E_INTERNAL;
        return NULL;
    }
    *err = (mpos_err)mpos_get_u16(answer);
    *size -= MPOS_ANSWER_HEAD;
    return *err == MPOS_OK ? answer + MPOS_ANSWER_HEAD : NULL;
}

static int
open_native(void)
{
    return 1;
}

static const uint8_t *
ask_native(const uint8_t *question, size_t size, size_t *answer_size)
{
    size_t room_size = mpos_question_room(size), work_size = 0;
    void *room = malloc(room_size + 8), *work = NULL;
    mpos_question q;
    mpos_err err = mpos_question_read(question, size, room, room_size, &q);

    native_answer.size = 0;
    bytes_add(&native_answer, MPOS_ANSWER_HEAD);
    if (err == MPOS_OK) {
        work_size = mpos_answer_work(&q);
        work = malloc(work_size + 8);
        native_answer.size = 0;
        bytes_add(&native_answer, mpos_answer_size(&q));
        err = mpos_answer(&q, work, work_size, native_answer.data, native_answer.size, answer_size);
    }
    if (err != MPOS_OK) {
        *answer_size = mpos_answer_error(err, native_answer.data);
    }
    free(work);
    free(room);
    return native_answer.data;
}

static void
close_native(void)
{
    bytes_free(&native_answer);
}

const host native_host = {"native", open_native, ask_native, close_native};
