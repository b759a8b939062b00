#!/bin/bash
# tool-reference.sh - prints docs/reference/mpos.md from the help of the built tool.
set -euo pipefail
MPOS=$(cd "$(dirname "$0")/../.." && pwd)/build/bin/mpos
cat <<'TEXT'
# The mpos tool

The help of each command, as `mpos COMMAND --help` prints it (this page is generated: `make reference`). Exit status: 0 in order,
1 findings or unpaid orders, 2 wrong command line, 3 could not do its work. `MPOS_DB_ADMIN` holds the connection when `--db` does not.
TEXT
for command in tenant analyst catalogue licence key verify log proof note simulate version; do
    printf '\n## mpos %s\n\n```\n' "$command"
    "$MPOS" "$command" --help
    printf '```\n'
done
