"""A small IMAP server that is correct, and as odd as a test asks for: what it sends is changed by `odd(line)`."""
import contextlib
import re
import socket
import threading
import time


class Scripted:
    """One inbox of `mails`; what was moved is in `moved`. `oddity` is a set of names, see below."""

    def __init__(self, mails, *oddity, greeting=b"* OK ready", address="127.0.0.1", tls=None):
        self.tls = tls  # An ssl.SSLContext: TLS from the first byte.
        self.mails = {number: mail for number, mail in enumerate(mails, 1)}
        self.moved = {}
        self.copies = []  # The UID of each that came to lie in another folder; twice for one that was doubled.
        self.oddity = set(oddity)
        self.greeting = greeting
        self.commands = []
        self.listener = socket.create_server((address, 0), family=socket.AF_INET6 if ":" in address else socket.AF_INET)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self):
        self.listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError, ConnectionError):
                self._serve(self.tls.wrap_socket(connection, server_side=True) if self.tls else connection)

    def _serve(self, connection):
        stream = connection.makefile("rwb")

        def say(line: bytes):
            if "interruptions" in self.oddity and line.startswith(b"*") and line != self.greeting:
                stream.write(b"* 1 FETCH (FLAGS (\\Seen))\r\n* OK [X-UNKNOWN (a b)] hello {7}\r\n* XYZZY (1 {2}\r\n() 3)\r\n"
                             b"* FLAGS (\\Answered)\r\n* 2 RECENT\r\n* ok\r\n")
            if "lower" in self.oddity:
                head, brace, rest = line.partition(b"{")
                line = (head.lower() if not head.startswith(b"+") else head) + brace + rest
            if "long lines" in self.oddity and line.startswith(b"*"):
                stream.write(b"* OK " + b"x" * 2_000_000 + b"\r\n")
            stream.write(line + b"\r\n")
            stream.flush()

        def string(text: bytes) -> bytes:
            if "literals" in self.oddity:
                return b"{%d}\r\n%s" % (len(text), text)
            return b'"%s"' % text

        say(self.greeting)
        if self.greeting.startswith(b"* BYE"):
            return
        while line := stream.readline():
            while literal := re.search(rb"\{(\d+)\}\r\n$", line):
                say(b"+ go on")
                line = line[:literal.start()] + stream.read(int(literal.group(1))) + stream.readline()
            tag, _, command = line.rstrip(b"\r\n").partition(b" ")
            self.commands.append(command)
            word = command.upper()
            if word.startswith(b"AUTHENTICATE"):
                say(b"+")
                stream.readline()
            elif word.startswith(b"CAPABILITY"):
                login = b"" if "login only" in self.oddity else b" AUTH=PLAIN"
                say(b"* CAPABILITY IMAP4rev1" + login + b" NAMESPACE MOVE UIDPLUS")
            elif word.startswith(b"NAMESPACE"):
                say(b"* NAMESPACE ((" + string(b"") + b" " + string(b"/") + b' ("X-PARAM" ("flag")))) NIL NIL')
            elif word.startswith(b"SELECT"):
                say(b"* %d EXISTS" % len(self.mails))
                say(b"* OK [UIDVALIDITY 42] ok")
                say(b"* OK [PERMANENTFLAGS (\\Deleted \\*)] ok")
            elif word.startswith(b"UID SEARCH"):
                for uid in self.mails:  # One at a time is legal.
                    say(b"* SEARCH %d" % uid)
            elif word.startswith(b"UID FETCH"):
                self._fetch(word, say, string)
            elif word.startswith(b"UID MOVE") and "refuses a move" in self.oddity:
                self.oddity.remove("refuses a move")
                say(tag + b" NO [EXPUNGEISSUED] some of them have gone")
                continue
            elif word.startswith(b"UID MOVE") and "moves late" in self.oddity:
                self.oddity.remove("moves late")
                uids = [uid for uid in self._set(word.split()[2]) if uid in self.mails]
                self.late = threading.Thread(target=self._move_late, args=(uids,), daemon=True)
                self.late.start()
                return  # The connection is lost; what was begun there goes on.
            elif word.startswith(b"UID MOVE"):
                for uid in self._set(word.split()[2]):
                    if uid in self.mails:
                        self.moved[uid] = self.mails.pop(uid)
                        self.copies.append(uid)
                        say(b"* 1 EXPUNGE")
            elif word.startswith(b"LOGOUT"):
                say(b"* BYE bye")
            elif word.startswith(b"STARTTLS"):
                if "no STARTTLS" in self.oddity:
                    say(tag + b" BAD unknown command")
                    continue
                if "talks before TLS" in self.oddity:
                    tag = b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK go on\r\n* PREAUTH injected\r\n*"
            say(tag + b" OK done")

    def _move_late(self, uids):
        """As a real server does: all are copied first, then those that are still there are taken away."""
        time.sleep(1.5)
        self.copies += uids
        for uid in uids:
            if uid in self.mails:
                self.moved[uid] = self.mails.pop(uid)

    def _fetch(self, word, say, string):
        for uid in self._set(word.split()[2]):
            if uid not in self.mails:
                continue
            mail = self.mails[uid]
            if b"RFC822.SIZE" in word:
                size = 1 if "wrong sizes" in self.oddity else len(mail)
                say(b"* %d FETCH (RFC822.SIZE %d UID %d)" % (uid, size, uid))
                continue
            name = b"BODY[NULL]" if "BODY[NULL]" in self.oddity else b"BODY[]"
            if "nil bodies" in self.oddity and uid == 2:
                say(b"* %d FETCH (UID %d %s NIL)" % (uid, uid, name))
            elif "quoted bodies" in self.oddity:
                flat = mail.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\r")
                say(b'* %d FETCH (%s "%s" UID %d)' % (uid, name, flat, uid))
            else:
                say(b"* %d FETCH (FLAGS (\\Recent) %s {%d}\r\n%s UID %d)" % (uid, name, len(mail), mail, uid))

    @staticmethod
    def _set(text: bytes):
        for part in text.split(b","):
            ends = [int(number) for number in re.findall(rb"\d+", part)]
            yield from range(ends[0], ends[-1] + 1)
