#!/bin/bash
# signer.sh - the signer of a run directory: its user, its folder, its process; used by `make run` and by the tests.
#
#   signer.sh init          make what is missing: user, folder, password file, key and memory
#   signer.sh exec ARGS     become mpos-signer ARGS, as its user (run, rotate, vkey, accept ...)
#
# Started by root, or by somebody whom sudo asks no password, the signer has a user of its own, so that neither the server
# nor the database can read the key; else it shares the starter's. Settings: those of cluster.sh, MPOS_SIGNER_BIN (the
# program), MPOS_WITNESSES (see docs/how-to/add-a-witness.md).
set -euo pipefail
# shellcheck source=server/run/lib.sh
. "$(dirname "$0")/lib.sh"
locate
SIGNER_DIR=$RUN/signer
PROGRAM=${MPOS_SIGNER_BIN:-$ROOT/build/bin/mpos-signer}

# Sets HOW to root, sudo or self: how to become the signer's user. A folder that is there decides.
choose_user() {
    HOW=self
    if [ "$(id -u)" = 0 ]; then
        HOW=root
    elif [ -d "$SIGNER_DIR" ]; then
        [ "$(stat -c %U "$SIGNER_DIR")" != "$SIGNER_USER" ] || HOW=sudo
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null && ensure_user "$SIGNER_USER" sudo -n &&
        sudo -n -u "$SIGNER_USER" test -x "$RUN" && sudo -n -u "$SIGNER_USER" test -x "$PROGRAM"; then
        HOW=sudo
    fi
}

as_signer() {
    case $HOW in
    root) (cd / && HOME=$SIGNER_DIR exec setpriv --reuid="$SIGNER_USER" --regid="$SIGNER_USER" --clear-groups -- "$@") ;;
    sudo) sudo -n -u "$SIGNER_USER" -- "$@" ;;
    self) "$@" ;;
    esac
}

make_folder() {
    case $HOW in
    root) ensure_user "$SIGNER_USER" && install -d -m 700 -o "$SIGNER_USER" -g "$SIGNER_USER" "$SIGNER_DIR" ;;
    sudo) sudo -n install -d -m 700 -o "$SIGNER_USER" -g "$SIGNER_USER" "$SIGNER_DIR" ;;
    self) install -d -m 700 "$SIGNER_DIR" ;;
    esac
}

init() {
    make_folder
    as_service cat "$RUN/secrets/signer.password" | sed 's/^/*:*:*:mpos_signer:/' |
        as_signer sh -c 'umask 077; cat > "$1.new" && mv "$1.new" "$1"' put "$SIGNER_DIR/pgpass"
    as_signer test -s "$SIGNER_DIR/signing.key" || as_signer env MPOS_SIGNER_DIR="$SIGNER_DIR" "$PROGRAM" init
}

# The environment is emptied: nothing of the starter's belongs to the process with the key.
exec_signer() {
    local settings=(PATH=/usr/bin:/bin MPOS_SIGNER_DIR="$SIGNER_DIR"
        MPOS_SIGNER_DB="host=$SOCK port=$PG_PORT user=mpos_signer dbname=mpos passfile=$SIGNER_DIR/pgpass"
        ${MPOS_SIGNER_NAME:+MPOS_SIGNER_NAME="$MPOS_SIGNER_NAME"} ${MPOS_WITNESSES:+MPOS_WITNESSES="$MPOS_WITNESSES"}
        ${MPOS_LOG_LEVEL:+MPOS_LOG_LEVEL="$MPOS_LOG_LEVEL"})
    cd /
    case $HOW in
    root) exec env -i "${settings[@]}" setpriv --reuid="$SIGNER_USER" --regid="$SIGNER_USER" --clear-groups -- "$PROGRAM" "$@" ;;
    sudo) exec sudo -n -u "$SIGNER_USER" -- env -i "${settings[@]}" "$PROGRAM" "$@" ;;
    self) exec env -i "${settings[@]}" "$PROGRAM" "$@" ;;
    esac
}

choose_user
case ${1:-} in
init) init ;;
exec) shift && exec_signer "$@" ;;
*) fail "usage: signer.sh init | exec ARGUMENTS" ;;
esac
