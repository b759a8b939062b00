#!/bin/bash
# certs.sh - HTTPS for a local network: a certificate authority of this run directory, made once, and a server
# certificate for localhost, this host's names and its addresses, made again when these change or it runs out.
# Browsers allow offline storage and installing only over HTTPS or on localhost, so tablets need it.
set -euo pipefail
# shellcheck source=server/run/lib.sh
. "$(dirname "$0")/lib.sh"
locate
CA_DAYS=3650
# The longest that browsers accept.
SERVER_DAYS=397
RENEW_SECONDS=$((14 * 86400))
TLS=$RUN/tls
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
umask 077

keep() {
    # shellcheck disable=SC2016
    as_service sh -c 'cat > "$1.new" && chmod "$2" "$1.new" && mv "$1.new" "$1"' keep "$TLS/$1" "$2" <"$WORK/$1"
}

new_key() {
    openssl ecparam -genkey -noout -name prime256v1 | openssl pkcs8 -topk8 -nocrypt -out "$1"
}

make_ca() {
    new_key "$WORK/ca.key"
    openssl req -x509 -new -key "$WORK/ca.key" -sha256 -days $CA_DAYS -out "$WORK/ca.pem" \
        -subj "/O=M_POS/CN=M_POS on $(hostname) $(openssl rand -hex 3)" \
        -addext 'basicConstraints=critical,CA:TRUE,pathlen:0' -addext 'keyUsage=critical,keyCertSign,cRLSign'
    keep ca.key 600
    keep ca.pem 644
}

names() {
    local host address
    host=$(hostname)
    printf 'DNS:localhost,DNS:%s,DNS:%s.local,IP:127.0.0.1,IP:::1' "$host" "${host%%.*}"
    for address in $(hostname -I 2>/dev/null); do
        printf ',IP:%s' "$address"
    done
}

make_server() {
    new_key "$WORK/server.key"
    openssl req -new -key "$WORK/server.key" -subj "/O=M_POS/CN=$(hostname | cut -c1-60)" -out "$WORK/request" \
        -addext "subjectAltName=$1" -addext 'basicConstraints=critical,CA:FALSE' \
        -addext 'keyUsage=critical,digitalSignature' -addext 'extendedKeyUsage=serverAuth'
    openssl x509 -req -in "$WORK/request" -CA "$TLS/ca.pem" -CAkey "$TLS/ca.key" -sha256 -days $SERVER_DAYS \
        -set_serial "0x$(openssl rand -hex 16)" -copy_extensions copy -out "$WORK/server.pem" 2>/dev/null
    # Devices want the chain.
    cat "$TLS/ca.pem" >>"$WORK/server.pem"
    keep server.key 600
    keep server.pem 644
    printf '%s\n' "$1" >"$WORK/names"
    keep names 644
}

NAMES=$(names)
if [ ! -s "$TLS/ca.pem" ] || [ ! -s "$TLS/ca.key" ]; then
    make_ca
fi
if [ "$(cat "$TLS/names" 2>/dev/null)" != "$NAMES" ] ||
    ! openssl verify -CAfile "$TLS/ca.pem" "$TLS/server.pem" >/dev/null 2>&1 ||
    ! openssl x509 -in "$TLS/server.pem" -noout -checkend $RENEW_SECONDS >/dev/null 2>&1; then
    make_server "$NAMES"
fi
