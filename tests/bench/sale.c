/* sale.c - see sale.h. */
#include "sale.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/rand.h>
#include <openssl/sha.h>

static const char core_hash[] = "0000000000000000000000000000000000000000000000000000000000000000";

static void
hex(const uint8_t *bytes, size_t length, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < length; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * length] = 0;
}

/* Reads hex digits, passing over dashes; 0 on success. */
static int
unhex(const char *text, uint8_t *out, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned byte;
        if (*text == '-')
            text++;
        if (sscanf(text, "%2x", &byte) != 1)
            return -1;
        out[i] = (uint8_t)byte;
        text += 2;
    }
    return *text == 0 ? 0 : -1;
}

static void
uuid7(char out[37])
{
    uint8_t bytes[16];
    char digits[33];
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    RAND_bytes(bytes, sizeof bytes);
    for (int i = 0; i < 6; i++)
        bytes[i] = (uint8_t)(ms >> (40 - 8 * i));
    bytes[6] = (uint8_t)(0x70 | (bytes[6] & 15));
    bytes[8] = (uint8_t)(0x80 | (bytes[8] & 63));
    hex(bytes, sizeof bytes, digits);
    snprintf(out, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", digits, digits + 8, digits + 12, digits + 16, digits + 20);
}

static int
till_parse(const char *line, till *out)
{
    char tenant[37], outlet[37], actor[37], session[37], hash[65];
    memset(out, 0, sizeof *out);
    int fields =
        sscanf(line, "%2047s %36s %36s %36s %36s %36s %u %lld %lld %64s %lld %36s %36s %36s %lld", out->token,
               tenant, outlet, actor, out->device, session, &out->context.rights_version, &out->gen,
               &out->seq, hash, &out->receipt, out->item[0], out->item[1], out->item[2], &out->total);
    if (fields != 15)
        return -1;
    mpos_context *context = &out->context;
    return unhex(tenant, context->tenant, 16) | unhex(outlet, context->outlet, 16) |
           unhex(actor, context->actor, 16) | unhex(out->device, context->device, 16) |
           unhex(session, context->session, 16) | unhex(hash, out->hash, 32);
}

int
tills_read(const char *path, till **out)
{
    char line[4096];
    int count = 0;
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        perror(path);
        return -1;
    }
    *out = NULL;
    while (fgets(line, sizeof line, file) != NULL) {
        *out = realloc(*out, (size_t)(count + 1) * sizeof **out);
        if (*out == NULL || till_parse(line, &(*out)[count]) != 0) {
            fprintf(stderr, "%s: line %d is not a till\n", path, count + 1);
            fclose(file);
            return -1;
        }
        count++;
    }
    fclose(file);
    return count;
}

/* The sale itself: what OrderPlace of openapi.yaml asks for. */
static int
order_text(const till *at, const char *id, long long receipt, char *out, size_t size)
{
    char number[48] = "";
    if (receipt > 0)
        snprintf(number, sizeof number, "\"receipt_n\":%lld,", receipt);
    return snprintf(
        out, size,
        "{\"id\":\"%s\",%s\"lines\":[{\"item_id\":\"%s\",\"qty\":\"1\"},{\"item_id\":\"%s\",\"qty\":\"1\"},"
        "{\"item_id\":\"%s\",\"qty\":\"1\"}],\"payments\":[{\"tender\":\"cash\",\"amount\":%lld}]}",
        id, number, at->item[0], at->item[1], at->item[2], at->total);
}

/* Appends text to out as the inside of a JSON string; only quotes occur in it. */
static size_t
quoted(const char *text, char *out)
{
    char *end = out;
    for (; *text; text++) {
        if (*text == '"')
            *end++ = '\\';
        *end++ = *text;
    }
    return (size_t)(end - out);
}

static void
make_push(const till *at, sale *out)
{
    char order[1024], id[37], operation_id[37], prev[65], op[2048], moment[32];
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(moment, sizeof moment, "%Y-%m-%dT%H:%M:%S", &utc);
    uuid7(id);
    uuid7(operation_id);
    hex(at->hash, 32, prev);
    order_text(at, id, at->receipt + 1, order, sizeof order);
    int length =
        snprintf(op, sizeof op,
                 "{\"v\":1,\"id\":\"%s\",\"dev\":\"%s\",\"gen\":%lld,\"seq\":%lld,\"prev\":\"%s\","
                 "\"t\":\"sale.commit\",\"ts\":\"%s.%06ldZ\",\"core\":\"%s\",\"root\":\"%s\",\"b\":%s}",
                 operation_id, at->device, at->gen, at->seq + 1, prev, moment, now.tv_nsec / 1000, core_hash,
                 id, order);
    SHA256_CTX digest;
    SHA256_Init(&digest);
    SHA256_Update(&digest, at->hash, 32);
    SHA256_Update(&digest, op, (size_t)length);
    SHA256_Final(out->hash, &digest);
    int head = snprintf(out->body, sizeof out->body,
                        "{\"dev\":\"%s\",\"gen\":%lld,\"first\":%lld,\"count\":1,\"ops\":[{\"s\":\"",
                        at->device, at->gen, at->seq + 1);
    out->body_length = (size_t)head + quoted(op, out->body + head);
    memcpy(out->body + out->body_length, "\"}]}", 5);
    out->body_length += 4;
}

void
sale_make(const till *at, sale_form form, sale *out)
{
    uuid7(out->key);
    if (form == SALE_PUSH) {
        make_push(at, out);
        return;
    }
    char id[37];
    uuid7(id);
    out->body_length = (size_t)order_text(at, id, 0, out->body, sizeof out->body);
}

void
sale_done(till *at, sale_form form, const sale *done)
{
    if (form != SALE_PUSH)
        return;
    at->seq++;
    at->receipt++;
    memcpy(at->hash, done->hash, 32);
}
