#!/usr/bin/python3
"""Mail made to hurt, through the real binary: how it ends, what it costs, and that nothing of it acts anywhere.

Each hostile mail is taken in beside one good mail, which must be stored whatever its neighbour does. Memory is the
peak of the whole process. RUAGATE_HOSTILE_MIB is the size of the filled documents (4; at 250, just below the limit
on a document, this is the long check of docs/reliability.md). RUAGATE_TIME_FACTOR says by how much slower than a release
build the binary may be; 0 for builds whose time and memory say nothing (sanitizers).
"""
import base64
import csv
import gzip
import io
import json
import os
import re
import struct
import subprocess
import sys
import unittest
import zlib

from harness import BINARY, Case, make_maildir, report_mail, report_xml

MIB = 1 << 20
FILLED = int(os.environ.get("RUAGATE_HOSTILE_MIB", "4")) * MIB
FACTOR = float(os.environ.get("RUAGATE_TIME_FACTOR", "1"))
SECONDS = 5
PEAK = (256 + 2 * 256) * MIB  # 256 MiB, and twice the limit on a document

# Runs a command and says its processor seconds and peak KiB. A small process by itself: the peak that the kernel
# tells of a child begins with the size of its parent.
MEASURE = """import resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss, file=sys.stderr)
sys.exit(code)"""

HEAD = report_xml(report_id="hostile", reporter="hostile.example").split("<record>")[0].rstrip()
RECORD = "<record>" + report_xml().split("<record>")[1].split("</record>")[0] + "</record>"


def attached(payload: bytes, name: str, media_type="application/octet-stream") -> bytes:
    return (b"From: a@hostile.example\r\nSubject: Report domain: example.com\r\nMIME-Version: 1.0\r\n"
            b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
            b"Content-Type: " + media_type.encode() + b'; name="' + name.encode("utf-8", "surrogateescape") +
            b'"\r\nContent-Transfer-Encoding: base64\r\n\r\n' + base64.encodebytes(payload) + b"--b--\r\n")


