/*
 * pack_tables.c - makes the coding tables that stand before the text of a dictionary (pack_dictionary.c). Run by hand, once for
 * a dictionary; the result is checked in, because data packed with it must stay readable. Words: sample, literal.
 *
 *     cc -I extension/core -o build/pack_tables server/gen/pack_tables.c extension/core/pack_dictionary.c -lzstd
 *     psql -XAtc "SELECT encode(mpos.unpack(packed), 'hex') FROM journal.entry" mpos | build/pack_tables payload 3
 *     psql -XAtc "SELECT encode(mpos.unpack(answer), 'hex') FROM pos.idempotency" mpos | build/pack_tables answer 4
 *
 * zstd's own tables have a code for every byte. Then the compressor writes literals as one stream, which is slow to read; a
 * table that lacks one byte makes it write four, which a processor reads at the same time. The byte that is lacking here never
 * occurs in UTF-8.
 */
#define ZDICT_STATIC_LINKING_ONLY
#define ZSTD_STATIC_LINKING_ONLY
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zdict.h>
#include <zstd.h>

#include "pack_dictionary.h"

enum {
    LEVEL = 3,
    LACKING = 0xC1,
    SAMPLE_MAX = 4096, /* larger ones are not what the tables are for */
    SAMPLES_MAX = 20000,
    DICTIONARY_MAX = 65536,
    LITERALS = 100000, /* fits one block */
    HEAD_SIZE = 8,     /* magic and id of a dictionary */
};

typedef struct samples {
    unsigned char *bytes;
    size_t sizes[SAMPLES_MAX];
    unsigned count;
    size_t size;
} samples;

static size_t
must(size_t result)
{
    if (ZSTD_isError(result)) {
        fprintf(stderr, "%s\n", ZSTD_getErrorName(result));
        exit(1);
    }
    return result;
}

static void
read_samples(samples *all)
{
    static char line[2 * SAMPLE_MAX + 2];

    all->bytes = malloc((size_t)SAMPLES_MAX * SAMPLE_MAX);
    while (all->count < SAMPLES_MAX && fgets(line, sizeof line, stdin) != NULL) {
        size_t digits = strcspn(line, "\n");

        if (line[digits] != '\n') { /* too long: its rest is no sample either */
            while (fgets(line, sizeof line, stdin) != NULL && strchr(line, '\n') == NULL) {
            }
            continue;
        }
        for (size_t i = 0; i < digits / 2; i++) {
            sscanf(line + i * 2, "%2hhx", &all->bytes[all->size + i]);
        }
        all->sizes[all->count++] = digits / 2;
        all->size += digits / 2;
    }
}

/* How often each byte is left over when everything that repeats is taken out. */
static void
count_literals(const samples *all, const char *text, size_t text_size, size_t counts[256])
{
    static ZSTD_Sequence sequences[SAMPLE_MAX];
    ZSTD_CCtx *packer = ZSTD_createCCtx();
    ZSTD_CDict *dictionary = ZSTD_createCDict(text, text_size, LEVEL);
    const unsigned char *at = all->bytes;

    must(ZSTD_CCtx_refCDict(packer, dictionary));
    for (unsigned i = 0; i < all->count; i++) {
        size_t found = must(ZSTD_generateSequences(packer, sequences, SAMPLE_MAX, at, all->sizes[i]));

        for (size_t n = 0; n < found; n++) {
            for (unsigned k = 0; k < sequences[n].litLength; k++) {
                counts[at[k]]++;
            }
            at += sequences[n].litLength + sequences[n].matchLength;
        }
    }
    ZSTD_freeCDict(dictionary);
    ZSTD_freeCCtx(packer);
}

static void
shuffle(unsigned char *bytes, size_t size)
{
    uint64_t state = 1;

    for (size_t i = size - 1; i > 0; i--) {
        size_t other;
        unsigned char byte = bytes[i];

        state = state * 6364136223846793005U + 1442695040888963407U;
        other = (size_t)(state >> 33) % (i + 1);
        bytes[i] = bytes[other];
        bytes[other] = byte;
    }
}

/* Bytes in the shares of the literals, in no order, so that a block of them is nothing but literals. Every byte occurs but one. */
static size_t
mix(const size_t counts[256], unsigned char *out)
{
    size_t total = 0, size = 0;

    for (int byte = 0; byte < 256; byte++) {
        total += counts[byte];
    }
    for (int byte = 0; byte < 256; byte++) {
        size_t least = byte >= ' ' && byte < 0x7F ? 6 : 3, share = counts[byte] * LITERALS / total;

        share = byte == LACKING ? 0 : share > least ? share : least;
        memset(out + size, byte, share);
        size += share;
    }
    shuffle(out, size);
    return size;
}

/* Size of the description of a Huffman table (RFC 8878, 4.2.1). */
static size_t
table_size(const unsigned char *table)
{
    return table[0] < 128 ? table[0] + 1U : (table[0] - 127U + 1) / 2 + 1;
}

/* The table that zstd makes for these literals, out of a block of them. */
static const unsigned char *
literal_table(const size_t counts[256], unsigned char *out, size_t out_size)
{
    static unsigned char literals[2 * LITERALS];
    size_t size = mix(counts, literals);
    ZSTD_CCtx *packer = ZSTD_createCCtx();
    ZSTD_frameHeader header;
    const unsigned char *section;

    must(ZSTD_CCtx_setParameter(packer, ZSTD_c_compressionLevel, 1));
    must(ZSTD_CCtx_setParameter(packer, ZSTD_c_minMatch, 7));
    size = must(ZSTD_compress2(packer, out, out_size, literals, size));
    must(ZSTD_getFrameHeader(&header, out, size));
    section = out + header.headerSize + 3;
    if ((section[0] & 3) != 2) {
        fprintf(stderr, "the literals have no table\n");
        exit(1);
    }
    ZSTD_freeCCtx(packer);
    return section + ((section[0] >> 2 & 3) == 3 ? 5 : (section[0] >> 2 & 3) == 2 ? 4 : 3);
}

static void
print(const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        printf("\\x%02x", bytes[i]);
    }
}

int
main(int argc, char **argv)
{
    static samples all;
    static unsigned char dictionary[DICTIONARY_MAX], block[4 * LITERALS];
    size_t counts[256] = {0}, size, tables, old;
    const unsigned char *table;
    const char *text;
    size_t text_size;

    if (argc != 3) {
        fprintf(stderr, "usage: pack_tables payload|answer ID <samples in hex\n");
        return 2;
    }
    text = mpos_pack_dictionary(
        strcmp(argv[1], "payload") == 0 ? MPOS_PACK_PAYLOAD_TEXT : MPOS_PACK_ANSWER_TEXT, &text_size);
    read_samples(&all);
    count_literals(&all, text, text_size, counts);
    size = must(ZDICT_finalizeDictionary(
        dictionary, sizeof dictionary, text, text_size, all.bytes, all.sizes, all.count,
        (ZDICT_params_t){.compressionLevel = LEVEL, .dictID = (unsigned)atoi(argv[2])}));
    tables = must(ZDICT_getDictHeaderSize(dictionary, size));
    old = HEAD_SIZE + table_size(dictionary + HEAD_SIZE);
    table = literal_table(counts, block, sizeof block);
    print(dictionary, HEAD_SIZE);
    print(table, table_size(table));
    print(dictionary + old, tables - old);
    putchar('\n');
    return 0;
}
