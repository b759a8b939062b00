# lib.sh - what the scripts of this folder share: places, who runs the services, how a step is shown and how it fails.
# Sourced by bash scripts after `set -euo pipefail`. Words: run directory (everything a started stack owns), service user.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
RUN_LINK=${MPOS_RUN_DIR:-$ROOT/.run}
case $RUN_LINK in /*) ;; *) RUN_LINK=$PWD/$RUN_LINK ;; esac
PG_PORT=${MPOS_PG_PORT:-54104}
PG_MAJOR=15
# PostgreSQL refuses to run as root; nothing else may run as it either.
SERVICE_USER=mposrun
# Holds the key that signs the books; nobody else can read it.
SIGNER_USER=mpos-signer
SPACE_KB_MIN=1048576

# One line on standard error and the end: what is wrong, then the remedy.
fail() {
    printf 'mpos: %s\n' "$*" >&2
    exit 1
}

say() {
    printf '%s\n' "$*"
}

# Why a step's log says that it failed, with the remedy; nothing when no known reason is found.
known_reason() {
    local place=$ROOT
    [ ! -e "$RUN_LINK" ] || place=$(readlink -f "$RUN_LINK")
    # A script below has already said it in one line.
    if tail -n 1 "$1" | grep -q '^mpos: '; then
        tail -n 1 "$1" | cut -c7-
    elif grep -qiE 'no space left on device|ENOSPC' "$1"; then
        echo "the disk is full: free some space at $(df -Ph "$ROOT" "$place" | awk 'NR > 1 {print $6 " (" $4 " left)"}' | sort -u | paste -sd' ') and start again; what was sold is safe"
    elif grep -qE 'EAI_AGAIN|ENOTFOUND|ENETUNREACH|ECONNREFUSED|Temporary failure resolving|Could not connect to' "$1"; then
        echo "no network: packages cannot be fetched; connect this machine and start again (what is built is kept)"
    elif grep -qE 'SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER_CERT|unable to get local issuer' "$1"; then
        echo "npm does not trust the network's certificate: set NODE_EXTRA_CA_CERTS to your CA file and start again"
    fi
}

# step TEXT COMMAND...: runs it quietly, prints one line with its time; on failure the reason or the end of its output.
step() {
    local text=$1 log start=$SECONDS status=0 reason
    shift
    log=$(mktemp)
    [ -t 1 ] && printf '  %s ...\r' "$text"
    "$@" >"$log" 2>&1 </dev/null || status=$?
    if [ "$status" = 0 ]; then
        printf '  %-58s %4d s\n' "$text" $((SECONDS - start))
        rm -f "$log"
        return 0
    fi
    printf '  %-58s failed\n' "$text"
    reason=$(known_reason "$log")
    [ -n "$reason" ] || tail -n 25 "$log" >&2
    rm -f "$log"
    fail "${reason:-$text failed; the reason is above}"
}

# keep NOTE COMMAND...: runs it, and when it dies once more, after a second, then two and so on up to 32; returns when it has ended
# well. NOTE is called with each process id.
keep() {
    local note=$1 pause=1 pid status
    shift
    while :; do
        "$@" &
        pid=$!
        "$note" "$pid"
        status=0
        wait "$pid" || status=$?
        [ $status != 0 ] || return 0
        say "$1 ended with $status and is started again in $pause s"
        sleep "$pause"
        pause=$((pause < 32 ? pause * 2 : 32))
    done
}

# Runs a command as the service user (root only; anybody else runs it as themselves), from a directory it can reach.
as_service() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && HOME=$RUN exec setpriv --reuid="$SERVICE_USER" --regid="$SERVICE_USER" --init-groups -- "$@")
    else
        "$@"
    fi
}

# Runs a command as root; fails with a remedy when that is not possible.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo -- "$@"
    else
        return 126
    fi
}

# alone DIR COMMAND...: runs it while nobody else who asks for the same directory does. Stacks of several tests start at once,
# and `install` and `useradd` fail when another of their kind is half way.
alone() {
    local lock status
    exec {lock}<"$1"
    flock "$lock"
    shift
    "$@"
    status=$?
    exec {lock}<&-
    return $status
}

# ensure_user NAME [COMMAND...]: a system user who cannot log in; the command becomes root.
ensure_user() {
    local name=$1
    shift
    id "$name" >/dev/null 2>&1 || alone /etc add_user "$name" "$@"
}

add_user() {
    local name=$1
    shift
    id "$name" >/dev/null 2>&1 ||
        "$@" useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$name"
}

ensure_service_user() {
    [ "$(id -u)" = 0 ] || return 0
    ensure_user "$SERVICE_USER"
}

# Short stable name of this run directory, for what has to live elsewhere.
run_name() {
    printf 'mpos-%s' "$(printf '%s' "$RUN_LINK" | cksum | cut -d' ' -f1)"
}

# Can the service user reach this directory?
reachable() {
    as_service test -x "$1" 2>/dev/null
}

# Makes the run directory. Under a home that the service user cannot enter (root's, usually) it becomes a link to one
# below /var/lib.
make_run_dir() {
    local parent real
    if [ ! -e "$RUN_LINK" ]; then
        rm -f "$RUN_LINK"
        parent=$(dirname "$RUN_LINK")
        mkdir -p "$parent"
        if RUN=/ reachable "$parent"; then
            mkdir -p "$RUN_LINK"
        else
            real=/var/lib/$(run_name)
            mkdir -p "$real"
            ln -s "$real" "$RUN_LINK"
        fi
    fi
    RUN=$(readlink -f "$RUN_LINK")
    [ "$(id -u)" != 0 ] || chown "$SERVICE_USER:" "$RUN"
    as_service mkdir -p "$RUN/log" "$RUN/secrets" "$RUN/tls" "$RUN/state"
    as_service chmod 700 "$RUN/secrets" "$RUN/state"
}

# Sets RUN, SOCK and the PostgreSQL programs for an existing or future run directory.
locate() {
    RUN=$RUN_LINK
    [ ! -e "$RUN_LINK" ] || RUN=$(readlink -f "$RUN_LINK")
    SOCK=$RUN/sock
    # A socket's path has 107 bytes at most.
    [ ${#SOCK} -le 80 ] || SOCK=/tmp/$(run_name)
    PG_CONFIG=${PG_CONFIG:-/usr/lib/postgresql/$PG_MAJOR/bin/pg_config}
    [ -x "$PG_CONFIG" ] ||
        fail "PostgreSQL $PG_MAJOR is missing: run server/run/packages.sh, or set PG_CONFIG to its pg_config"
    PG_BIN=$("$PG_CONFIG" --bindir)
    [ -x "$PG_BIN/initdb" ] ||
        fail "the PostgreSQL server is missing under $PG_BIN: run server/run/packages.sh (package postgresql-$PG_MAJOR)"
}

# Connection of the superuser for psql, sqitch and the mpos tool.
export_admin() {
    export PGHOST=$SOCK PGPORT=$PG_PORT PGUSER=postgres PGDATABASE=mpos PGPASSFILE=$RUN/secrets/pgpass
    export MPOS_DB_ADMIN="host=$SOCK port=$PG_PORT user=postgres dbname=mpos passfile=$RUN/secrets/pgpass"
}

check_space() {
    local free
    free=$(df -Pk "$1" | awk 'NR == 2 {print $4}')
    [ "$free" -ge "$SPACE_KB_MIN" ] ||
        fail "the disk is nearly full: $((free / 1024)) MiB left at $1, 1024 MiB are needed; free some space and start again"
}
