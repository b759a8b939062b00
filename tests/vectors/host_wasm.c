/* host_wasm.c - the WASM module in a node of its own: wasm_host.mjs answers records over two pipes. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bytes.h"
#include "host.h"

static pid_t child;
static FILE *to_child, *from_child;
static bytes answer;

static void
run_child(int in, int out)
{
    const char *script = getenv("MPOS_WASM_HOST");

    dup2(in, 0);
    dup2(out, 1);
    execlp("node", "node", script, (char *)NULL);
    perror("node");
    _exit(127);
}

static int
open_wasm(void)
{
    int asks[2], answers[2];

    if (getenv("MPOS_WASM_HOST") == NULL || pipe(asks) != 0 || pipe(answers) != 0) {
        fprintf(stderr, "the host wasm: MPOS_WASM_HOST names its script\n");
        return 0;
    }
    child = fork();
    if (child == 0) {
        close(asks[1]);
        close(answers[0]);
        run_child(asks[0], answers[1]);
    }
    close(asks[0]);
    close(answers[1]);
    to_child = fdopen(asks[1], "wb");
    from_child = fdopen(answers[0], "rb");
    return child > 0 && to_child != NULL && from_child != NULL;
}

static const uint8_t *
ask_wasm(const uint8_t *question, size_t size, size_t *answer_size)
{
    uint8_t head[4];

    mpos_put_u32(head, (uint32_t)size);
    if (fwrite(head, 1, 4, to_child) != 4 || fwrite(question, 1, size, to_child) != size ||
        fflush(to_child) != 0 || fread(head, 1, 4, from_child) != 4) {
        fprintf(stderr, "the host wasm has ended\n");
        return NULL;
    }
    *answer_size = mpos_get_u32(head);
    answer.size = 0;
    bytes_add(&answer, *answer_size);
    return fread(answer.data, 1, *answer_size, from_child) == *answer_size ? answer.data : NULL;
}

static void
close_wasm(void)
{
    fclose(to_child);
    fclose(from_child);
    waitpid(child, NULL, 0);
    bytes_free(&answer);
}

const host wasm_host = {"wasm", open_wasm, ask_wasm, close_wasm};
