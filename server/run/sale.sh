#!/bin/bash
# sale.sh URL - one sale in the demo café through the public API: sign in, place the order with its payment, read the
# receipt. Prints the receipt and its journal entry, then waits until a signed checkpoint covers it; the exit status tells.
# docs/tutorial walks through the same calls.
set -euo pipefail
# shellcheck source=server/run/lib.sh
. "$(dirname "$0")/lib.sh"
URL=$1

# api METHOD PATH [BODY]: prints the answer; on a problem its code and title, and ends.
api() {
    local answer status headers=(-H 'Content-Type: application/json')
    [ -z "${TOKEN:-}" ] || headers+=(-H "Authorization: Bearer $TOKEN")
    [ "$1" != POST ] || headers+=(-H "Idempotency-Key: $(cat /proc/sys/kernel/random/uuid)")
    answer=$(curl -sS --max-time 20 -X "$1" "${headers[@]}" ${3:+--data "$3"} -w '\n%{http_code}' "$URL$2") ||
        fail "no answer from $URL$2"
    status=${answer##*$'\n'}
    answer=${answer%$'\n'*}
    [[ $status == 2* ]] || fail "$1 $2 was refused with $status: $(jq -r '"\(.code): \(.detail // .title)"' <<<"$answer" 2>/dev/null || echo "$answer")"
    printf '%s' "$answer"
}

TOKEN=$(api POST /v1/auth/pin '{"tenant":"demo-cafe","outlet":"main","staff":"101","pin":"1234"}' | jq -re .token)
# The manifest names the chunks that were published.
CATALOGUE=$(api GET /v1/catalogue | jq -re '.menu.hash, .items[].hash' | while read -r HASH; do api GET "/v1/published/$HASH"; done |
    jq -cs 'reduce .[] as $part ({}; . + $part + {items: (.items + ($part.items // []))})')
# A regular cappuccino with oat milk and a piece of cheesecake, paid with ten.
ORDER=$(jq -ce '
    def item($code): .items[] | select(.code == $code);
    def choice($group; $name): .groups[] | select(.name == $group) | .modifiers[] | select(.name == $name);
    choice("Size"; "Regular") as $size | choice("Milk"; "Oat") as $oat
    | item("cappuccino") as $coffee | item("cheesecake") as $cake
    | ($coffee.price + $size.price + $oat.price + $cake.price) as $total
    | {channel: "counter", send: true,
       lines: [{item_id: $coffee.id, qty: "1", modifiers: [{modifier_id: $size.id}, {modifier_id: $oat.id}]},
               {item_id: $cake.id, qty: "1"}],
       payments: [{tender: "cash", amount: $total, tendered: 1000}]}' <<<"$CATALOGUE")
PLACED=$(api POST /v1/orders "$ORDER")
RECEIPT=$(api GET "/v1/orders/$(jq -re .order.id <<<"$PLACED")/receipt")
[ "$(jq -r '.order.payment_state' <<<"$RECEIPT")" = paid ] || fail "the order was placed but is not paid"
jq -re '.text[] | "    " + .' <<<"$RECEIPT"
jq -re '"\nJournal \(.journal.id), entry \(.journal.seq)\nLeaf    \(.journal.leaf)"' <<<"$RECEIPT"

# The signer looks several times a second; asking for the proof asks for the checkpoint too.
JOURNAL=$(jq -re .journal.id <<<"$RECEIPT")
PROOF=
for ((TRY = 0; TRY < 200; TRY++)); do
    PROOF=$(curl -fsS --max-time 5 "$URL/v1/journals/$JOURNAL/proof?seq=$(jq -re .journal.seq <<<"$RECEIPT")" 2>/dev/null) && break
    sleep 0.1
done
[ -n "$PROOF" ] || fail "no signed checkpoint covers the sale after 20 s: see signer.log in the run directory"
# The checkpoint ends the proof: origin, size, root, an empty line and the signatures.
awk -v RS= 'NR == 2' <<<"$PROOF" |
    awk 'NR == 1 {print "Signed  " $0} NR == 2 {printf "        %s entries", $0} NR == 3 {print ", root " $0}'
