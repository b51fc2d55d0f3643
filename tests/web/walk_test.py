#!/usr/bin/python3
"""A headless browser walks every page of the real service: walk.mjs says what it looks at. walk_test.py PACKAGES"""
import pathlib
import shutil
import sys
import tempfile

from world import Empty, Many, World, driver, node

packages = driver(pathlib.Path(sys.argv[1]))
folder = pathlib.Path(tempfile.mkdtemp(prefix="ruagate-web-"))
world, empty, many = World(folder), Empty(folder / "empty"), Many(folder / "many")
try:
    code = node(packages, "walk.mjs", world.service.url, world.token, world.reader, empty.service.url, folder / "large.eml", empty.inbox,
                many.service.url)
finally:
    world.stop()
    empty.stop()
    many.stop()
if code:
    print(f"kept: {folder}\n{world.service.log[-4000:]}")
else:
    shutil.rmtree(folder)
sys.exit(code)
