/* proof.c - the header Mpos-Device as parameters. */
#include "api/proof.h"

#include "auth/device_proof.h"

static h2o_iovec_t
proof_of(const api_exchange *exchange)
{
    const h2o_req_t *req = exchange->http.req;

    return req != NULL ? http_request_header(req, "mpos-device") : h2o_iovec_init(NULL, 0);
}

bool
api_has_proof(const api_exchange *exchange)
{
    return proof_of(exchange).base != NULL;
}

void
api_proof_params(const api_exchange *exchange, text_buf *params)
{
    const h2o_req_t *req = exchange->http.req;
    h2o_iovec_t proof = proof_of(exchange);
    text_buf request = {0};

    if (proof.base == NULL) {
        return;
    }
    device_proof_request(&request, req->method.base, req->method.len, req->path.base, req->path.len,
                         req->entity.base, req->entity.len);
    text_addf(params, "%s\"proof\":", params->data[params->len - 1] == '{' ? "" : ",");
    text_add_json(params, proof.base, proof.len < DEVICE_PROOF_MAX ? proof.len : DEVICE_PROOF_MAX);
    text_add_z(params, ",\"request\":");
    text_add_json(params, request.data, request.len);
    text_free(&request);
}
