#!/usr/bin/env bash
# Builds the app as `make run` starts it. tauri.conf.json names no devUrl, so that a plain cargo build
# embeds ui/dist and needs no server beside it.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

build_ui
say "Building the app (the first time takes some minutes)"
cargo build --locked --workspace --bins
