#!/usr/bin/env bash
# Installs what is missing, and says so. `bootstrap.sh build`: enough to build and run the app; `check`: to
# lint it as well; `test`: all that the tests need.
# As root, or where sudo asks for no password, packages are installed; otherwise the line to type is printed.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

what=${1:?"say what for: build, check or test"}

build_packages=(libwebkit2gtk-4.1-dev libayatana-appindicator3-dev libssl-dev libasound2-dev build-essential pkg-config)
test_packages=(xvfb openbox dunst dbus dbus-bin procps xauth x11-utils xdotool imagemagick webkit2gtk-driver faketime iproute2
  fonts-inter fonts-dejavu-core fonts-noto-color-emoji chromium)

# Not on every Debian or Ubuntu under this name; what they bring is then part of another package, comes
# from elsewhere (chromium, below), or only makes the pictures nicer.
may_be_absent=" dbus-bin fonts-inter chromium "

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# Whether apt offers it. A new container has no lists at all yet: then everything may exist.
may_exist() {
  [[ $may_be_absent != *" $1 "* ]] || apt-cache show "$1" >/dev/null 2>&1 ||
    ! apt-cache show build-essential >/dev/null 2>&1
}

keep_missing() {
  local package
  missing=()
  for package in "$@"; do
    if ! is_installed "$package" && may_exist "$package"; then missing+=("$package"); fi
  done
}

install_packages() {
  local missing as_root=()
  keep_missing "$@"
  [ ${#missing[@]} -gt 0 ] || return 0

  if [ "$(id -u)" -ne 0 ]; then
    if ! sudo -n true 2>/dev/null; then
      stop "These system packages are missing. Type this line, then run the same command again:

  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}"
    fi
    as_root=(sudo -n)
  fi

  say "Fetching the list of packages"
  # One broken extra source must not stop everything: what cannot be had shows at the installation.
  "${as_root[@]}" apt-get update -qq || true
  keep_missing "${missing[@]}"
  say "Installing ${missing[*]}"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
}

# Systems without apt: nothing is installed there, and everything counts as present that can be used.
require_elsewhere() {
  local program absent=""
  pkg-config --exists webkit2gtk-4.1 ayatana-appindicator3-0.1 openssl alsa 2>/dev/null || absent="the libraries to build with"
  if [ "$what" = test ]; then
    for program in Xvfb openbox dunst dbus-daemon xauth xdotool import WebKitWebDriver faketime ip unshare python3; do
      command -v "$program" >/dev/null || absent="$absent $program"
    done
  fi
  [ -z "$absent" ] || stop "Missing: $absent. This system has no apt, so nothing was installed.
Install these, then run the same command again:

  Fedora:  sudo dnf install webkit2gtk4.1-devel libayatana-appindicator-gtk3-devel openssl-devel alsa-lib-devel gcc gcc-c++ make pkgconf-pkg-config
  Arch:    sudo pacman -S webkit2gtk-4.1 libayatana-appindicator openssl alsa-lib base-devel
  macOS:   xcode-select --install; brew install pkg-config openssl
  Windows: Visual Studio Build Tools with \"Desktop development with C++\", and the WebView2 runtime

For the tests (Linux only) also what Debian calls:
  ${test_packages[*]}"
}

check_rust() {
  command -v cargo >/dev/null || stop "Rust is missing. Install it from https://rustup.rs, then run the same command again."
  local needed have
  needed=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
  have=$(rustc --version | cut -d ' ' -f 2)
  if [ "$(printf '%s\n%s\n' "$needed" "$have" | sort -V | head -n 1)" != "$needed" ]; then
    stop "Rust $have is too old, $needed is needed. Type: rustup update stable"
  fi
}

check_node() {
  command -v npm >/dev/null || stop "Node.js with npm is missing. Install Node 20.19 or later from https://nodejs.org."
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
    stop "Node $(node --version) is too old, 20.19 is needed. Install a later one from https://nodejs.org."
}

# `npm ci` only if the lock file is another than the one installed. The stamp is inside node_modules, so
# it goes when they go.
npm_install() {
  local folder=$1 stamp
  stamp="$folder/node_modules/.installed"
  [ -f "$folder/package-lock.json" ] || return 0
  if cmp -s "$folder/package-lock.json" "$stamp"; then return; fi
  say "Installing the npm packages of $folder"
  (cd "$folder" && npm ci --no-fund --no-audit --loglevel=error)
  mkdir -p "$folder/node_modules"
  cp "$folder/package-lock.json" "$stamp"
}

python_install() {
  local venv=target/python
  if cmp -s tests/stock/requirements.txt "$venv/.installed"; then return; fi
  say "Installing the Python packages of tests/stock into $venv"
  rm -rf "$venv"
  python3 -m venv "$venv" ||
    stop "Python cannot make a virtual environment. Install the venv module of $(python3 --version), then run the same command again."
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r tests/stock/requirements.txt
  cp tests/stock/requirements.txt "$venv/.installed"
}

rust_components() {
  if ! cargo fmt --version >/dev/null 2>&1 || ! cargo clippy --version >/dev/null 2>&1; then
    command -v rustup >/dev/null || stop "cargo fmt and cargo clippy are missing. Install them with the package manager that Rust came from."
    say "Installing rustfmt and clippy"
    rustup component add rustfmt clippy
  fi
}

# Chromium for the UI's tests: Debian's own if it is there, else the one that Playwright brings.
# (On Ubuntu the package of that name is a snap, which does not run everywhere.)
chromium_for_tests() {
  if command -v chromium >/dev/null && chromium --version >/dev/null 2>&1; then return; fi
  [ -x ui/node_modules/.bin/playwright ] || return 0
  if cmp -s ui/package-lock.json target/playwright-chromium; then return; fi
  say "Installing Chromium for the UI's tests"
  (cd ui && npx playwright install --with-deps chromium)
  mkdir -p target
  cp ui/package-lock.json target/playwright-chromium
}

check_rust
check_node

packages=("${build_packages[@]}")
if [ "$what" = test ]; then
  packages+=("${test_packages[@]}")
  python3 -c 'import ensurepip, venv' 2>/dev/null || packages+=(python3 python3-venv)
fi
if command -v apt-get >/dev/null; then
  install_packages "${packages[@]}"
elif [[ $(uname) == Linux || $what == test ]]; then
  require_elsewhere
fi

npm_install ui
if [ "$what" != build ]; then rust_components; fi
if [ "$what" = test ]; then
  npm_install tests/stock
  npm_install tests/window
  python_install
  chromium_for_tests
fi
