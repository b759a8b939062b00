#!/bin/bash
# run.sh - everything from a bare machine to a running M_POS with two demo businesses and one sale made.
#
#   run.sh         stay in the foreground with the log; Ctrl-C stops what this run started
#   run.sh once    stop after the sale; exit status 0 when it was made and the books verify
#   run.sh stop    stop what an earlier run left behind
#
# Settings: MPOS_RUN_DIR (.run), MPOS_HTTP_PORT (4104), MPOS_HTTPS_PORT (4143, 0 for none), MPOS_PG_PORT (54104).
set -euo pipefail
# shellcheck source=server/run/lib.sh
. "$(dirname "$0")/lib.sh"
HTTP_PORT=${MPOS_HTTP_PORT:-4104}
HTTPS_PORT=${MPOS_HTTPS_PORT:-4143}
URL=http://localhost:$HTTP_PORT
READY_SECONDS=60
MODE=${1:-foreground}
MPOSD_PID=
KEEPER_PID=
TAIL_PID=
CLUSTER_OURS=false

# Is somebody listening on this TCP port? Read from the kernel, so that no tool is needed.
port_taken() {
    cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port="$(printf ':%04X' "$1")" \
        '$4 == "0A" && substr($2, length($2) - 4) == port {found = 1} END {exit !found}'
}

check_ports() {
    local port name
    for name in MPOS_HTTP_PORT MPOS_HTTPS_PORT; do
        port=$HTTP_PORT
        [ $name = MPOS_HTTP_PORT ] || port=$HTTPS_PORT
        [[ $port =~ ^[0-9]+$ ]] || fail "$name is \"$port\", which is not a port number"
        [ "$port" != 0 ] || continue
        if port_taken "$port"; then
            fail "port $port is taken by another program: stop that one, or choose another port with $name=$((port + 1000)) make run"
        fi
    done
}

# left_pid NAME: the process that an earlier run noted under that name, if it still is that program. The command line is
# what anybody may read of a process of another user.
left_pid() {
    local pid
    pid=$(cat "$RUN/state/$1.pid" 2>/dev/null) || return 1
    tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q "/bin/$2" && echo "$pid"
}

mposd_pid() {
    left_pid mposd mposd
}

signer_pid() {
    left_pid signer mpos-signer
}

# Waits until a process has gone; after the graceful time it is killed.
end_process() {
    local pid=$1 tries=0
    kill -TERM "$pid" 2>/dev/null || sudo -n kill -TERM "$pid" 2>/dev/null || return 0
    while [ -d "/proc/$pid" ] && ! grep -q '^State:.Z' "/proc/$pid/status" 2>/dev/null; do
        tries=$((tries + 1))
        [ $tries -lt 150 ] || kill -KILL "$pid" 2>/dev/null || sudo -n kill -KILL "$pid" 2>/dev/null || true
        sleep 0.1
    done
}

stop_ours() {
    local pid
    trap - EXIT INT TERM HUP
    [ -z "$TAIL_PID" ] || kill "$TAIL_PID" 2>/dev/null || true
    if [ -n "$MPOSD_PID" ]; then
        end_process "$MPOSD_PID"
        as_service rm -f "$RUN/state/mposd.pid"
    fi
    if [ -n "$KEEPER_PID" ]; then
        kill "$KEEPER_PID" 2>/dev/null || true
        ! pid=$(signer_pid) || end_process "$pid"
        as_service rm -f "$RUN/state/signer.pid"
    fi
    ! $CLUSTER_OURS || "$ROOT/server/run/cluster.sh" stop
}

stop_left_behind() {
    local pid
    [ -e "$RUN_LINK" ] || { say "Nothing runs here."; return; }
    RUN=$(readlink -f "$RUN_LINK")
    if pid=$(mposd_pid); then
        end_process "$pid"
        as_service rm -f "$RUN/state/mposd.pid"
        say "mposd stopped."
    fi
    if pid=$(signer_pid); then
        end_process "$pid"
        as_service rm -f "$RUN/state/signer.pid"
        say "Signer stopped."
    fi
    "$ROOT/server/run/cluster.sh" stop
    say "PostgreSQL stopped. The data stay in $RUN."
}

start_cluster() {
    local env
    make_run_dir
    locate
    as_service "$PG_BIN/pg_ctl" -D "$RUN/pg" status >/dev/null 2>&1 || CLUSTER_OURS=true
    step "private PostgreSQL cluster, migrations" "$ROOT/server/run/cluster.sh" start
    step "certificates" "$ROOT/server/run/certs.sh"
    env=$("$ROOT/server/run/cluster.sh" env)
    while IFS='=' read -r name value; do
        export "$name=$value"
    done <<<"$env"
}

provision() {
    local have
    have=$("$ROOT/build/bin/mpos" tenant list | cut -f1)
    grep -qx demo-cafe <<<"$have" || step "demo café" "$ROOT/build/bin/mpos" tenant create --template cafe --demo
    grep -qx demo-shop <<<"$have" || step "demo shop, 5,000 items" "$ROOT/build/bin/mpos" tenant create --template shop --demo
}

# Sets PROGRAMS to where the service user can read them: build/, or a copy beside the data.
place_programs() {
    PROGRAMS=$ROOT/build
    # What a tablet has to trust can be fetched from the server.
    cp "$RUN/tls/ca.pem" "$ROOT/build/web/ca.crt"
    if ! reachable "$ROOT/build/bin/mposd"; then
        PROGRAMS=$RUN/app
        rm -rf "$PROGRAMS"
        mkdir -p "$PROGRAMS"
        cp -R "$ROOT/build/bin" "$ROOT/build/web" "$PROGRAMS"
        chmod -R a+rX "$PROGRAMS"
    fi
}

