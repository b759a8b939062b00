#!/bin/bash
# packages.sh - installs the Debian packages that are missing, as root or through sudo; at once done when none is.
#
#   packages.sh           what building and running needs
#   packages.sh test      also what the tests need
#
# Debian's PostgreSQL makes and starts a cluster when it is installed; both are held back while we install and put back.
set -euo pipefail
# shellcheck source=server/run/lib.sh
. "$(dirname "$0")/lib.sh"

# git is not needed by a running system, but docs and CI look at the checkout through it.
WANTED="gcc make libc6-dev pkg-config ca-certificates binutils
    postgresql-$PG_MAJOR postgresql-server-dev-$PG_MAJOR postgresql-client-$PG_MAJOR libpq-dev
    libh2o-evloop-dev libwslay-dev libjansson-dev libcsv-dev libsodium-dev libjwt-dev liboath-dev libcurl4-openssl-dev libssl-dev libzstd-dev zlib1g-dev
    clang lld libclang-rt-14-dev-wasm32 sqitch libdbd-pg-perl openssl curl jq procps"
WANTED_TESTS="postgresql-$PG_MAJOR-pgtap libtap-parser-sourcehandler-pgtap-perl libcmocka-dev chromium valgrind
    fonts-dejavu-core libclang-rt-14-dev git"
NODE_MAJOR_MIN=18

# The packages of a list that are not installed.
missing_of() {
    # dpkg-query fails when it does not know one of them, which is just what is asked.
    { dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true; } | awk '$2 == "installed" {print $1}' |
        LC_ALL=C sort -u | LC_ALL=C comm -13 - <(printf '%s\n' "$@" | LC_ALL=C sort -u)
}

node_is_there() {
    command -v npm >/dev/null && command -v node >/dev/null &&
        [ "$(node -p 'process.versions.node.split(".")[0]')" -ge "$NODE_MAJOR_MIN" ]
}

# Sets what the distribution's scripts would do behind our back; undone by restore_services.
hold_services() {
    local conf=/etc/postgresql-common/createcluster.conf
    HELD=$(mktemp -d)
    as_root mkdir -p /etc/postgresql-common
    if [ -e $conf ]; then
        cp -p $conf "$HELD/createcluster.conf"
        as_root sed -i -E 's/^[# ]*create_main_cluster.*/create_main_cluster = false/' $conf
        grep -q '^create_main_cluster = false' $conf || echo 'create_main_cluster = false' | as_root tee -a $conf >/dev/null
    else
        echo 'create_main_cluster = false' | as_root tee $conf >/dev/null
        touch "$HELD/new"
    fi
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        printf '#!/bin/sh\nexit 101\n' | as_root tee /usr/sbin/policy-rc.d >/dev/null
        as_root chmod 755 /usr/sbin/policy-rc.d
        touch "$HELD/policy"
    fi
    trap restore_services EXIT
}

restore_services() {
    local conf=/etc/postgresql-common/createcluster.conf
    trap - EXIT
    if [ -e "$HELD/createcluster.conf" ]; then
        as_root cp -p "$HELD/createcluster.conf" $conf
    elif [ -e "$HELD/new" ]; then
        # The package would have brought its own, with this line as a comment.
        as_root sed -i -E 's/^create_main_cluster = false/#create_main_cluster = true/' $conf
    fi
    [ ! -e "$HELD/policy" ] || as_root rm -f /usr/sbin/policy-rc.d
    rm -rf "$HELD"
}

apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=60 -o Dpkg::Use-Pty=0 \
        -o Dpkg::Options::=--force-confold -o Acquire::Retries=1 "$@"
}

# apt_step TEXT ARGUMENT...: like step, with the reasons that apt gives.
apt_step() {
    local text=$1 log start=$SECONDS
    shift
    log=$(mktemp)
    printf '  %s ...\n' "$text"
    if apt "$@" >"$log" 2>&1 </dev/null; then
        printf '  %-58s %4d s\n' "$text" $((SECONDS - start))
        rm -f "$log"
        return 0
    fi
    if grep -qE 'Could not get lock|is another process using it' "$log"; then
        fail "another package manager is at work (the dpkg lock is held): wait for it to end, then start again"
    elif grep -qiE 'No space left|enough free space' "$log"; then
        fail "the disk is full: about 2 GB are needed for packages; free some space and start again"
    elif grep -qE "dpkg was interrupted" "$log"; then
        fail "an earlier installation was interrupted: run 'dpkg --configure -a' as root, then start again"
    elif grep -qE 'Could not resolve|Temporary failure|Unable to connect|Failed to fetch|Connection (failed|timed out|refused)|Unable to locate package|Network is unreachable' "$log"; then
        fail "no network: Debian's packages cannot be fetched; connect this machine and start again"
    fi
    tail -n 15 "$log" >&2
    fail "apt-get $1 failed; its last lines are above"
}

command -v dpkg-query >/dev/null || fail "this is not Debian: install the counterparts of these packages yourself: $(xargs <<<"$WANTED")"
[ "${1:-}" != test ] || WANTED="$WANTED $WANTED_TESTS"
# shellcheck disable=SC2086
MISSING=$(missing_of $WANTED | tr '\n' ' ')
node_is_there || MISSING="$MISSING nodejs npm"
MISSING=$(xargs <<<"$MISSING")
[ -n "$MISSING" ] || exit 0
if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    fail "these packages are missing and there is no sudo: as root, run apt-get install -y --no-install-recommends $MISSING"
fi
if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null && [ ! -t 0 ]; then
    fail "sudo asks for a password and there is no terminal: as root, run apt-get install -y --no-install-recommends $MISSING"
fi
say "Installing $(wc -w <<<"$MISSING") Debian packages: $MISSING"
check_space /var
hold_services
apt_step "package lists" update
# shellcheck disable=SC2086
apt_step "packages" install -y --no-install-recommends $MISSING
restore_services
