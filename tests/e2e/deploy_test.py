"""What is in deploy/, tried with the real programs as far as they are installed; what is missing is skipped, with a word."""
import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
import unittest
import urllib.parse
import urllib.request

from harness import BINARY, Case, SOURCE, make_maildir, report_mail, report_xml, ruagate
from service import Service, until

DEPLOY = SOURCE / "deploy"
NAME = "dmarc.example.com"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def program(case, *names):
    for name in names:
        found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        if found:
            return found
    case.skipTest(f"{names[0]} is not installed")
    return None


def start(case, command, log, **more):
    """A program that ends with the test."""
    with open(log, "wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, **more)

    def end():
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    case.addCleanup(end)
    return process


class Proxy(Case):
    """The service with a token behind a reverse proxy, asked by the name that the examples use."""

    def setUp(self):
        super().setUp()
        document = self.dir / "r.xml"
        document.write_text(report_xml())
        self.ok("ingest", document)
        self.token = self.ok("token", "create", "me", "--scope", "operate", "--scope", "intake").out.strip()
        self.service = Service(self.dir, self.db, http=f'hosts = ["{NAME}"]\nbehind_proxy = true')
        self.addCleanup(self.service.stop)
        self.port = free_port()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                        "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}", "-keyout", self.dir / "key.pem", "-out",
                        self.dir / "cert.pem"], check=True, capture_output=True)

    def ask(self, target, method="GET", body=None, headers=None, host=NAME):
        context = ssl.create_default_context(cafile=self.dir / "cert.pem")
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        connection = http.client.HTTPConnection(NAME, self.port, timeout=20)
        connection.sock = context.wrap_socket(raw, server_hostname=NAME)
        try:
            connection.request(method, target, body=body, headers={"Host": f"{host}:{self.port}", **(headers or {})})
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def reaches(self):
        try:
            return self.ask("/healthz")[0] == 200
        except OSError:
            return False

    def all_of_it(self):
        until(self.reaches, 20, "the proxy")
        status, headers, body = self.ask("/")
        self.assertEqual(status, 200)
        self.assertIn(b"<html", body)
        self.assertIn("default-src 'none'", headers["content-security-policy"])
        self.assertIn("max-age", headers["strict-transport-security"])
        self.assertNotIn(",", headers["strict-transport-security"], "said once")
        self.assertEqual(self.ask("/api/v1/domains")[0], 401)
        # The page's login: same origin, by the name and port that the browser knows.
        form = {"Content-Type": "application/json", "Origin": f"https://{NAME}:{self.port}", "Sec-Fetch-Site": "same-origin"}
        status, headers, body = self.ask("/api/v1/session", "POST", json.dumps({"token": self.token}), form)
        self.assertEqual(status, 200, body)
        self.assertRegex(headers["set-cookie"], r"; Secure(;|$)")
        me = {"Cookie": headers["set-cookie"].split(";")[0]}
        proof = {**me, **form, "X-CSRF-Token": json.loads(body)["csrf"]}
        self.assertEqual(self.ask("/api/v1/session", "POST", "{}", {**form, "Origin": "https://evil.example"})[0], 403)
        # A key with a slash in it arrives as it was sent.
        what = urllib.parse.quote("own:192.0.2.0/24", safe="")
        target = f"/api/v1/domains/example.com/senders/{what}"
        self.assertEqual(self.ask(target, "PUT", '{"decision":"approve"}', proof)[0], 200)
        status, _, body = self.ask("/api/v1/senders", headers=me)
        self.assertEqual([one["what"] for one in json.loads(body)["decisions"]], ["own:192.0.2.0/24"])
        self.assertEqual(self.ask(target, "PUT", '{"decision":"approve"}', {**me, **form})[0], 403, "no CSRF proof")
        status, headers, _ = self.ask("/api/v1/domains", headers=me)
        self.assertEqual(status, 200)
        self.assertEqual(self.ask("/api/v1/domains", headers={**me, "If-None-Match": headers["etag"]})[0], 304)
        self.assertEqual(self.ask("/api/v1/domains", headers={**me, "Accept-Encoding": "gzip"})[1].get("vary", "").count("Cookie"), 1)
        mail = report_mail(report_xml(report_id="posted", records=[("192.0.2.1", 1, "pass", "pass")] * 20000))
        status, _, body = self.ask("/api/v1/intake", "POST", mail, {"Authorization": f"Bearer {self.token}"})
        self.assertEqual((status, json.loads(body)["reports_new"]), (200, 1), "a large mail")
        # Who guesses is named by the address that the proxy saw, not by what the client says of itself.
        self.ask("/api/v1/domains", headers={"Authorization": "Bearer rua_x", "X-Forwarded-For": "203.0.113.9"})
        until(lambda: self.service.said("a token that is not known, from 127.0.0.1"))
        self.assertNotIn("203.0.113.9", self.service.log)
        # A name that nobody set up is not served by the service.
        self.assertNotIn(b"ruagate", self.ask("/", host="evil.example")[2])
        # The service restarts: the proxy says so meanwhile, and goes on after.
        self.assertEqual(self.ask("/healthz")[0], 200)

    def upstream(self, text):
        self.assertIn("127.0.0.1:8290", text)
        return text.replace("127.0.0.1:8290", f"127.0.0.1:{self.service.port}")

    def test_nginx(self):
        nginx = program(self, "nginx")
        text = self.upstream((DEPLOY / "nginx.conf").read_text())
        for there, here in (("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl"), ("/etc/ssl/dmarc.example.com.pem", f"{self.dir}/cert.pem"),
                            ("/etc/ssl/private/dmarc.example.com.key", f"{self.dir}/key.pem")):
            self.assertIn(there, text)
            text = text.replace(there, here)
        text = re.sub(r"\n\s*listen \[::\]:443[^\n]*", "", text)
        (self.dir / "site.conf").write_text(text)
        paths = "".join(f"{kind}_temp_path {self.dir}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (self.dir / "nginx.conf").write_text(
            f"daemon off;\nmaster_process off;\npid {self.dir}/pid;\nerror_log {self.dir}/error.log;\nevents {{}}\n"
            f"http {{\naccess_log off;\n{paths}include {self.dir}/site.conf;\n}}\n")
        command = [nginx, "-p", str(self.dir), "-e", str(self.dir / "error.log"), "-c", str(self.dir / "nginx.conf")]
        checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.assertNotIn("[warn]", checked.stderr)
        start(self, command, self.dir / "nginx.out")
        self.all_of_it()
        self.assertEqual(self.ask("/metrics", headers={"Authorization": f"Bearer {self.token}"})[0], 200, "from this machine")

    def test_caddy(self):
        caddy = program(self, "caddy")
        text = self.upstream((DEPLOY / "Caddyfile").read_text())
        self.assertIn(f"\n{NAME} {{", text)
        (self.dir / "Caddyfile").write_text(
            "{\n\tadmin off\n\tauto_https disable_redirects\n}\n" +
            text.replace(f"\n{NAME} {{", f"\nhttps://{NAME}:{self.port} {{\n\ttls {self.dir}/cert.pem {self.dir}/key.pem\n\tbind 127.0.0.1"))
        home = {**os.environ, "HOME": str(self.dir), "XDG_DATA_HOME": str(self.dir), "XDG_CONFIG_HOME": str(self.dir)}
        checked = subprocess.run([caddy, "validate", "--adapter", "caddyfile", "--config", DEPLOY / "Caddyfile"], env=home,
                                 capture_output=True, text=True, check=False)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        tidy = subprocess.run([caddy, "fmt", DEPLOY / "Caddyfile"], env=home, capture_output=True, text=True, check=False)
        self.assertEqual(tidy.stdout, (DEPLOY / "Caddyfile").read_text())
        start(self, [caddy, "run", "--adapter", "caddyfile", "--config", str(self.dir / "Caddyfile")], self.dir / "caddy.out", env=home)
        self.all_of_it()
        self.assertEqual(self.ask("/metrics", headers={"Authorization": f"Bearer {self.token}"})[0], 403)


