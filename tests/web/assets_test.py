#!/usr/bin/python3
"""What is committed in src/web/dist is what src/web gives when it is built, and small; its sources keep the rules of the page."""
import gzip
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from world import SOURCE, need, npm_ci

WEB = SOURCE / "src/web"
LIMIT = 80 * 1024  # Bytes of all files, gzipped.


def contents(folder):
    """Name -> bytes. Compressed again by another gzip the same text may be other bytes."""
    return {file.name: gzip.decompress(file.read_bytes()) for file in sorted(folder.glob("*.gz"))}


class Assets(unittest.TestCase):
    def test_small(self):
        sizes = {file.name: file.stat().st_size for file in (WEB / "dist").glob("*.gz")}
        self.assertIn("app.js.gz", sizes)
        self.assertLessEqual(sum(sizes.values()), LIMIT, sizes)

    def test_nothing_inline_and_nothing_set_as_markup(self):
        page = (WEB / "index.html").read_text()
        self.assertNotRegex(page, r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)")
        self.assertNotRegex(page, r"https?://")
        for file in (WEB / "app").rglob("*.ts*"):
            self.assertNotRegex(file.read_text(), r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", file)
        for text in (re.sub(rb"http://www\.w3\.org/[\w/]+", b"", body) for name, body in contents(WEB / "dist").items()
                     if name.startswith("app.")):
            self.assertNotRegex(text, rb"https?://(?!github\.com/leeoniya)", "an address of another host")


class Built(unittest.TestCase):
    def test_same_as_committed(self):
        need("node", "npm", "gzip")
        with tempfile.TemporaryDirectory(prefix="ruagate-assets-") as folder:
            copy = pathlib.Path(folder) / "web"
            shutil.copytree(WEB, copy, ignore=shutil.ignore_patterns("node_modules", "dist"))
            npm_ci(copy)
            subprocess.run([copy / "build.sh", "--installed", copy / "dist"], check=True, timeout=300)
            built, committed = contents(copy / "dist"), contents(WEB / "dist")
        self.assertEqual(sorted(built), sorted(committed))
        for name, body in built.items():
            self.assertTrue(body == committed[name], f"src/web/dist/{name}.gz is not what src/web gives: run src/web/build.sh")


if __name__ == "__main__":
    unittest.main(verbosity=2)
