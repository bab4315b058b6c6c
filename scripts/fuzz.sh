#!/usr/bin/env bash
# Feeds the decoders of everything that comes from outside with what libFuzzer thinks of. `fuzz.sh short`: every case
# that once was a finding, and a fixed number of others, the same each time; a minute or so. `fuzz.sh long [TARGET...]`:
# as many as $CHAPFOOD_FUZZ_SECONDS (600) for each target find, other ones each time, kept in fuzz/corpus.
#
# The instrumentation is the stable compiler's own, so neither a nightly one nor cargo-fuzz is needed; with both,
# `cargo +nightly fuzz run TARGET` looks for memory errors as well, of which safe Rust has none.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

how=${1:?"say how: short or long"}
shift
host=$(rustc -vV | sed -n 's/^host: //p')
# Named, so that the flags are for the targets alone and not for what the compiler loads while building.
built="$CARGO_TARGET_DIR/$host/debug"
features=()
targets=(send requests connecting answers announcement mdns_packet pairing_link pairing_messages)
if [ "$how" = long ]; then
  features=(--features whole)
  targets+=(channel_pattern settings)
fi
if [ $# -gt 0 ]; then targets=("$@"); fi

flags=(-Cpasses=sancov-module -Ccodegen-units=1)
for words in level=4 inline-8bit-counters pc-table trace-compares; do
  flags+=("-Cllvm-args=-sanitizer-coverage-$words")
done
RUSTFLAGS="${flags[*]}" cargo build --quiet --manifest-path fuzz/Cargo.toml --target "$host" "${features[@]}" \
  "${targets[@]/#/--bin=}"

# Longer ones find nothing that these do not: the limits of the wire are reached before, or are not of the decoders.
common=(-max_len=4096 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1)
for target in "${targets[@]}"; do
  mkdir -p "fuzz/corpus/$target" "fuzz/artifacts/$target"
  options=("${common[@]}" "-artifact_prefix=fuzz/artifacts/$target/")
  if [ -f "fuzz/dictionaries/$target" ]; then options+=("-dict=fuzz/dictionaries/$target"); fi
  known=()
  if [ -d "fuzz/seeds/$target" ]; then known=("fuzz/seeds/$target"); fi
  if [ "$how" = short ]; then
    # What is found goes nowhere: the next run begins where this one did.
    options+=(-runs=50000 -seed=20261120)
    found=$(mktemp -d)
  else
    options+=("-max_total_time=${CHAPFOOD_FUZZ_SECONDS:-600}")
    found="fuzz/corpus/$target"
  fi
  begun=$SECONDS
  # It says a lot, all of it of interest only if it found something.
  if ! "$built/$target" "${options[@]}" "$found" "${known[@]}" >"fuzz/artifacts/$target.log" 2>&1; then
    tail -n 60 "fuzz/artifacts/$target.log"
    stop "FINDING in $target: the input is in fuzz/artifacts/$target. Mend it, and keep the input in fuzz/seeds/$target."
  fi
  if [ "$how" = short ]; then rm -rf "$found"; fi
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "fuzz/artifacts/$target.log")
  say "$target: nothing found by $runs inputs in $((SECONDS - begun)) s"
done