def deflated(piece: bytes, times: int) -> bytes:
    """A raw deflate stream of `piece` repeated, without compressing it more than once."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    block = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    last = zlib.compressobj(6, zlib.DEFLATED, -15)
    return block * times + last.flush()


def crc_of(piece: bytes, times: int) -> int:
    crc = 0
    for _ in range(times):
        crc = zlib.crc32(piece, crc)
    return crc


def gzipped(piece: bytes, times: int = 1, crc=None) -> bytes:
    return (b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + deflated(piece, times) +
            struct.pack("<II", crc_of(piece, times) if crc is None else crc, len(piece) * times & 0xFFFFFFFF))


def around(head: str, piece: str, tail: str, size=None) -> bytes:
    """A gzip file of `head`, `piece` as often as fits, and `tail`, as three members; with a little noise, so that the
    limit on the ratio does not end it early."""
    block = piece * max(1, MIB // len(piece.encode())) + "0123456789abcdef" * 8 + os.urandom(1024).hex()
    return (gzip.compress(head.encode()) + gzipped(block.encode(), max(1, (size or FILLED) // len(block.encode()))) +
            gzip.compress(tail.encode()))


def zipped(members, overlapping=0) -> bytes:
    """A zip archive; `members` are (name, raw deflate stream, size, crc). With `overlapping`, the directory names the
    first member that many times more."""
    body, directory, count = bytearray(), bytearray(), 0
    for index, (name, stream, size, crc) in enumerate(members):
        fields = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0x21, crc, len(stream), size, len(name), 0)
        times = 1 + (overlapping if index == 0 else 0)
        for again in range(times):
            other = b"%04d" % again + name[4:] if times > 1 else name
            directory += (b"PK\x01\x02" + struct.pack("<H", 20) + fields +
                          struct.pack("<HHHII", 0, 0, 0, 0, len(body)) + other)
        body += b"PK\x03\x04" + fields + name + stream
        count += times
    return bytes(body + directory + b"PK\x05\x06" +
            struct.pack("<HHHHIIH", 0, 0, count & 0xFFFF, count & 0xFFFF, len(directory), len(body), 0))


class Hostile(Case):
    def take_in(self, mail: bytes, *, new=(1,)):
        """Takes in `mail` and a good one; the reasons of the rejects. `new`: how many reports there may be then."""
        maildir = make_maildir(self.dir / "Maildir", [mail, report_mail(report_xml(report_id="good"))])
        out = self.dir / "out.json"
        command = [BINARY, "--db", str(self.db), "ingest", "--json", str(maildir)]
        with open(out, "wb") as stdout, open(self.dir / "err.txt", "wb") as stderr:
            measured = subprocess.run([sys.executable, "-c", MEASURE, *command], stdout=stdout, stderr=stderr, check=False)
        said = (self.dir / "err.txt").read_text("utf-8", "replace")
        self.assertEqual(measured.returncode, 0, said[-2000:])
        seconds, kib = map(float, said.splitlines()[-1].split())
        outcome = json.loads(out.read_bytes())
        self.assertEqual(outcome["messages"], 2)
        self.assertIn(outcome["reports_new"], new, outcome)
        figures = f"{seconds:6.2f} s {kib / 1024:7.0f} MiB  {self.id().split('.')[-1]}"
        print(figures, file=sys.stderr)
        if FACTOR > 0:
            self.assertLess(seconds, SECONDS * FACTOR, figures)
            self.assertLess(kib * 1024, PEAK, figures)
        self.assertEqual(self.ok("db", "check").code, 0)
        rejects = self.ok("rejects", "list", "--json").json["rejects"]
        return [row["reason"] for row in rejects]

    def refused(self, mail, *reasons):
        self.assertEqual(sorted(set(self.take_in(mail))), sorted(reasons))

    # Bombs

    def test_gzip_bomb(self):
        bomb = gzipped(bytes(4 * MIB), 256, crc=0)
        self.assertLess(len(bomb), 2 * MIB)
        self.refused(attached(bomb, "a.xml.gz"), "ratio_too_high")

    def test_gzip_bomb_in_gzip(self):
        self.refused(attached(gzip.compress(gzipped(bytes(4 * MIB), 256, crc=0)), "a.xml.gz"), "ratio_too_high")

    def test_gzip_in_itself_and_again(self):
        payload = report_xml().encode()
        for _ in range(40):
            payload = gzip.compress(payload)
        self.refused(attached(payload, "a.xml.gz"), "nested_too_deep")

    def test_zip_bomb(self):
        stream = deflated(bytes(4 * MIB), 256)
        self.refused(attached(zipped([(b"a.xml", stream, 1 << 30, 0)]), "a.zip"), "zip_member_too_large")
        self.db = self.dir / "lies.db"
        self.refused(attached(zipped([(b"a.xml", stream, 1000, 0)]), "a.zip"), "zip_member_too_large")

    def test_zip_of_100000_members(self):
        self.refused(attached(zipped([(b"%d.xml" % i, b"\3\0", 0, 0) for i in range(100000)]), "a.zip"),
                     "zip_too_many_members")

    def test_overlapping_members(self):
        piece = os.urandom(2048) + bytes(MIB - 2048)
        member = (b"0000.xml", deflated(piece, 200), 200 * MIB, crc_of(piece, 200))
        reasons = self.take_in(attached(zipped([member], overlapping=60), "a.zip"))
        self.assertIn("document_too_large", reasons)

    def test_many_parts_below_every_limit_of_one(self):
        piece = (os.urandom(1024).hex() + " " * (MIB - 2048)).encode()
        part = base64.encodebytes(gzipped(piece, 200))
        mail = b'From: a@hostile.example\nContent-Type: multipart/mixed; boundary="b"\n\n'
        for i in range(90):
            mail += (b'--b\nContent-Type: application/gzip; name="%d.xml.gz"\nContent-Transfer-Encoding: base64\n\n' % i +
                     part)
        mail += b"--b--\n"
        self.assertLess(len(mail), 64 * MIB)
        self.assertIn("document_too_large", self.take_in(mail))

    # XML

    def test_billion_laughs(self):
        laughs = '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
        for i in range(1, 10):
            laughs += f'<!ENTITY lol{i} "{("&lol" + (str(i - 1) if i > 1 else "") + ";") * 10}">'
        self.refused(attached((laughs + "]>" + HEAD + "&lol9;" + RECORD + "</feedback>").encode(), "a.xml"),
                     "doctype_refused")

    def test_external_entity(self):
        text = ('<?xml version="1.0"?><!DOCTYPE feedback [<!ENTITY x SYSTEM "file:///etc/passwd">]>' +
                HEAD.replace("reporter.example", "&x;") + RECORD + "</feedback>")
        self.refused(attached(text.encode(), "a.xml"), "doctype_refused")

    def test_300000_deep(self):
        self.refused(attached((HEAD + "<a>" * 300000 + "</a>" * 300000 + "</feedback>").encode(), "a.xml"),
                     "xml_too_deep")

    def test_attribute_of_100_mib(self):
        mail = attached(around(HEAD + RECORD + '<record a="', os.urandom(512).hex(), '"/></feedback>', 100 * MIB), "a.gz")
        self.assertEqual(self.take_in(mail, new=(2,)), [])

    def test_attribute_of_100_mib_before_the_records(self):
        mail = attached(around(HEAD + '<x a="', os.urandom(512).hex(), f'"/>{RECORD}</feedback>', 100 * MIB), "a.gz")
        self.refused(mail, "xml_broken")

    # MIME

    def test_10000_nested_parts(self):
        mail = b"From: a@hostile.example\n"
        for i in range(10000):
            mail += b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i)
        self.refused(mail + b"\nleaf\n", "mime_too_deep")

    def test_10000_nested_messages(self):
        self.refused(b"From: a@hostile.example\n" + b"Content-Type: message/rfc822\n\n" * 10000 + b"\nleaf\n",
                     "mime_too_deep")

    def test_64_mib_of_headers(self):
        line = b"X-Filler: " + b"x" * 986 + b"\r\n"
        good = report_mail(report_xml(report_id="behind")).replace(b"\n\n", b"\n" + line * (60 * MIB // len(line)) + b"\n", 1)
        self.assertEqual(self.take_in(good, new=(2,)), [])

    def test_64_mib_of_headers_before_the_others(self):
        line = b"X-Filler: " + b"x" * 986 + b"\r\n"
        self.assertEqual(self.take_in(line * (60 * MIB // len(line)) + report_mail(report_xml())), [])

    def test_one_header_of_60_mib(self):
        good = report_mail(report_xml(report_id="behind"))
        self.assertEqual(self.take_in(good.replace(b"\n\n", b"\nX-Filler: " + b"x" * (60 * MIB) + b"\r\n\n", 1), new=(2,)), [])

    # Text that means something elsewhere

    def test_text_acts_nowhere(self):
        texts = ["../../etc/passwd", "a\0b", "two\nlines", "\x1b[31mred\x1b]0;title\x07", "\u202egnp.exe", "\x9b31m",
                 "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "=HYPERLINK(\"http://x\")", "+1+1", "-2+3",
                 "@SUM(A1)", "\t=1", "'; DROP TABLE report; --", "%s%n", "x" * 10240]
        escaped = [text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for text in texts]
        mails = []
        for index, text in enumerate(escaped):
            xml = report_xml(reporter=text, report_id=f"{index} {text}", header_from=text,
                             records=[("192.0.2.1", 10, "fail", "fail")])
            xml = xml.replace("<selector>s1<", f"<selector>{text}<")
            xml = re.sub(r"(<auth_results>\s*<dkim><domain>)[^<]*", lambda found: found[1] + text, xml)
            mails.append(report_mail(xml))
            name = texts[index].replace('"', "").replace("\n", "\n ").replace("\0", "")
            mails.append(attached(b"\x1f\x8bdamaged", name))
        maildir = make_maildir(self.dir / "Maildir", mails)
        self.ok("ingest", maildir)
        stored = len(self.ok("reports", "--json").json["reports"])
        self.assertGreaterEqual(stored, len(texts) - 2)
        self.assertTrue((self.dir / "Maildir" / "new").is_dir())
        for command in (["reports"], ["records"], ["rejects", "list"], ["sources", "example.com"], ["summary"],
                        ["readiness", "example.com", "--explain"], ["reports", "show", "1"], ["rejects", "show", "1"]):
            with self.subTest(command):
                late = ["--as-of", "2025-11-20"] if command[0] in ("sources", "summary", "readiness") else []
                text = self.answer(*command, *late)
                self.assertNotRegex(text, "[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", command)
                if command[0] in ("reports", "records", "sources", "rejects") and "show" not in command:
                    cells = [cell for row in csv.reader(io.StringIO(self.answer(*command, *late, "--format", "csv")))
                             for cell in row]
                    for cell in cells:
                        self.assertNotRegex(cell, r"^[=+@\t\r]", command)
                        self.assertNotRegex(cell, r"^-[^0-9]", command)
        html = self.answer("summary", "--as-of", "2025-11-20", "--format", "html")
        self.assertNotIn("<script", html)
        self.assertNotIn("<img", html)

    def answer(self, *arguments) -> str:
        done = subprocess.run([BINARY, "--db", str(self.db), *arguments], capture_output=True, timeout=120, check=False)
        self.assertIn(done.returncode, (0, 10, 11, 12), (arguments, done.stderr))
        return done.stdout.decode("utf-8")


def filled(name, head, piece, tail):
    """A test that takes in a document filled with `piece`; it may end in any way but slowly or by filling memory."""
    def test(self):
        self.take_in(attached(around(head, piece, tail), "a.xml.gz"), new=(1, 2))
    test.__name__ = f"test_filled_with_{name}"
    setattr(Hostile, test.__name__, test)


ROOT_END = "</feedback>"
for filled_name, filled_piece in {
    "spaces": " " * 1023 + "\n", "elements": "<a/>", "open_tags": "<a>", "close_tags": "</a>", "less_than": "<", "ampersands": "&",
    "amp_entities": "&amp;", "numeric_entities": "&#65;", "comments": "<!-- -->", "comment_starts": "<!--", "cdata": "<![CDATA[x]]>",
    "cdata_starts": "<![CDATA[", "questions": "<?x?>", "empty_records": "<record/>", "record_starts": "<record>",
    "record_ends": "</record>", "reports": "<feedback></feedback>", "quotes": "<a b=\"", "attributes": " b=\"c\"",
    "control_characters": "\x01", "two_byte_characters": "\u00e4", "auth_results": "<auth_results><dkim/></auth_results>",
}.items():
    filled(f"{filled_name}_in_the_head", HEAD, filled_piece, RECORD + ROOT_END)
    filled(f"{filled_name}_in_a_record", HEAD + RECORD + "<record>", filled_piece, "</record>" + ROOT_END)
filled("attributes_of_one_tag", HEAD + "<record", " b=\"c\"", "/>" + RECORD + ROOT_END)
filled("many_attribute_names", HEAD + "<record ", "b=\"\" c='' d ", "/>" + RECORD + ROOT_END)
filled("text_before", "", "x", HEAD + RECORD + ROOT_END)
filled("text_behind", HEAD + RECORD + ROOT_END, "x", "")
filled("utf_16_unmarked", "", "<\0x\0>\0", "")

if __name__ == "__main__":
    unittest.main()
