/* pin.c - see pin.h. */
#include "api/pin.h"

#include <stdio.h>
#include <string.h>

#define PIN_MIN 4
#define PIN_MAX 12

static mpos_err
check_pin(const json_t *body, const json_t *pin)
{
    if (body == NULL) {
        return MPOS_E_MALFORMED_JSON;
    }
    if (!json_is_object(body) || (pin != NULL && !json_is_string(pin))) {
        return MPOS_E_WRONG_TYPE;
    }
    if (pin == NULL) {
        return MPOS_E_MISSING_FIELD;
    }
    return json_string_length(pin) < PIN_MIN || json_string_length(pin) > PIN_MAX ? MPOS_E_OUT_OF_RANGE
                                                                                  : MPOS_OK;
}

json_t *
api_pin_take(h2o_iovec_t bytes, password_check *check, mpos_err *err, http_refusal *refusal)
{
    json_t *body = json_loadb(bytes.base, bytes.len, JSON_REJECT_DUPLICATES, NULL);
    const json_t *pin = json_object_get(body, "pin");

    *err = check_pin(body, pin);
    if (*err != MPOS_OK) {
        if (json_is_object(body)) {
            snprintf(refusal->field, sizeof refusal->field, "/pin");
        }
        json_decref(body);
        return NULL;
    }
    check->pin_len = json_string_length(pin);
    memcpy(check->pin, json_string_value(pin), check->pin_len);
    (void)json_object_del(body, "pin");
    return body;
}

bool
api_check(api_exchange *exchange, password_check *check)
{
    http_hold(&exchange->http);
    if (!password_submit(exchange->http.worker->passwords, check)) {
        http_problem(&exchange->http, MPOS_E_OVERLOADED, NULL, NULL);
        http_release(&exchange->http);
        return false;
    }
    return true;
}
