#!/bin/bash
# cluster.sh - the private PostgreSQL cluster of a run directory; used by `make run` and by the tests.
#
#   cluster.sh start          make what is missing, install the extension, start, migrate; does nothing that is done already
#   cluster.sh stop           stop it (data kept)
#   cluster.sh up             start the postmaster only (after a crash)
#   cluster.sh restore FILE   a new cluster with the database of a pg_dump archive, where there is none yet
#   cluster.sh env            print the environment for psql and the mpos tool, one NAME=value a line
#
# Settings: MPOS_RUN_DIR, MPOS_PG_PORT (names the socket; no TCP port is opened), PG_CONFIG, and for tests
# MPOS_PG_SETTINGS, lines appended to the configuration. No other cluster is ever touched.
set -euo pipefail
# shellcheck source=server/run/lib.sh
. "$(dirname "$0")/lib.sh"
locate

# A postmaster killed with -9 whose parent has not collected it yet still has a process number, but does not run.
running() {
    local pid
    as_service "$PG_BIN/pg_ctl" -D "$RUN/pg" status >/dev/null 2>&1 || return 1
    pid=$(as_service head -n 1 "$RUN/pg/postmaster.pid" 2>/dev/null) || return 1
    ! grep -q '^State:[[:space:]]*Z' "/proc/$pid/status" 2>/dev/null
}

init_data() {
    [ ! -s "$RUN/pg/PG_VERSION" ] || return 0
    check_space "$RUN"
    # Left by an initdb that did not finish.
    as_service rm -rf "$RUN/pg"
    as_service "$PG_BIN/initdb" -D "$RUN/pg" -U postgres --pwfile="$RUN/secrets/owner.password" -A scram-sha-256 -E UTF8 --locale=C.UTF-8 -k --no-instructions >"$RUN/log/initdb.log"
}

check_version() {
    local have
    have=$(cat "$RUN/pg/PG_VERSION")
    [ "$have" = "$("$PG_CONFIG" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')" ] ||
        fail "the data in $RUN/pg belong to PostgreSQL $have: install that version or move the directory away"
}

write_settings() {
    as_service tee "$RUN/pg/mpos.conf" >/dev/null <<CONF
port = $PG_PORT
listen_addresses = ''
unix_socket_directories = '$SOCK'
# The signer has a user of its own. Everybody needs a password (scram), and no other user knows one.
unix_socket_permissions = 0777
shared_preload_libraries = 'mpos'
mpos.context_key_file = '$RUN/secrets/context.key'
mpos.database = 'mpos'
mpos.pii_key_file = '$RUN/secrets/pii.key'
max_connections = 120
shared_buffers = 256MB
max_wal_size = 2GB
random_page_cost = 1.1
jit = off
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_line_prefix = '%m [%p] %u '
log_timezone = 'UTC'
timezone = 'UTC'
${MPOS_PG_SETTINGS:-}
CONF
    as_service sh -c 'grep -q "^include = .mpos.conf" "$1" || printf "include = '\''mpos.conf'\''\n" >> "$1"' _ "$RUN/pg/postgresql.conf"
    as_service sh -c 'printf "local all all scram-sha-256\n" > "$1"' _ "$RUN/pg/pg_hba.conf"
}

# Installs the built extension when it differs from what PostgreSQL has. Sets EXTENSION_SUM and EXTENSION_CHANGED.
install_extension() {
    local lib share version
    lib=$("$PG_CONFIG" --pkglibdir) share=$("$PG_CONFIG" --sharedir)/extension
    version=$(sed -n "s/^default_version *= *'\(.*\)'/\1/p" "$ROOT/extension/mpos.control")
    [ -s "$ROOT/build/extension/mpos.so" ] || fail "the extension is not built: run make build"
    EXTENSION_SUM=$(cat "$ROOT/build/extension/mpos.so" "$ROOT/build/extension/mpos--$version.sql" | sha256sum | cut -c1-64)
    if ! cmp -s "$ROOT/build/extension/mpos.so" "$lib/mpos.so" ||
        ! cmp -s "$ROOT/build/extension/mpos--$version.sql" "$share/mpos--$version.sql" ||
        ! cmp -s "$ROOT/extension/mpos.control" "$share/mpos.control"; then
        make_install "$lib"
    fi
    EXTENSION_CHANGED=false
    [ "$(cat "$RUN/state/extension" 2>/dev/null)" = "$EXTENSION_SUM" ] || EXTENSION_CHANGED=true
}

make_install() {
    local command=(make --no-print-directory -C "$ROOT/extension" "PG_CONFIG=$PG_CONFIG" install)
    if [ -w "$1" ]; then
        "${command[@]}" >/dev/null
    else
        as_root "${command[@]}" >/dev/null ||
            fail "the extension cannot be installed into $1: run 'make -C extension install' as root once, or install sudo"
    fi
}

# Backends that outlive a postmaster killed with -9 hold its shared memory until they notice, a moment later; its lock file
# counts until its parent has collected it.
start_postmaster() {
    local tries=0 size
    while :; do
        size=$(stat -c %s "$RUN/log/postgres.log" 2>/dev/null || echo 0)
        ! as_service "$PG_BIN/pg_ctl" -D "$RUN/pg" -l "$RUN/log/postgres.log" -w -t 120 -s start 2>/dev/null || return 0
        tries=$((tries + 1))
        [ $tries -lt 100 ] || return 1
        tail -c +$((size + 1)) "$RUN/log/postgres.log" | grep -Eq 'pre-existing shared memory block|lock file "postmaster.pid" already exists' || return 1
        sleep 0.1
    done
}