start_signer() {
    : | as_service tee -a "$RUN/log/signer.log" >/dev/null
    MPOS_SIGNER_BIN=$PROGRAMS/bin/mpos-signer step "signer: user, key, memory" "$ROOT/server/run/signer.sh" init
    # Sales go on without it, so nobody would miss it soon: one that dies is started again.
    keep note_signer signer >>"$RUN/log/signer.log" 2>&1 </dev/null &
    KEEPER_PID=$!
}

# Its own session, like mposd's; the script becomes the signer.
signer() {
    MPOS_SIGNER_BIN=$PROGRAMS/bin/mpos-signer exec setsid "$ROOT/server/run/signer.sh" exec run
}

note_signer() {
    printf '%s\n' "$1" | as_service tee "$RUN/state/signer.pid" >/dev/null
}

start_mposd() {
    : | as_service tee -a "$RUN/log/mposd.log" >/dev/null
    # Its own session: Ctrl-C is for this script, which stops it gracefully. exec keeps the process id.
    MPOS_HTTP_PORT=$HTTP_PORT MPOS_HTTPS_PORT=$HTTPS_PORT MPOS_WEB_DIR=$PROGRAMS/web as_service_session \
        "$PROGRAMS/bin/mposd" >>"$RUN/log/mposd.log" 2>&1 </dev/null &
    MPOSD_PID=$!
    printf '%s\n' "$MPOSD_PID" | as_service tee "$RUN/state/mposd.pid" >/dev/null
    wait_ready
}

as_service_session() {
    cd /
    if [ "$(id -u)" = 0 ]; then
        HOME=$RUN exec setsid setpriv --reuid="$SERVICE_USER" --regid="$SERVICE_USER" --init-groups -- "$@"
    fi
    exec setsid "$@"
}

wait_ready() {
    local end=$((SECONDS + READY_SECONDS))
    until curl -fsS --max-time 2 "$URL/readyz" >/dev/null 2>&1; do
        if ! kill -0 "$MPOSD_PID" 2>/dev/null || [ $SECONDS -ge $end ]; then
            tail -n 10 "$RUN/log/mposd.log" | jq -rR -f "$ROOT/server/run/logs.jq" >&2
            fail "mposd does not get ready; the end of $RUN/log/mposd.log is above"
        fi
        sleep 0.05
    done
}

first_sale() {
    say ""
    say "A sale in the demo café, through the public API:"
    say ""
    "$ROOT/server/run/sale.sh" "$URL"
    say ""
    say "The books, recomputed by mpos verify:"
    "$ROOT/build/bin/mpos" verify | sed 's/^/    /'
}

addresses() {
    local address
    address=$(hostname -I 2>/dev/null | awk '{print $1}')
    say ""
    say "Pages (PINs: manager 101/1234, cashier 102/2345, kitchen 103/3456)"
    say "    register  $URL/register/?tenant=demo-cafe&outlet=main&register=R1"
    say "    kitchen   $URL/kitchen/?tenant=demo-cafe&outlet=main&register=K1"
    say "    shop      $URL/register/?tenant=demo-shop&outlet=main&register=R1"
    if [ "$HTTPS_PORT" != 0 ]; then
        say "On a tablet   https://${address:-$(hostname)}:$HTTPS_PORT/register/?tenant=demo-cafe&outlet=main&register=R2"
        say "    once: open http://${address:-$(hostname)}:$HTTP_PORT/ca.crt there and trust it as a certificate authority"
        say "    (docs/how-to/trust-the-certificate.md; offline work in a browser needs HTTPS or localhost)"
    fi
    say "Database      psql \"$MPOS_DB_ADMIN\""
    say "    an analyst's login, one business, read only: MPOS_DB_ADMIN=\"$MPOS_DB_ADMIN\" build/bin/mpos analyst create reports --tenant demo-cafe"
}

follow() {
    say ""
    say "Up after $SECONDS seconds. The log follows; Ctrl-C stops."
    tail -q -n 0 -F "$RUN/log/mposd.log" "$RUN/log/signer.log" 2>/dev/null > >(jq --unbuffered -rR -f "$ROOT/server/run/logs.jq") &
    TAIL_PID=$!
    wait "$MPOSD_PID" || true
    MPOSD_PID=
}

run() {
    local pid
    if [ -e "$RUN_LINK" ]; then
        RUN=$(readlink -f "$RUN_LINK")
        ! pid=$(mposd_pid) || fail "M_POS already runs here (process $pid): make stop ends it"
    fi
    check_ports
    "$ROOT/server/run/packages.sh"
    ensure_service_user
    say "Building"
    make --no-print-directory -C "$ROOT" build
    say "Starting"
    trap stop_ours EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    start_cluster
    provision
    place_programs
    start_signer
    start_mposd
    first_sale
    if [ "$MODE" = once ]; then
        say ""
        say "Done in $SECONDS seconds; stopping."
        return
    fi
    addresses
    trap 'say ""; say "Stopping."; exit 0' INT TERM HUP
    follow
    say "mposd has ended."
}

case $MODE in
foreground | once) run ;;
stop) stop_left_behind ;;
*) fail "usage: run.sh [once | stop]" ;;
esac
