/* files.c - static files through libh2o's handler, with the headers of a page. */
#include "http/files.h"

#include <string.h>

#include "http/exchange.h"

#define HASHED_CACHE "public, max-age=31536000, immutable"
#define PAGE_CACHE "no-cache"
/* WebAssembly needs its own permission; nothing is loaded from elsewhere, nothing embeds the pages. */
#define CONTENT_POLICY                                                                                       \
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data:; connect-src 'self'; "   \
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"

/* The camera reads barcodes, the screen stays on; the rest of what a browser could give is not used. */
#define PERMISSIONS                                                                                          \
    "accelerometer=(), camera=(self), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), "   \
    "microphone=(), payment=(), screen-wake-lock=(self)"

void
http_files_register(h2o_pathconf_t *path, const char *web_dir)
{
    h2o_mimemap_t *types = h2o_mimemap_create();

    h2o_mimemap_define_mimetype(types, "wasm", "application/wasm", NULL);
    h2o_mimemap_define_mimetype(types, "mjs", "text/javascript", NULL);
    h2o_mimemap_define_mimetype(types, "js", "text/javascript", NULL);
    h2o_mimemap_define_mimetype(types, "webmanifest", "application/manifest+json", NULL);
    h2o_mimemap_define_mimetype(types, "svg", "image/svg+xml", NULL);
    h2o_mimemap_define_mimetype(types, "woff2", "font/woff2", NULL);
    h2o_file_register(path, web_dir, h2o_file_default_index_files, types, H2O_FILE_FLAG_SEND_COMPRESSED);
    h2o_mem_release_shared(types);
}

static bool
contains(h2o_iovec_t path, const char *part)
{
    return h2o_strstr(path.base, path.len, part, strlen(part)) != SIZE_MAX;
}

static void
add(h2o_req_t *req, const char *name, const char *value)
{
    h2o_add_header_by_str(&req->pool, &req->res.headers, name, strlen(name), 1, NULL, value, strlen(value));
}

static void
add_request_id(h2o_req_t *req)
{
    uint8_t id[UUID_SIZE];
    char text[UUID_TEXT_SIZE];

    http_request_id(req, id);
    text_uuid(id, text);
    add(req, "x-request-id", h2o_strdup(&req->pool, text, sizeof text).base);
}

bool
http_files_prepare(h2o_req_t *req)
{
    h2o_iovec_t path = req->path_normalized;
    bool hashed = contains(path, "/assets/") || contains(path, "/core/");

    if (memchr(path.base, '\0', path.len) != NULL || contains(path, "/.") || contains(path, "\\")) {
        return false;
    }
    add(req, "cache-control", hashed ? HASHED_CACHE : PAGE_CACHE);
    add(req, "x-content-type-options", "nosniff");
    add(req, "referrer-policy", "no-referrer");
    add(req, "cross-origin-opener-policy", "same-origin");
    add(req, "cross-origin-resource-policy", "same-origin");
    add(req, "x-frame-options", "DENY");
    add(req, "permissions-policy", PERMISSIONS);
    add_request_id(req);
    add(req, "content-security-policy", CONTENT_POLICY); /* a worker's is that of its own file */
    return true;
}
