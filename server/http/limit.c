/* limit.c - taking from quotas and telling what is left. */
#include "http/limit.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "http/client.h"
#include "http/limit_table.h"

#define POLICY_SIZE 192

static const settings *the_settings;
static char policies[LIMIT_CLASSES][POLICY_SIZE];

static void
write_policy(limit_class class, char out[POLICY_SIZE])
{
    size_t len = 0;

    for (int i = 0; i < LIMIT_SUBJECTS; i++) {
        const limit_quota *quota = &the_settings->limits.quotas[class][i];

        if (quota->count > 0) {
            len += (size_t)snprintf(out + len, POLICY_SIZE - len, "%s\"%s.%s\";q=%u;w=%u",
                                    len > 0 ? ", " : "", limit_class_text(class),
                                    limit_subject_text((limit_subject)i), quota->count, quota->window_s);
        }
    }
}

void
http_limit_init(const settings *settings)
{
    the_settings = settings;
    limit_table_init();
    for (int class = 0; class < LIMIT_CLASSES; class ++) {
        write_policy((limit_class) class, policies[class]);
    }
}

/* Of several quotas the answer names the one with the smallest part left. */
static void
note(http_exchange *exchange, limit_subject subject, const limit_quota *quota, const limit_outcome *outcome)
{
    http_left *left = &exchange->left;

    if (left->count == 0 || !outcome->allowed ||
        (uint64_t)outcome->left * left->count < (uint64_t)left->left * quota->count) {
        *left = (http_left){subject, quota->count, outcome->left, outcome->full_s};
    }
}

static mpos_err
take(http_exchange *exchange, limit_subject subject, const uint8_t identity[UUID_SIZE], int64_t now_ns)
{
    limit_class class = exchange->route->rate;
    const limit_quota *quota = &the_settings->limits.quotas[class][subject];
    limit_outcome outcome;

    if (quota->count == 0) {
        return MPOS_OK;
    }
    outcome = limit_table_take(class, subject, identity, quota, now_ns);
    note(exchange, subject, quota, &outcome);
    if (outcome.allowed) {
        return MPOS_OK;
    }
    exchange->retry_after_s = outcome.retry_s;
    metrics_add(exchange->worker->metrics, METRIC_RATE_LIMITED, 1);
    return MPOS_E_RATE_LIMITED;
}

mpos_err
http_limit_address(http_exchange *exchange)
{
    uint8_t address[ADDRESS_SIZE];

    if (the_settings->limits.quotas[exchange->route->rate][LIMIT_IP].count == 0) {
        return MPOS_OK;
    }
    http_client_address(exchange->req, address);
    address_cut(address);
    return take(exchange, LIMIT_IP, address, clock_elapsed_ns());
}

mpos_err
http_limit_caller(http_exchange *exchange, const uint8_t tenant[UUID_SIZE], const uint8_t actor[UUID_SIZE])
{
    int64_t now_ns = clock_elapsed_ns();
    mpos_err err = take(exchange, LIMIT_ACTOR, actor, now_ns);

    return err == MPOS_OK ? take(exchange, LIMIT_TENANT, tenant, now_ns) : err;
}

void
http_limit_tell(http_exchange *exchange)
{
    const http_left *left = &exchange->left;
    limit_class class = exchange->route->rate;
    char text[96];
    int len;

    if (left->count == 0) {
        return;
    }
    len = snprintf(text, sizeof text, "\"%s.%s\";r=%u;t=%u", limit_class_text(class),
                   limit_subject_text(left->subject), left->left, left->full_s);
    http_header(exchange, "ratelimit-policy", policies[class], strlen(policies[class]));
    http_header(exchange, "ratelimit", text, (size_t)len);
}
