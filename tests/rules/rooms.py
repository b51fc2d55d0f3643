#!/usr/bin/python3
"""Reads the include lines of src/ and fails on an include that goes upward or on a package header outside its room.

Usage: rooms.py SOURCE_DIR
"""
import pathlib
import re
import sys

# From the ground up: a room may include rooms before it in this list, never one after it.
ROOMS = ["base", "config", "domain", "report", "mime", "unpack", "reportxml", "mailbox", "store", "ingest", "source",
         "readiness", "answer", "present", "dns", "notify", "web", "http", "cli"]

# Package header (regular expression on what stands between <>) -> the rooms that may name it.
PACKAGES = {
    r"fmt/": {"base"},
    r"spdlog/": {"base"},
    r"tl/expected": {"base"},
    r"openssl/": {"base", "mailbox", "http"},
    r"toml\+\+/": {"config"},
    r"libpsl": {"domain"},
    r"idn2": {"domain"},
    r"mimetic/": {"mime"},
    r"zlib|libdeflate|zip\.h|zipconf": {"unpack"},
    r"pugixml": {"reportxml"},
    r"boost/(asio|beast)": {"mailbox", "http"},
    r"sqlite3": {"store"},
    r"prometheus/": {"http"},
    r"nlohmann/": {"present", "http"},
    r"ares": {"dns"},
    r"curl/": {"notify"},
    r"CLI/": {"cli"},
}

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')


def faults(source_dir: pathlib.Path):
    for file in sorted(source_dir.rglob("*.[ch]pp")):
        room = file.relative_to(source_dir).parts[0]
        if room not in ROOMS:
            yield f"{file}: src/{room} is not a room of the list"
            continue
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            ours, package = match.groups()
            if ours and "/" in ours:
                other = ours.split("/")[0]
                if other not in ROOMS:
                    yield f"{file}:{number}: {ours}: no such room"
                elif ROOMS.index(other) > ROOMS.index(room):
                    yield f"{file}:{number}: {room} includes {other}, which stands above it"
            for pattern, rooms in PACKAGES.items():
                if package and re.match(pattern, package) and room not in rooms:
                    yield f"{file}:{number}: <{package}> belongs to {', '.join(sorted(rooms))}"


def self_check(folder: pathlib.Path):
    """The check itself must find what it is for."""
    for room, line in [("base", '#include "store/store.hpp"'), ("cli", "#include <sqlite3.h>")]:
        file = folder / room / "probe.cpp"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(line + "\n", encoding="utf-8")
    if len(list(faults(folder))) != 2:
        sys.exit("rooms.py does not find planted faults")


def main():
    import tempfile
    with tempfile.TemporaryDirectory() as folder:
        self_check(pathlib.Path(folder))
    found = list(faults(pathlib.Path(sys.argv[1]) / "src"))
    print("\n".join(found) or "rooms: every include goes downward, every package stays in its room")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
