#!/bin/bash
# prepared.sh TENANT... - prints the path of a stopped run directory with the schema and the demo tenants of those templates.
# It is made at the first call for a build and copied by everybody who starts a stack: to make one takes ten times as long.
set -euo pipefail
# shellcheck source=server/run/lib.sh
. "$(dirname "$0")/../../server/run/lib.sh"
STORE=$ROOT/build/tests/prepared

# Of everything that a run directory is made from. Who needs no tenants may not have built what makes them.
build_sum() {
    local there=() one
    {
        printf '%s\n' "${PG_CONFIG:-}" "$(id -u)"
        cd "$ROOT"
        for one in build/extension/mpos.so build/extension/mpos--*.sql build/bin/mpos build/tenants; do
            [ ! -e "$one" ] || there+=("$one")
        done
        find "${there[@]}" extension/mpos.control migrations sql server/run -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
    } | sha256sum | cut -c1-16
}

clean_up() {
    env "${SETTINGS[@]}" "$ROOT/server/run/cluster.sh" stop immediate >/dev/null 2>&1 || true
    rm -rf "$FOLDER"
}

make_one() {
    local place=$1 words
    shift
    [ ! -d "$place" ] || return 0
    # Those of other builds are of no use any more.
    find "$STORE" -mindepth 1 -maxdepth 1 ! -name "$SUM-*" -exec rm -rf {} +
    FOLDER=$(mktemp -d)
    SETTINGS=(MPOS_RUN_DIR="$FOLDER/run" MPOS_PG_PORT=54104 MPOS_PG_SETTINGS=)
    trap clean_up EXIT
    chmod 711 "$FOLDER"
    env "${SETTINGS[@]}" "$ROOT/server/run/cluster.sh" start >&2
    mapfile -t words < <(env "${SETTINGS[@]}" "$ROOT/server/run/cluster.sh" env)
    for tenant; do
        env "${words[@]}" "$ROOT/build/bin/mpos" tenant create --template "$tenant" --slug "demo-$tenant" --demo >&2
    done
    env "${SETTINGS[@]}" "$ROOT/server/run/cluster.sh" stop >&2
    find "$FOLDER/run/log" -type f -delete
    cp -a "$FOLDER/run" "$place.new"
    mv "$place.new" "$place"
    rm -rf "$FOLDER"
    trap - EXIT
}

mkdir -p "$STORE"
SUM=$(build_sum)
PLACE=$STORE/$SUM-$(printf '%s-' none "$@")
alone "$STORE" make_one "$PLACE" "$@"
printf '%s\n' "$PLACE"