class Monitoring(Case):
    """Prometheus scrapes the service; every question of the Grafana dashboard and every alert rule has an answer there."""

    def setUp(self):
        super().setUp()
        self.ok("ingest", SOURCE / "samples/maildir", SOURCE / "samples/reports")
        broken = self.dir / "broken.xml"
        broken.write_text("<feedback><report_metadata>")
        ruagate("--db", self.db, "ingest", broken)
        self.token = self.ok("token", "create", "prometheus", "--scope", "read").out.strip()
        maildir = make_maildir(self.dir / "box", [report_mail(report_xml(report_id="new"))])
        self.service = Service(self.dir, self.db, config=f'[[mailbox]]\nname = "rua"\ntype = "maildir"\npath = "{maildir}"\nprocessed = "keep"\n')
        self.addCleanup(self.service.stop)
        until(lambda: "ruagate_ingest_reports_total" in self.metrics())

    def metrics(self):
        return self.service.ask("/metrics", headers={"Authorization": f"Bearer {self.token}"}).body.decode()

    @staticmethod
    def questions():
        """Every PromQL expression in deploy/grafana."""
        found = []

        def walk(node):
            if isinstance(node, dict):
                found.extend([node["expr"]] if "expr" in node else [])
                for value in node.values():
                    walk(value)
            elif isinstance(node, list):
                for value in node:
                    walk(value)
        walk(json.loads((DEPLOY / "grafana/dashboard.json").read_text()))
        found += re.findall(r"^\s+expr: (.+)$", (DEPLOY / "grafana/alerts.yaml").read_text(), re.M)
        return found

    def test_every_name_and_label_is_one_that_there_is(self):
        text = self.metrics()
        names = set(re.findall(r"^(ruagate_\w+)", text, re.M))
        self.assertGreater(len(self.questions()), 15)
        for question in self.questions():
            for name, labels in re.findall(r"(ruagate_\w+)(?:\{([^}]*)\})?", question):
                self.assertIn(name, names, question)
                for label, is_text, value in re.findall(r"(\w+)(=~?)\"([^\"]*)\"", labels):
                    wanted = rf'^{name}\{{[^}}]*\b{label}="{value if is_text == "=" else ""}'
                    self.assertRegex(text, re.compile(wanted, re.M), question)
        documented = (SOURCE / "docs/service.md").read_text()
        for name in names:
            short = re.sub(r"_(bucket|sum|count)$", "", name.removeprefix("ruagate"))
            parts = [short, short.replace("_domain", "", 1), short.replace("_mailbox", "", 1), short.replace("_ingest", "", 1),
                     short.replace("_http", "", 1), short.replace("_database", "", 1), short.replace("_task", "", 1)]
            self.assertTrue(any(f"{part}`" in documented for part in parts), f"docs/service.md does not name {name}")

    def test_the_rules_are_sound_and_the_metrics_well_formed(self):
        promtool = program(self, "promtool")
        done = subprocess.run([promtool, "check", "rules", DEPLOY / "grafana/alerts.yaml"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        done = subprocess.run([promtool, "check", "metrics"], input=self.metrics(), capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_prometheus_scrapes_and_answers(self):
        prometheus = program(self, "prometheus")
        port = free_port()
        (self.dir / "token").write_text(self.token)
        (self.dir / "prometheus.yml").write_text(
            f"global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nrule_files: [{DEPLOY}/grafana/alerts.yaml]\n"
            "scrape_configs:\n  - job_name: ruagate\n"
            f"    authorization: {{credentials_file: {self.dir}/token}}\n    static_configs: [{{targets: ['127.0.0.1:{self.service.port}']}}]\n")
        start(self, [prometheus, f"--config.file={self.dir}/prometheus.yml", f"--storage.tsdb.path={self.dir}/tsdb",
                     f"--web.listen-address=127.0.0.1:{port}"], self.dir / "prometheus.out")

        def ask(path):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/{path}", timeout=10) as answer:
                    return json.loads(answer.read())["data"]
            except (OSError, http.client.HTTPException):
                return None

        def result(question):
            answer = ask("query?query=" + urllib.parse.quote(question))
            return answer and answer["result"]

        until(lambda: (result('up{job="ruagate"}') or [{"value": [0, "0"]}])[0]["value"][1] == "1", 30, "the scrape")
        until(lambda: result("rate(ruagate_http_request_seconds_bucket[1m])"), 30, "a second scrape")
        for question in self.questions():
            # An alert that is not so has no result; what it compares must be there.
            self.assertIsNotNone(result(question.replace("$domain", ".*")), question)
            for name in re.findall(r"ruagate_\w+", question):
                self.assertTrue(until(lambda: result(name), 15, name), question)
        for group in until(lambda: (ask("rules") or {}).get("groups"), 20):
            for rule in group["rules"]:
                until(lambda: next(one for g in ask("rules")["groups"] for one in g["rules"] if one["name"] == rule["name"])["health"] == "ok", 20, rule["name"])


class Units(Case):
    """The units of systemd, without a systemd: verified, and held to what the filter of system calls leaves."""

    def test_they_are_sound_and_little_exposed(self):
        analyze = program(self, "systemd-analyze")
        for unit in ("ruagate.service", "ruagate-backup.service", "ruagate-backup.timer"):
            text = (DEPLOY / "systemd" / unit).read_text().replace("/usr/local/bin/ruagate", BINARY)
            (self.dir / unit).write_text(text)
        for unit in ("ruagate.service", "ruagate-backup.service", "ruagate-backup.timer"):
            done = subprocess.run([analyze, "verify", "--man=no", self.dir / unit], capture_output=True, text=True, check=False)
            self.assertEqual(done.stderr + done.stdout, "", unit)
            if unit.endswith(".service"):
                done = subprocess.run([analyze, "security", "--offline=true", "--threshold=20", self.dir / unit], capture_output=True,
                                      text=True, check=False)
                self.assertEqual(done.returncode, 0, done.stdout)

    def allowed(self, analyze):
        """System calls that the unit leaves, as systemd-analyze expands their groups."""
        groups, name = {}, ""
        for line in subprocess.run([analyze, "syscall-filter"], capture_output=True, text=True, check=True).stdout.splitlines():
            if line.startswith("@"):
                name = line.strip()
                groups[name] = set()
            elif line.strip() and not line.strip().startswith("#"):
                groups[name].add(line.strip())

        def expand(one):
            return set().union(*map(expand, groups[one])) if one.startswith("@") else {one}
        left = set()
        for line in re.findall(r"^SystemCallFilter=(.+)$", (DEPLOY / "systemd/ruagate.service").read_text(), re.M):
            named = set().union(*map(expand, line.lstrip("~").split()))
            left = left - named if line.startswith("~") else left | named
        # systemd never takes these away.
        return left | expand("@default")

    def test_the_service_needs_no_call_that_is_filtered(self):
        analyze, strace = program(self, "systemd-analyze"), program(self, "strace")
        if re.search("lib[atu]b?san", subprocess.run(["ldd", BINARY], capture_output=True, text=True, check=True).stdout):
            self.skipTest("a sanitizer makes calls of its own")
        maildir = make_maildir(self.dir / "box", [report_mail(report_xml(report_id=str(i))) for i in range(20)])
        self.ok("ingest", maildir)
        config = self.dir / "x.toml"
        config.write_text(f'[store]\npath = "{self.db}"\n[http]\nlisten = "127.0.0.1:0"\n[[mailbox]]\nname = "box"\ntype = "maildir"\n'
                          f'path = "{maildir}"\nprocessed = "move:Done"\n'
                          '[[mailbox]]\nname = "far"\ntype = "imap"\nhost = "localhost"\nport = 1\nuser = "x"\npassword_env = "SECRET"\n')
        process = start(self, [strace, "-f", "-qq", "-o", str(self.dir / "calls"), BINARY, "--config", str(config), "serve"],
                        self.dir / "log", env={**os.environ, "SECRET": "x"})
        log = self.dir / "log"
        found = until(lambda: re.search(r"listening on http://127.0.0.1:(\d+)", log.read_text()), 30)
        for target in ("/", "/metrics", "/api/v1/domains", "/api/v1/domains/example.com/sources", "/api/v1/health"):
            with urllib.request.urlopen(f"http://127.0.0.1:{found.group(1)}{target}", timeout=30) as answer:
                self.assertEqual(answer.status, 200)
        until(lambda: not any((maildir / "new").iterdir()) and not any((maildir / "cur").iterdir()), 60, "the mail")
        time.sleep(0.5)
        pid = int(subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=True).stdout.split()[0])
        os.kill(pid, 15)
        self.assertEqual(process.wait(20), 0)
        calls = set(re.findall(r"^\d+ +(?:<\.\.\. )?([a-z_0-9]+)(?:\(| resumed)", (self.dir / "calls").read_text(errors="replace"), re.M))
        self.assertIn("epoll_wait", calls | ({"epoll_wait"} if "epoll_pwait" in calls else set()))
        left = {"arch_prctl", "execve"} | self.allowed(analyze)
        if os.geteuid() == 0:
            left.add("fchown")  # SQLite gives its files their owner as root alone, which the unit is not
        self.assertEqual(calls - left, set())


class Container(Case):
    def test_the_image_has_every_library_that_the_program_loads(self):
        program(self, "dpkg")
        loaded = subprocess.run(["ldd", BINARY], capture_output=True, text=True, check=True).stdout
        text = (DEPLOY / "Containerfile").read_text()
        installed = set(re.search(r"apt-get install([^&]+)", text.replace("\\\n", " ")).group(1).split())
        #: Of the base image, or of every C++ library that is named.
        installed |= {"libc6", "libgcc-s1", "libstdc++6"}
        direct = subprocess.run(["objdump", "-p", BINARY], capture_output=True, text=True, check=True).stdout
        for name in re.findall(r"NEEDED\s+(\S+)", direct):
            self.assertIn(name, loaded)
            found = subprocess.run(["dpkg", "-S", f"*/{name}"], capture_output=True, text=True, check=False).stdout
            owners = {line.split(":")[0] for line in found.splitlines()}
            if "lib/gcc" in found or not owners or "San" in name or name.startswith(("libasan", "libubsan", "libtsan")):
                continue  # a sanitizer's
            self.assertTrue(owners & installed, f"{name} of {owners} is not in deploy/Containerfile")


class Cron(Case):
    def test_its_commands_are_commands(self):
        lines = [line for line in (DEPLOY / "ruagate.cron").read_text().splitlines() if " ruagate " in line and not line.startswith("#")]
        self.assertGreaterEqual(len(lines), 4)
        maildir = make_maildir(self.dir / "box", [report_mail(report_xml())])
        mailed = self.dir / "mailed"
        (self.dir / "bin").mkdir()
        for name, text in (("ruagate", f'exec {BINARY} --config {self.dir}/x.toml "$@"'), ("sendmail", f'cat >>{mailed}')):
            (self.dir / "bin" / name).write_text(f"#!/bin/sh\n{text}\n")
            (self.dir / "bin" / name).chmod(0o755)
        (self.dir / "x.toml").write_text(f'[store]\npath = "{self.db}"\n[summary]\nsendmail = "{self.dir}/bin/sendmail"\n'
                                         f'[[mailbox]]\nname = "box"\ntype = "maildir"\npath = "{maildir}"\nprocessed = "keep"\n')
        for line in lines:
            command = re.split(r"\s+ruagate\s+", line, maxsplit=1)[1].replace("\\%", "%").replace("/var/backups", str(self.dir))
            done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False,
                                  env={**os.environ, "PATH": f"{self.dir}/bin:{os.environ['PATH']}"})
            self.assertEqual((done.returncode, done.stderr), (0, ""), command)
        self.assertIn("example.com", mailed.read_text())
        self.assertEqual(len(list(self.dir.glob("ruagate-*.db"))), 1, "a copy of the database")


if __name__ == "__main__":
    unittest.main()
