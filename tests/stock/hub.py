"""One hub as a program of its own, as a shop runs it; and the stock Python client with a record."""

import os
import queue
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import socketio

PROGRAM = os.environ.get("CHAPFOOD_BIN") or str(Path(__file__).resolve().parents[2] / "target" / "debug" / "chapfood")
WAIT = 10


def command(data, port=0):
    return [PROGRAM, "hub", "--listen", f"127.0.0.1:{port}", "--data", str(data)]


def environment():
    """Whatever language this computer speaks, the hub's own lines are compared in English."""
    return {**os.environ, "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "RUST_LOG": os.environ.get("RUST_LOG", "warn")}


class Hub:
    """A running hub. `test` ends it."""

    def __init__(self, test, data=None, port=0):
        if data is None:
            data = Path(tempfile.mkdtemp(prefix="chapfood-stock-"))
            test.addCleanup(shutil.rmtree, data, ignore_errors=True)
        self.data = Path(data)
        self.log = tempfile.TemporaryFile(mode="w+")
        test.addCleanup(self.log.close)
        self.process = subprocess.Popen(
            command(self.data, port), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log,
            text=True, env=environment(),
        )
        test.addCleanup(self.kill)
        line = self._first_line()
        ready = re.fullmatch(r"hub ready on (http://127\.0\.0\.1:(\d+))\n", line)
        if not ready:
            self.log.seek(0)
            raise AssertionError(f"the hub's first line is {line!r}; it logged: {self.log.read()}")
        self.url, self.port = ready[1], int(ready[2])

    def _first_line(self):
        lines = queue.Queue()
        threading.Thread(target=lambda: lines.put(self.process.stdout.readline()), daemon=True).start()
        return lines.get(timeout=WAIT)

    def stop(self):
        """Asks it to stop, as systemd does; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=5)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(timeout=5)
        self.process.stdout.close()


class Client:
    """The stock client; `test` ends it."""

    def __init__(self, test, hub, auth=None, transports=("websocket",), **options):
        self.events = []
        self._changed = threading.Condition()
        self._taken = {}
        self.socket = socketio.Client(reconnection=False, **options)
        self.socket.on("*", self._record)
        self.socket.on("disconnect", lambda *reason: self._record("disconnect", *reason))
        test.addCleanup(self.close)
        self.socket.connect(hub.url, auth=auth, transports=list(transports), wait_timeout=WAIT)
        self.confirmed = self.next("connection-confirmed")

    def _record(self, event, *payload):
        with self._changed:
            self.events.append((event, payload[0] if payload else None))
            self._changed.notify_all()

    def payloads(self, event):
        with self._changed:
            return [payload for name, payload in self.events if name == event]

    def next(self, event, matches=lambda payload: True, seconds=WAIT):
        """The next `event` that no earlier call has taken, and that `matches`."""
        deadline = time.monotonic() + seconds
        with self._changed:
            position = self._taken.get(event, 0)
            while True:
                for place in range(position, len(self.events)):
                    name, payload = self.events[place]
                    if name == event and matches(payload):
                        self._taken[event] = place + 1
                        return payload
                position = len(self.events)
                if not self._changed.wait(deadline - time.monotonic()):
                    raise AssertionError(f"no {event} within {seconds} s; so far {[name for name, _ in self.events]}")

    def ask(self, event, payload=None):
        return self.socket.call(event, payload, timeout=WAIT)

    def join(self, channel):
        self.socket.emit("join-channel", channel)
        return self.next("channel-joined", lambda joined: joined["channel"] == channel)

    def send(self, **fields):
        self.socket.emit("send-notification", fields)
        return self.next("notification-sent")

    def close(self):
        if self.socket.connected:
            self.socket.disconnect()
