/* note.c - the form of a signed note, and writing its lines. */
#include "note.h"

#include <string.h>

#include "base64.h"
#include "bytes.h"
#include "checkpoint.h"
#include "utf8.h"

static const char dash[] = "\xE2\x80\x94 "; /* em dash, space */
enum { DASH_SIZE = 4 };

const char *
mpos_note_reason(mpos_note_fault fault)
{
    static const char *const reasons[] = {
        [MPOS_NOTE_OK] = "in order",
        [MPOS_NOTE_TOO_LONG] = "the note is longer than 1 MiB",
        [MPOS_NOTE_CHARACTERS] = "the note is not UTF-8 or has control characters",
        [MPOS_NOTE_NO_SIGNATURES] = "the note does not end with an empty line and signature lines",
        [MPOS_NOTE_SIGNATURE_LINE] = "a signature line has another form",
        [MPOS_NOTE_TOO_MANY_SIGNATURES] = "the note has more than 100 signatures",
        [MPOS_NOTE_KEY_FORM] = "the key is not name+id+base64",
        [MPOS_NOTE_KEY_ID] = "the id of the key is not that of its name and bytes",
        [MPOS_NOTE_KEY_TYPE] =
            "the type of the key is none of 1 Ed25519, 2 ECDSA, 4 cosignature and 5 tree head",
        [MPOS_NOTE_WRONG_SIGNATURE] = "the signature of a known key is wrong",
        [MPOS_NOTE_UNSIGNED] = "no known key has signed",
    };

    return (size_t)fault < sizeof reasons / sizeof *reasons ? reasons[fault] : "unknown fault";
}

static bool
is_space(uint32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
           c == 0x3000;
}

bool
mpos_note_name_valid(const char *name, size_t name_size)
{
    for (size_t i = 0; i < name_size;) {
        uint32_t c;
        size_t length = mpos_utf8_next((const uint8_t *)name + i, name_size - i, &c);

        if (length == 0 || c < ' ' || c == '+' || is_space(c)) {
            return false;
        }
        i += length;
    }
    return name_size > 0;
}

static bool
characters_valid(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size;) {
        uint32_t c;
        size_t length = mpos_utf8_next((const uint8_t *)bytes + i, size - i, &c);

        if (length == 0 || (c < ' ' && c != '\n')) {
            return false;
        }
        i += length;
    }
    return true;
}

/* Reads a line without its end. */
static bool
read_line(const char *line, size_t size, mpos_note_signature *out)
{
    size_t space = DASH_SIZE, value_size;
    uint8_t id[4];

    if (size < DASH_SIZE || memcmp(line, dash, DASH_SIZE) != 0) {
        return false;
    }
    while (space < size && line[space] != ' ') {
        space++;
    }
    if (space == size || !mpos_note_name_valid(line + DASH_SIZE, space - DASH_SIZE)) {
        return false;
    }
    out->line = line;
    out->line_size = size;
    out->name = line + DASH_SIZE;
    out->name_size = space - DASH_SIZE;
    out->base64 = line + space + 1;
    out->base64_size = size - space - 1;
    if (mpos_base64_decode(out->base64, out->base64_size, id, sizeof id, &value_size) != MPOS_OK ||
        value_size < 5) {
        return false;
    }
    out->key_id = mpos_get_u32(id);
    out->signature_size = value_size - 4;
    return true;
}

bool
mpos_note_next(const mpos_note *note, size_t *offset, mpos_note_signature *out)
{
    size_t end = *offset;

    while (end < note->lines_size && note->lines[end] != '\n') {
        end++;
    }
    if (end == note->lines_size || !read_line(note->lines + *offset, end - *offset, out)) {
        return false;
    }
    *offset = end + 1;
    return true;
}

mpos_note_fault
mpos_note_parse(const char *bytes, size_t size, mpos_note *out)
{
    size_t split = size, offset = 0;
    mpos_note note = {.text = bytes};
    mpos_note_signature signature;

    if (size > MPOS_NOTE_SIZE_MAX) {
        return MPOS_NOTE_TOO_LONG;
    }
    if (!characters_valid(bytes, size)) {
        return MPOS_NOTE_CHARACTERS;
    }
    while (split >= 2 && (bytes[split - 1] != '\n' || bytes[split - 2] != '\n')) {
        split--;
    }
    /* Behind the split the lines begin; before it stand the text's line end and the blank line. */
    if (split < 2 || split == size || bytes[size - 1] != '\n') {
        return MPOS_NOTE_NO_SIGNATURES;
    }
    note.text_size = split - 1;
    note.lines = bytes + split;
    note.lines_size = size - split;
    while (offset < note.lines_size) {
        if (++note.signature_count > MPOS_NOTE_SIGNATURES_MAX) {
            return MPOS_NOTE_TOO_MANY_SIGNATURES;
        }
        if (!mpos_note_next(&note, &offset, &signature)) {
            return MPOS_NOTE_SIGNATURE_LINE;
        }
    }
    *out = note;
    return MPOS_NOTE_OK;
}

size_t
mpos_cosignature_prefix(uint64_t time_s, char *out)
{
    static const char head[] = "cosignature/v1\ntime ";
    size_t size = sizeof head - 1;

    memcpy(out, head, size);
    size += mpos_whole_format(time_s, out + size);
    out[size++] = '\n';
    return size;
}

size_t
mpos_note_line_format(const char *name, size_t name_size, uint32_t key_id, const uint8_t *signature,
                      size_t signature_size, char *out)
{
    uint8_t value[4 + MPOS_NOTE_SIGNATURE_SIZE_MAX];
    char *at = out;

    mpos_put_u32(value, key_id);
    memcpy(value + 4, signature, signature_size);
    memcpy(at, dash, DASH_SIZE);
    at += DASH_SIZE;
    memcpy(at, name, name_size);
    at += name_size;
    *at++ = ' ';
    at += mpos_base64(value, 4 + signature_size, at);
    *at++ = '\n';
    return (size_t)(at - out);
}
