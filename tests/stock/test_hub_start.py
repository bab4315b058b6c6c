"""A hub that cannot start says why in one line, ends with another code than 0, and touches nothing."""

import hashlib
import re
import shutil
import sqlite3
import subprocess
import tempfile
import unittest
from pathlib import Path

from hub import WAIT, Client, Hub, command, environment


def digest(folder):
    """Name and content of every file, so that "untouched" can be told."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*")) if path.is_file()
    }


class RefusedStart(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="chapfood-start-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def refused(self, data, port=0):
        """Starts a hub that must refuse; the one line it says."""
        ended = subprocess.run(
            command(data, port), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=WAIT, env=environment(),
        )
        self.assertNotIn(ended.returncode, (0, 101), ended.stderr)
        self.assertEqual(ended.stdout, "", "nothing says that it is ready")
        lines = ended.stderr.splitlines()
        self.assertEqual(len(lines), 1, f"one line, not {ended.stderr!r}")
        return lines[0]

    def database(self):
        """The file in which a hub keeps everything, with something in it."""
        hub = Hub(self, data=self.folder)
        client = Client(self, hub)
        client.join("devops")
        client.send(channel="devops", title="t", message="m")
        client.close()
        self.assertEqual(hub.stop(), 0)
        [path] = [path for path in self.folder.iterdir() if path.read_bytes().startswith(b"SQLite format 3\0")]
        return path

    def test_a_port_in_use(self):
        hub = Hub(self)
        line = self.refused(self.folder, hub.port)
        self.assertIn(f"127.0.0.1:{hub.port} is already in use", line)
        self.assertIn("choose another port", line)
        self.assertEqual(digest(self.folder), {}, "and it left nothing behind")
        Client(self, hub).join("devops")

    def test_a_second_hub_on_the_same_database(self):
        hub = Hub(self, data=self.folder)
        line = self.refused(self.folder)
        self.assertIn("in use by another hub", line)
        Client(self, hub).join("devops")

    def test_a_database_of_a_newer_version(self):
        path = self.database()
        with sqlite3.connect(path) as database:
            database.execute("PRAGMA journal_mode = DELETE")
            known = database.execute("PRAGMA user_version").fetchone()[0]
            database.execute(f"PRAGMA user_version = {known + 1}")
        database.close()
        before = digest(self.folder)
        line = self.refused(self.folder)
        self.assertRegex(line, rf"newer version.*{known + 1}.*{known}.*update this program")
        self.assertEqual(digest(self.folder), before)

    def test_a_database_of_another_program(self):
        path = self.database()
        for leftover in self.folder.iterdir():
            leftover.unlink()
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE recipes (name TEXT)")
            database.execute("INSERT INTO recipes VALUES ('bread')")
        database.close()
        before = digest(self.folder)
        line = self.refused(self.folder)
        self.assertIn("not a ChapFood hub's database", line)
        self.assertIn("left untouched", line)
        self.assertEqual(digest(self.folder), before)

    def test_a_file_that_is_no_database(self):
        path = self.database()
        for leftover in self.folder.iterdir():
            leftover.unlink()
        path.write_text("Dear diary, today the hub would not start. " * 100, encoding="utf-8")
        before = digest(self.folder)
        self.assertIn("not a ChapFood hub's database", self.refused(self.folder))
        self.assertEqual(digest(self.folder), before)

    def test_a_damaged_database(self):
        path = self.database()
        content = bytearray(path.read_bytes())
        content[100:4096] = b"\xff" * (4096 - 100)
        path.write_bytes(content)
        before = digest(self.folder)
        self.refused(self.folder)
        self.assertEqual(digest(self.folder), before)

    def test_a_folder_that_cannot_be_made(self):
        # Under a file, because nothing is forbidden to root, who may be running this.
        file = self.folder / "file"
        file.write_text("not a folder", encoding="utf-8")
        before = digest(self.folder)
        line = self.refused(file / "hub")
        self.assertIn("cannot write to", line)
        self.assertIn("choose another folder", line)
        self.assertEqual(digest(self.folder), before)

    def test_a_folder_in_place_of_the_database(self):
        path = self.database()
        for leftover in self.folder.iterdir():
            leftover.unlink()
        path.mkdir()
        self.refused(self.folder)
        self.assertTrue(path.is_dir())

    def test_arguments_that_make_no_sense(self):
        for arguments in (["--listen", "nowhere"], ["--listen", "127.0.0.1:99999"], ["--ping-interval-ms", "soon"]):
            with self.subTest(arguments=arguments):
                ended = subprocess.run(
                    [*command(self.folder)[:2], *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                    timeout=WAIT, env=environment(),
                )
                self.assertNotIn(ended.returncode, (0, 101))
                self.assertTrue(re.search(r"invalid value|error", ended.stderr), ended.stderr)

    def test_the_folder_is_made_if_it_is_absent(self):
        hub = Hub(self, data=self.folder / "a" / "b")
        Client(self, hub).join("devops")
        self.assertTrue((self.folder / "a" / "b").is_dir())


if __name__ == "__main__":
    unittest.main()
