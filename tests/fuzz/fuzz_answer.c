/* fuzz_answer.c - questions that a host passes on as bytes: every one is answered, within what was asked for. */
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "bytes.h"
#include "host.h"

static void *
room_of(size_t size)
{
    return malloc(size > 0 ? size : 1);
}

static int64_t
number_at(const uint8_t *at)
{
    return (int64_t)mpos_get_u64(at);
}

/* 'A': 1 capped, 2 count, 1 mode, 8 total: the parts are the whole, unless caps cannot hold it. */
static void
must_be_whole(const mpos_question *question, const uint8_t *answer, size_t size)
{
    size_t count = mpos_get_u16(question->body + 1);
    int64_t sum = 0;

    if (question->kind != 'A' || mpos_get_u16(answer) != 0 || question->body[0] != 0 || count == 0) {
        return;
    }
    MUST(size == MPOS_ANSWER_HEAD + 8 * count);
    for (size_t i = 0; i < count; i++) {
        sum += number_at(answer + MPOS_ANSWER_HEAD + 8 * i);
    }
    MUST(sum == number_at(question->body + 4));
}

static void
answer(const mpos_question *question)
{
    size_t work_size = mpos_answer_work(question), capacity = mpos_answer_size(question), size = 0;
    void *work = room_of(work_size);
    uint8_t *out = room_of(capacity);

    if (mpos_answer(question, work, work_size, out, capacity, &size) == MPOS_OK) {
        MUST(size >= MPOS_ANSWER_HEAD && size <= capacity);
        must_be_whole(question, out, size);
    }
    free(work);
    free(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t room_size = mpos_question_room(size);
    void *room = room_of(room_size);
    mpos_question question;

    if (mpos_question_read(data, size, room, room_size, &question) == MPOS_OK) {
        answer(&question);
    }
    free(room);
    return 0;
}
