#!/bin/bash
# step.sh TEXT COMMAND...: one line of progress for one quiet command; the Makefile's way to lib.sh.
set -euo pipefail
# shellcheck source=server/run/lib.sh
. "$(dirname "$0")/lib.sh"
step "$@"
