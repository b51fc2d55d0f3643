#!/usr/bin/python3
"""Figures of reading over IMAP, as docs/reliability.md has them: imap_bench.py RUAGATE [WORDS...]

Against a Dovecot on this machine: throughput beside the same mail as a maildir (typical mail of ruagate_bench_corpus, built
beside RUAGATE; never opened before by any client), memory over a folder of 100,000 messages, time from delivery to stored
report, time to a new session after a cut. WORDS choose among: speed plain memory idle reconnect.
"""
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "e2e"), str(HERE.parent / "e2e" / "imap")]
from harness import make_maildir, report_mail, report_xml, stored_reports
from servers import Dovecot, Relay, until

BINARY = sys.argv[1]


def mails(count, first=1, records=20):
    rows = [(f"192.0.2.{1 + number % 250}", 10 + number, "pass", "pass") for number in range(records)]
    for number in range(first, first + count):
        yield report_mail(report_xml(report_id=f"r{number}", records=rows))


def typical_mails(folder, count):
    """What the figures of docs/performance.md are taken with."""
    target = folder / f"typical{count}"
    if not target.exists():
        generator = pathlib.Path(BINARY).parent / "tests" / "bench" / "ruagate_bench_corpus"
        subprocess.run([generator, target, "--totals", folder / "totals.json", "--messages", str(count), "--seed", "1"],
                       check=True, stdout=subprocess.DEVNULL)
    return [file.read_bytes() for file in sorted((target / "new").iterdir())]


def configure(folder, server, port=None, **more):
    values = {"name": "rua", "type": "imap", "host": "localhost", "port": port or server.tls_port, "user": "rua",
              "password_file": f"{folder}/password", "ca_file": str(server.cert), "processed": "move:Archive",
              "rejected": "move:Rejected", **more}
    (folder / "password").write_text("secret\n")
    (folder / "c.toml").write_text(f'[store]\npath = "{folder}/x.db"\n[[mailbox]]\n' + "".join(
        f"{key} = {json.dumps(value)}\n" for key, value in values.items()))
    return folder / "c.toml"


def run(*arguments):
    """Seconds, peak memory in MiB, and the document of one ingest."""
    begin = time.monotonic()
    process = subprocess.Popen([BINARY, *map(str, arguments)], stdout=subprocess.PIPE)
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    assert status == 0, status
    return time.monotonic() - begin, usage.ru_maxrss / 1024, json.loads(out)


def stored(folder):
    return stored_reports(folder / "x.db")


def forget(folder):
    for file in folder.glob("x.db*"):
        file.unlink()


def speed(folder, server, count=int(os.environ.get("RUAGATE_COUNT", "10000")), tls="implicit"):
    over_imap, as_maildir = [], []
    typical = typical_mails(folder, count)
    for turn in range(5):
        user = f"speed-{tls}-{turn}"
        server.deliver(typical, user)
        config = configure(folder, server, server.port if tls == "none" else None, user=user, tls=tls)
        seconds, _, outcome = run("--config", config, "ingest", "--json")
        assert outcome["reports_new"] == count, outcome
        over_imap.append(count / seconds)
        stages = outcome.get("stage_seconds")
        forget(folder)
        shutil.rmtree(server.dir / "mail" / user)
        maildir = make_maildir(folder / f"maildir{turn}", typical)
        config.write_text(f'[store]\npath = "{folder}/x.db"\n[[mailbox]]\nname = "rua"\ntype = "maildir"\n'
                          f'path = "{maildir}"\nprocessed = "move:Archive"\nrejected = "move:Rejected"\n')
        seconds, _, outcome = run("--config", config, "ingest", "--json")
        assert outcome["reports_new"] == count
        as_maildir.append(count / seconds)
        forget(folder)
        shutil.rmtree(maildir)
    imap, local = statistics.median(over_imap), statistics.median(as_maildir)
    print(f"speed: {imap:,.0f} messages/s over IMAP (tls {tls}), {local:,.0f} as a maildir: {100 * imap / local:.0f} %", stages)


def memory(folder, server):
    for count in (1000, 100_000):
        user = f"memory{count}"
        server.deliver(mails(count, records=2), user)
        seconds, peak, outcome = run("--config", configure(folder, server, user=user, processed="keep"), "ingest", "--json")
        assert outcome["reports_new"] == count
        print(f"memory: {count:,} messages: peak {peak:.0f} MiB, {seconds:.1f} s")
        forget(folder)


def watch(config):
    return subprocess.Popen([BINARY, "--config", str(config), "ingest", "--watch", "--json"], stdout=subprocess.DEVNULL)


def idle(folder, server, count=20):
    process = watch(configure(folder, server))
    server.deliver(mails(1, 1))
    until(lambda: stored(folder) == 1)
    times = []
    for number in range(2, 2 + count):
        time.sleep(0.5)
        begin = time.monotonic()
        server.deliver(mails(1, number))
        until(lambda n=number: stored(folder) == n)
        times.append(time.monotonic() - begin)
    process.send_signal(signal.SIGTERM)
    process.wait()
    forget(folder)
    print(f"idle: from delivery to stored report: median {statistics.median(times):.2f} s, longest {max(times):.2f} s")


def reconnect(folder, server, count=20):
    relay = Relay(server.tls_port)
    process = watch(configure(folder, server, port=relay.port, user="again"))
    server.deliver(mails(1, 1), "again")
    until(lambda: stored(folder) == 1)
    times = []
    for number in range(count):
        time.sleep(0.5)
        before, begin = relay.connections, time.monotonic()
        relay.cut_all("reset" if number % 2 else "close")
        until(lambda n=before: relay.connections > n)
        times.append(time.monotonic() - begin)
    process.send_signal(signal.SIGTERM)
    process.wait()
    relay.stop()
    forget(folder)
    print(f"reconnect: after a cut: median {statistics.median(times):.2f} s, longest {max(times):.2f} s")


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="ruagate-bench-"))
    folder.chmod(0o755)
    server = Dovecot(folder / "dovecot")
    try:
        for word in sys.argv[2:] or ["speed", "memory", "idle", "reconnect"]:
            {"speed": speed, "plain": lambda *at: speed(*at, tls="none"), "memory": memory, "idle": idle, "reconnect": reconnect}[word](folder, server)
    finally:
        server.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
