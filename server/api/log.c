/*
 * log.c - the public side of a journal: checkpoint, tiles, bundles of entry headers and proofs, as any reader of C2SP
 * tlog-tiles expects them. Words: log (an epoch of a journal), tile, bundle.
 *
 * Nobody has to say who they are: there are hashes, numbers and times in them, no payloads. Asked for under a zero tenant,
 * so that no right of anybody is involved.
 */
#include "api/call.h"

#include <string.h>

#include "checkpoint.h"
#include "context.h"
#include "http/input.h"
#include "tile.h"

#define TEXT_TYPE "text/plain; charset=utf-8"
#define BYTES_TYPE "application/octet-stream"
/* The bytes of a full tile never change; a partial one may be gone once its full one is there. */
#define KEPT_FULL "public, max-age=31536000, immutable"
#define KEPT_PARTIAL "public, max-age=60"

static const char *
kept_for(const route_match *match)
{
    const h2o_iovec_t *last = &match->values[match->count - 1];

    if (!h2o_memis(match->names[match->count - 1], match->name_lens[match->count - 1],
                   H2O_STRLIT("tile_path"))) {
        return "no-cache";
    }
    return h2o_strstr(last->base, last->len, H2O_STRLIT(".p/")) == SIZE_MAX ? KEPT_FULL : KEPT_PARTIAL;
}

static void
on_reply(api_exchange *exchange, mpos_err err, const api_reply *reply, const char *field, const char *detail,
         const char *sqlstate)
{
    bool bytes;

    (void)sqlstate;
    if (err != MPOS_OK) {
        api_call_refused(exchange, err, field, detail);
        return;
    }
    bytes = reply->entries.len > 0;
    api_call_answer_bytes(exchange, reply, bytes ? BYTES_TYPE : TEXT_TYPE, kept_for(&exchange->match),
                          bytes ? reply->entries : reply->body);
}

static void
add_param(text_buf *params, const char *name, const char *value)
{
    text_addf(params, "%s\"%s\":\"%s\"", params->data[params->len - 1] == '{' ? "" : ",", name, value);
}

static void
add_number(text_buf *params, const char *name, uint64_t value)
{
    char text[21] = {0};

    mpos_whole_format(value, text);
    add_param(params, name, text);
}

/* The parts of a tile's address; only the one valid spelling is an address. */
static mpos_err
add_tile(h2o_iovec_t path, text_buf *params, const char **operation)
{
    char text[MPOS_TILE_PATH_MAX] = "tile/";
    size_t len = strlen(text);
    mpos_tile_id id;

    if (path.len >= sizeof text - len) {
        return MPOS_E_ROUTE_NOT_FOUND;
    }
    memcpy(text + len, path.base, path.len);
    if (mpos_tile_parse(text, len + path.len, &id) != MPOS_OK) {
        return MPOS_E_ROUTE_NOT_FOUND;
    }
    *operation = id.level == MPOS_TILE_ENTRIES ? "journal.bundle" : "journal.tile";
    if (id.level != MPOS_TILE_ENTRIES) {
        add_number(params, "level", (uint64_t)id.level);
    }
    add_number(params, "n", id.index);
    add_number(params, "width", id.width);
    return MPOS_OK;
}

/* Path parameters of the address; an id or number in another spelling names nothing. */
static mpos_err
add_path(const route_match *match, text_buf *params, const char **operation)
{
    char id_text[UUID_TEXT_SIZE];
    uint8_t id[UUID_SIZE];
    uint64_t epoch;

    if (!text_parse_uuid(match->values[0].base, match->values[0].len, id)) {
        return MPOS_E_NOT_FOUND;
    }
    text_uuid(id, id_text);
    add_param(params, "journal_id", id_text);
    for (size_t i = 1; i < match->count; i++) {
        h2o_iovec_t value = match->values[i];

        if (h2o_memis(match->names[i], match->name_lens[i], H2O_STRLIT("tile_path"))) {
            return add_tile(value, params, operation);
        }
        if (mpos_whole_parse(value.base, value.len, &epoch) != MPOS_OK || epoch > INT32_MAX) {
            return MPOS_E_NOT_FOUND;
        }
        add_number(params, "epoch", epoch);
    }
    return MPOS_OK;
}

/* The path is not given to http_read_params, which decodes it: here the spelling matters. */
static mpos_err
read_params(const api_exchange *exchange, text_buf *params, const char **operation, http_refusal *refusal)
{
    route_match query = exchange->match;
    mpos_err err;

    query.count = 0;
    err = http_read_params(&query, exchange->http.req, params, refusal);
    if (err != MPOS_OK) {
        return err;
    }
    params->len -= 1; /* its closing brace */
    err = add_path(&exchange->match, params, operation);
    text_add_z(params, "}");
    return err;
}

void
api_log(api_exchange *exchange)
{
    http_refusal refusal = {0};
    text_buf params = {0};
    api_request request = {
        .operation = exchange->http.route->operation,
        .scope = MPOS_SCOPE_AUTH, /* of the server itself; the claims are zero */
        .lane = exchange->http.route->slow ? DB_SLOW : DB_FAST,
        .repeatable = true,
        .unpublished = true,
    };
    mpos_err err = read_params(exchange, &params, &request.operation, &refusal);

    if (err == MPOS_OK) {
        request.params = params.data;
        request.params_len = params.len;
        api_call(exchange, &request, on_reply);
    } else {
        http_problem(&exchange->http, err, refusal.field, refusal.detail);
    }
    text_free(&params);
}
