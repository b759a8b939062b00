/* fuzz_note.c - a signed note: whatever it holds, its parts lie within it and only its own text is accepted. */
#include <string.h>

#include "checkpoint.h"
#include "host.h"

/* The key and the text of the corpus' notes. */
static const char vkey[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char signed_text[] =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";

static void
check_lines(const mpos_note *note)
{
    mpos_note_signature signature;
    size_t offset = 0, count = 0;

    while (mpos_note_next(note, &offset, &signature)) {
        count++;
        MUST(signature.line >= note->lines &&
             signature.line + signature.line_size < note->lines + note->lines_size);
        MUST(mpos_note_name_valid(signature.name, signature.name_size));
        MUST(signature.base64 + signature.base64_size == signature.line + signature.line_size);
    }
    MUST(offset == note->lines_size && count == note->signature_count);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mpos_note note;
    mpos_note_signer signers[2];
    mpos_checkpoint checkpoint;
    mpos_note_key key;

    (void)mpos_note_key_parse(&host_digest, (const char *)data, size, &key);
    if (mpos_note_parse((const char *)data, size, &note) != MPOS_NOTE_OK) {
        return 0;
    }
    check_lines(&note);
    MUST(note.text_size + 1 + note.lines_size == size && note.text[note.text_size - 1] == '\n');
    (void)mpos_checkpoint_parse(note.text, note.text_size, &checkpoint);
    MUST(mpos_note_key_parse(&host_digest, vkey, sizeof vkey - 1, &signers[0].key) == MPOS_NOTE_OK);
    signers[1].key = signers[0].key;
    signers[1].key.type = MPOS_NOTE_COSIGNATURE;
    if (mpos_note_verify(&host_verifier, &note, signers, 1) == MPOS_NOTE_OK) {
        MUST(note.text_size == sizeof signed_text - 1 && memcmp(note.text, signed_text, note.text_size) == 0);
    }
    (void)mpos_note_verify(&host_verifier, &note, signers, 2);
    return 0;
}
