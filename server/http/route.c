/* route.c - matching an address with the generated table. Some thirty routes: a walk is shorter than a tree. */
#include "http/route.h"

#include <stdio.h>
#include <string.h>

static size_t
segment(const char *at, const char *end)
{
    const char *slash = memchr(at, '/', (size_t)(end - at));

    return (size_t)((slash != NULL ? slash : end) - at);
}

/* Fills the path parameters when the template fits. */
static bool
fits(const char *template, h2o_iovec_t path, route_match *out)
{
    const char *at = path.base;
    const char *end = path.base + path.len;
    const char *template_end = template + strlen(template);

    out->count = 0;
    while (template <template_end &&at < end) {
        size_t want = segment(++template, template_end);
        size_t have = segment(++at, end);

        if (*template == '{') {
            bool rest = template[want - 2] == '*';

            if (have == 0 || out->count == ROUTE_PARAMS_MAX) {
                return false;
            }
            have = rest ? (size_t)(end - at) : have;
            out->names[out->count] = template + 1;
            out->name_lens[out->count] = want - 2 - rest;
            out->values[out->count++] = h2o_iovec_init(at, have);
        } else if (want != have || memcmp(template, at, want) != 0) {
            return false;
        }
        template += want;
        at += have;
    }
    return template == template_end && at == end;
}

static void
add_allowed(char allow[64], const char *method)
{
    size_t len = strlen(allow);

    snprintf(allow + len, 64 - len, "%s%s", len > 0 ? ", " : "", method);
}

void
route_find(h2o_iovec_t method, h2o_iovec_t path, route_match *out)
{
    route_match tried = {0};

    *out = (route_match){0};
    if (path.len == 0 || path.base[0] != '/') {
        return;
    }
    for (size_t i = 0; i < routes_count; i++) {
        bool head =
            h2o_memis(method.base, method.len, H2O_STRLIT("HEAD")) && strcmp(routes[i].method, "GET") == 0;

        if (!fits(routes[i].path, path, &tried)) {
            continue;
        }
        add_allowed(tried.allow, routes[i].method);
        tried.known_path = true;
        if (out->route == NULL) {
            *out = tried;
            if (head || h2o_memis(method.base, method.len, routes[i].method, strlen(routes[i].method))) {
                out->route = &routes[i];
            }
        }
    }
    memcpy(out->allow, tried.allow, sizeof out->allow);
}
