#!/bin/bash
# secrets.sh - makes what is missing in the run directory's secrets: the context key that only server and extension
# share, the key that wraps the keys of personal data, the key that signs tokens, the key that seals second factors, and the passwords of the database roles. Nothing that exists is replaced.
set -euo pipefail
# shellcheck source=server/run/lib.sh
. "$(dirname "$0")/lib.sh"
locate
umask 077

# Writes standard input to a file of the service user, all or nothing.
put() {
    # shellcheck disable=SC2016
    as_service sh -c 'umask 077; cat > "$1.new" && mv "$1.new" "$1"' put "$RUN/secrets/$1"
}

missing() {
    [ ! -s "$RUN/secrets/$1" ]
}

! missing context.key || openssl rand -hex 32 | put context.key
! missing seal.key || openssl rand -hex 32 | put seal.key
! missing pii.key || openssl rand -hex 32 | put pii.key
! missing token-key.pem || openssl ecparam -genkey -noout -name prime256v1 | openssl pkcs8 -topk8 -nocrypt | put token-key.pem
! missing owner.password || openssl rand -hex 24 | put owner.password
! missing app.password || openssl rand -hex 24 | put app.password
! missing signer.password || openssl rand -hex 24 | put signer.password
! missing pgpass || printf '*:*:*:postgres:%s\n' "$(cat "$RUN/secrets/owner.password")" | put pgpass
! missing app.pgpass || printf '*:*:*:mpos_app:%s\n' "$(cat "$RUN/secrets/app.password")" | put app.pgpass
