# shellcheck shell=bash
# What the scripts here share; sourced, never run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# The tests look for the programs there, whatever the person has set for other projects.
export CARGO_TARGET_DIR="$root/target"
cd "$root" || exit 1

# rustup puts cargo here; a shell that was open during its installation does not know it yet.
export PATH="$HOME/.cargo/bin:$PATH"

bold='' plain=''
if [ -t 1 ]; then bold=$'\033[1m' plain=$'\033[0m'; else export NO_COLOR=1; fi
export bold plain

say() { printf '%s==>%s %s\n' "$bold" "$plain" "$*"; }

stop() {
  printf '\n%s\n' "$*" >&2
  exit 1
}

# The UI is built anew only if something of it is newer than the last build: cargo embeds ui/dist, and a
# fresh copy of the same files would make it link the app again. Folders count too: deleting a file
# changes its folder's time.
build_ui() {
  if [ -f ui/dist/index.html ] &&
    [ -z "$(find ui -path ui/node_modules -prune -o -path ui/dist -prune -o -path ui/e2e -prune -o -newer ui/dist/index.html -print -quit)" ]; then
    return
  fi
  say "Building the UI"
  npm --prefix ui run --silent build -- --logLevel warn
}
