#!/usr/bin/env python3
"""The invariants of ARCHITECTURE.md that a program can check. Exits with 1 and names each breach.

It also reports, without failing, which files are over 400 lines: each should still be one thing.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APP = "chapfood-notifications"

# Which of our crates each may use; in its tests also those after the bar.
OURS = {
    "chapfood-protocol": ("", ""),
    "chapfood-pairing": ("protocol", ""),
    "chapfood-hub": ("protocol pairing", "client"),
    "chapfood-client": ("protocol pairing", "hub"),
    "chapfood-discovery": ("", ""),
    "chapfood-inbox": ("protocol", ""),
    "chapfood-station": ("protocol pairing client inbox", "hub"),
    "chapfood-embedded": ("protocol hub station discovery", "client"),
    "chapfood-sound": ("station", ""),
    "chapfood-browser": ("protocol inbox station embedded", ""),
    "chapfood-cli": ("protocol hub client discovery", "pairing"),
    APP: ("protocol hub station embedded sound", ""),
}

NETWORK = {
    "tokio", "async-std", "smol", "hyper", "hyper-util", "axum", "tower", "tower-http", "reqwest", "ureq",
    "socketioxide", "rust_socketio", "tungstenite", "tokio-tungstenite", "native-tls", "rustls", "socket2", "mio",
}
DISK = {"rusqlite", "libsqlite3-sys", "sqlx", "sled", "redb", "tempfile", "directories", "dirs"}

# What may not be linked, and what may not be written in the sources, with the reason to print.
FORBIDDEN_DEPENDENCIES = {
    "chapfood-protocol": (NETWORK | DISK, "the protocol does no I/O"),
    "chapfood-pairing": (NETWORK | DISK, "pairing does no I/O"),
    "chapfood-inbox": (NETWORK, "the inbox knows no network"),
    "chapfood-client": (DISK, "the client knows no disk"),
}
FORBIDDEN_WORDS = {
    "crates/protocol": (r"std::(fs|net|io|process|thread)\b|SystemTime|Instant::now", "the protocol does no I/O and reads no clock"),
    "crates/pairing": (r"std::(fs|io|process|thread)\b|SystemTime|Instant::now", "pairing does no I/O and reads no clock"),
    "crates/inbox": (r"std::net\b|\btokio::", "the inbox knows no network"),
    "crates/client": (r"std::fs\b|tokio::fs\b|\brusqlite\b", "the client knows no disk"),
    "crates/hub": (r"chapfood_(station|inbox)\b", "the hub knows nothing of stations"),
}


def packages():
    text = subprocess.run(
        ["cargo", "metadata", "--no-deps", "--format-version", "1", "--offline"],
        cwd=ROOT, check=True, capture_output=True, text=True, timeout=60,
    ).stdout
    return json.loads(text)["packages"]


def files(*patterns):
    """What git knows or would add, so that nothing built or installed is read."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT, check=True, capture_output=True, text=True, timeout=60,
    ).stdout
    return [ROOT / name for name in sorted(set(listed.split("\0"))) if name and (ROOT / name).is_file()]


def lines_with(pattern, paths):
    wanted = re.compile(pattern)
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if wanted.search(line):
                yield f"{path.relative_to(ROOT)}:{number}"


def dependency_breaches():
    for package in packages():
        name = package["name"]
        if name not in OURS:
            yield f"{name}: say in {Path(__file__).name} what this crate may use"
            continue
        normal, in_tests = (set(f"chapfood-{crate}" for crate in crates.split()) for crates in OURS[name])
        forbidden, reason = FORBIDDEN_DEPENDENCIES.get(name, (set(), ""))
        for dependency in package["dependencies"]:
            used, kind = dependency["name"], dependency["kind"]
            allowed = normal | in_tests if kind == "dev" else normal
            if used.startswith("chapfood-") and used not in allowed:
                yield f"{name} may not use {used}" + (" in its tests" if kind == "dev" else "")
            if kind is None and used in forbidden:
                yield f"{name} may not use {used}: {reason}"
            if used.startswith("tauri") and name != APP:
                yield f"{name} may not use {used}: Tauri is in one manifest only"


def source_breaches():
    for folder, (words, reason) in FORBIDDEN_WORDS.items():
        for place in lines_with(words, files(f"{folder}/src/*.rs")):
            yield f"{place}: {reason}"
    seam = ROOT / "ui" / "src" / "host"
    outside = [path for path in files("ui/src") if seam not in path.parents and ".test." not in path.name]
    for place in lines_with(r"@tauri-apps/", outside):
        yield f"{place}: only ui/src/host reaches the desktop"


def paths_of_this_machine():
    """A path that exists on one computer only is a mistake wherever it stands."""
    patterns = [r"(?<![\w.])/home/[a-z]\w*/", r"(?<![\w.])/root/", r"(?<![\w.])/Users/[a-z]\w*/"]
    # A checkout right in a folder of everybody's would make every mention of that folder a breach.
    if str(ROOT.parent) not in {"/", "/tmp", "/srv", "/opt", "/mnt", "/root", "/home"}:
        patterns.append(rf"(?<![\w.]){re.escape(str(ROOT.parent))}/")
    itself = Path(__file__).resolve()
    for place in lines_with("|".join(patterns), [path for path in files() if path != itself]):
        yield f"{place}: names a path of one computer"


def undocumented_codes():
    """Programs branch on the hub's codes, so the page of the protocol has to list all of them."""
    page = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    source = (ROOT / "crates" / "protocol" / "src" / "problem.rs").read_text(encoding="utf-8")
    for code in re.findall(r'=> (?:format!\()?"([a-z_{}]+)"', source.split("pub fn words")[0]):
        if code.replace("{field}", "") not in page:
            yield f"docs/protocol.md does not mention the code {code}"


def long_files():
    for path in files("*.rs", "*.ts", "*.svelte", "*.js", "*.py", "*.sh"):
        with path.open(encoding="utf-8") as text:
            count = sum(1 for _ in text)
        if count > 400:
            yield count, path.relative_to(ROOT)


def main():
    breaches = [
        *dependency_breaches(), *source_breaches(), *paths_of_this_machine(), *undocumented_codes(),
    ]
    for count, path in sorted(long_files(), reverse=True):
        print(f"  {count} lines: {path}")
    for breach in breaches:
        print(breach, file=sys.stderr)
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
