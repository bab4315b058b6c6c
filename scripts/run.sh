#!/usr/bin/env bash
# Builds the app and starts it. Without a display it shows the same app in a virtual one.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

scripts/build-app.sh
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  say "Starting ChapFood Notifications, with its hub on http://127.0.0.1:8001"
  exec target/debug/chapfood-notifications --no-questions
fi

say "This machine has no display: running the app in a virtual one, with a sample order"
scripts/bootstrap.sh test
scripts/demo.sh
say "The pictures are in target/demo/"