up() {
    as_service mkdir -p "$SOCK"
    as_service chmod 711 "$SOCK"
    if ! start_postmaster; then
        tail -n 8 "$RUN/log/postgres.log" >&2
        if grep -q 'No space left' <(tail -n 20 "$RUN/log/postgres.log"); then
            fail "PostgreSQL cannot start because the disk is full: free some space at $RUN and start again"
        fi
        fail "PostgreSQL does not start; the end of $RUN/log/postgres.log is above"
    fi
}

# Checksum of everything the schema is made from.
schema_sum() {
    (cd "$ROOT" && find migrations extension/mpos.control $([ ! -d sql ] || echo sql) -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-64)
}

migrate() {
    local sum
    sum=$(schema_sum)
    [ "$(cat "$RUN/state/schema" 2>/dev/null)" != "$sum" ] || return 0
    has_database || "$PG_BIN/createdb" -T template0 mpos
    (cd "$ROOT/migrations" && SQITCH_FULLNAME=M_POS SQITCH_EMAIL=mpos@localhost \
        sqitch --quiet deploy --client "$PG_BIN/psql" db:pg: >/dev/null)
    "$PG_BIN/psql" -Xq -v ON_ERROR_STOP=1 -c 'ALTER EXTENSION mpos UPDATE' 2>&1 | grep -v 'is already installed' || true
    if [ -f "$ROOT/sql/apply.sql" ]; then
        (cd "$ROOT/sql" && "$PG_BIN/psql" -Xq -v ON_ERROR_STOP=1 -f apply.sql)
    fi
    "$PG_BIN/psql" -Xq -v ON_ERROR_STOP=1 <<SQL
-- Whatever the operator has the log say, it does not say these.
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_duration = off;
SET log_min_error_statement = 'panic';
\\set password \`cat "$RUN/secrets/app.password"\`
ALTER ROLE mpos_app PASSWORD :'password';
\\set password \`cat "$RUN/secrets/signer.password"\`
ALTER ROLE mpos_signer PASSWORD :'password';
SQL
    printf '%s\n' "$sum" | as_service tee "$RUN/state/schema" >/dev/null
}

# Everything up to a running postmaster.
make_cluster() {
    ensure_service_user
    make_run_dir
    locate
    "$ROOT/server/run/secrets.sh"
    init_data
    check_version
    write_settings
    alone "$("$PG_CONFIG" --pkglibdir)" install_extension
    export_admin
    if running && $EXTENSION_CHANGED; then
        stop
    fi
    running || up
}

start() {
    make_cluster
    migrate
    printf '%s\n' "$EXTENSION_SUM" | as_service tee "$RUN/state/extension" >/dev/null
}

has_database() {
    "$PG_BIN/psql" -XAtq -d postgres -c "SELECT 1 FROM pg_database WHERE datname = 'mpos'" | grep -q 1
}

# Migrating afterwards sets the passwords of the roles, and brings an older dump up to date. The books notice by themselves
# that another cluster goes on with them.
restore() {
    [ -r "$1" ] || fail "cannot read the archive $1"
    make_cluster
    ! has_database || fail "there is a database already: stop everything and move $RUN/pg away, then restore"
    "$PG_BIN/psql" -Xq -v ON_ERROR_STOP=1 -d postgres -f "$ROOT/migrations/deploy/roles.sql"
    "$PG_BIN/createdb" -T template0 mpos
    if ! "$PG_BIN/pg_restore" --exit-on-error --single-transaction -d mpos "$1"; then
        "$PG_BIN/dropdb" --force mpos
        fail "the archive $1 could not be restored; the reason is above"
    fi
    rm -f "$RUN/state/schema"
    migrate
    printf '%s\n' "$EXTENSION_SUM" | as_service tee "$RUN/state/extension" >/dev/null
}

stop() {
    ! running || as_service "$PG_BIN/pg_ctl" -D "$RUN/pg" -m "${1:-fast}" -w -s stop || ! running
}

print_env() {
    export_admin
    printf '%s=%s\n' PGHOST "$PGHOST" PGPORT "$PGPORT" PGUSER "$PGUSER" PGDATABASE "$PGDATABASE" PGPASSFILE "$PGPASSFILE" \
        MPOS_DB_ADMIN "$MPOS_DB_ADMIN" \
        MPOS_DB "host=$SOCK port=$PG_PORT user=mpos_app dbname=mpos passfile=$RUN/secrets/app.pgpass" \
        MPOS_CONTEXT_KEY_FILE "$RUN/secrets/context.key" MPOS_TOKEN_KEY_FILE "$RUN/secrets/token-key.pem" MPOS_SEAL_KEY_FILE "$RUN/secrets/seal.key" \
        MPOS_TLS_CERT "$RUN/tls/server.pem" MPOS_TLS_KEY "$RUN/tls/server.key" MPOS_RUN_REAL "$RUN"
}

case ${1:-} in
start) start ;;
stop) stop "${2:-}" ;;
up) export_admin && { running || up; } ;;
restore) restore "${2:?an archive of pg_dump}" ;;
env) print_env ;;
*) fail "usage: cluster.sh start | stop [fast|immediate] | up | restore FILE | env" ;;
esac
