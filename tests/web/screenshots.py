#!/usr/bin/python3
"""screenshots.py [OUT]: a picture of every page, light, dark, on a wide screen and as on a phone, into OUT (default: build/screenshots).
RUAGATE_BINARY names the binary (default: build/dev/ruagate)."""
import pathlib
import shutil
import sys
import tempfile

from world import SOURCE, World, driver, node

out = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else SOURCE / "build/screenshots").resolve()
packages = driver(SOURCE / "build/web-tests")
folder = pathlib.Path(tempfile.mkdtemp(prefix="ruagate-web-"))
world = World(folder)
try:
    code = node(packages, "shots.mjs", world.service.url, world.token, out)
finally:
    world.stop()
    shutil.rmtree(folder)
print(out)
sys.exit(code)
