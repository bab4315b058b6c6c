#!/usr/bin/env bash
# Every test, cheapest first, stopping at the first step that fails. `test.sh quick`: without those that
# start programs. Each step has a deadline, so that nothing hangs for ever.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

which=${1:?"say which: all or quick"}
started=$SECONDS
summary=()
# No test may depend on a terminal, on the person's desktop or on their language.
exec </dev/null
export CARGO_TERM_PROGRESS_WHEN=never CHAPFOOD_BIN="$root/target/debug/chapfood"

# step MINUTES WORDS COMMAND...
step() {
  local minutes=$1 words=$2 begun=$SECONDS status=0
  shift 2
  say "$words"
  timeout --kill-after=10s "${minutes}m" "$@" || status=$?
  if [ "$status" -eq 124 ]; then stop "FAILED: $words (not done after $minutes minutes)"; fi
  if [ "$status" -ne 0 ]; then stop "FAILED: $words (exit code $status)"; fi
  summary+=("$(printf '%4d s  %s' $((SECONDS - begun)) "$words")")
}

rust_tests() {
  if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --locked --workspace --no-fail-fast
  else
    cargo test --locked --workspace --quiet
  fi
}

# A test of the station writes the UI's types anew from the Rust ones: if that changes a file, what was
# committed was not current.
contract_digest() { find ui/src/host/contract -type f -exec sha256sum {} + | sort | sha256sum; }

rust_tests_and_contract() {
  local before after
  before=$(contract_digest)
  rust_tests
  after=$(contract_digest)
  [ "$before" = "$after" ] || stop "ui/src/host/contract was not current. The tests have just written it anew: commit it."
}

python_tests() {
  target/python/bin/python -W error::ResourceWarning -m unittest discover --start-directory tests/stock --pattern 'test_*.py' --verbose
}

# `timeout` runs programs, not functions.
export -f build_ui rust_tests contract_digest rust_tests_and_contract python_tests say stop

step 1 "Layout: who may use what" scripts/check-architecture.py
step 1 "Formatting" cargo fmt --all --check
step 1 "Formatting of the fuzz targets" cargo fmt --manifest-path fuzz/Cargo.toml --check
step 1 "UI: formatting" npm --prefix ui run --silent lint
step 3 "UI: build" bash -euo pipefail -c build_ui
step 5 "UI: types" npm --prefix ui run --silent check
step 5 "UI: unit tests" npm --prefix ui run --silent test
step 15 "Lints (clippy)" cargo clippy --locked --workspace --all-targets --quiet -- -D warnings
if command -v cargo-deny >/dev/null; then
  # Not advisories: they need a database from the network, and a new advisory is no fault of a change.
  step 3 "Licences and sources of what is linked" cargo deny --log-level error check licenses bans sources
else
  say "Licences: cargo-deny is not installed, skipping (cargo install --locked cargo-deny)"
fi

if [ "$which" = all ]; then
  # The programs and the tests in one go: with the same set of features nothing is compiled twice.
  step 20 "Build the programs and the tests" cargo build --locked --workspace --bins --tests
  step 10 "Rust tests, and the UI's types are current" bash -euo pipefail -c rust_tests_and_contract
  step 8 "Decoders, with what libFuzzer thinks of" scripts/fuzz.sh short
  step 5 "Stock JavaScript client" npm --prefix tests/stock test --silent
  step 5 "Stock Python client" bash -euo pipefail -c python_tests
  step 8 "Faults of programs, disks and networks, every notification accounted for" npm --prefix tests/faults test --silent
  step 4 "A hub and other computers on a network of their own" npm --prefix tests/network test --silent
  step 15 "UI in Chromium" npm --prefix ui run --silent e2e
  step 8 "The app in a real window" npm --prefix tests/window test --silent
fi

say "All passed in $((SECONDS - started)) s"
printf '%s\n' "${summary[@]}"
