"""Gives the reports of two runs, one against a faulty receiver and one against a hostile endpoint, to those who read such files:
Chromium with axe, Microsoft's SARIF multitool, a HAR validator.

    python3 check.py HOOKCHECK page|load|sarif|har [--screenshot FILE]

Exit code 0 when they take them, 1 when not, 77 when one is not installed (and a line that says what).
"""

import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
from tools import SKIPPED, Skip, need, npm_install  # noqa: E402

CACHE = os.path.join(HERE, "../../../../build/npm/report")
SECRET = "whsec_report_check"
PAYLOAD = ("<script>window.hostile=1</script><img src=x onerror=\"window.hostile=2\">\"><svg onload=window.hostile=3>"
           "</pre></details></main>'\"--><a href=\"javascript:window.hostile=4\">x</a>")


class Hostile(http.server.BaseHTTPRequestHandler):
    """Whatever a page could take for markup stands in its status line, headers and body."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0) or 0))
        body = PAYLOAD.encode() + b"\xff\x00\x1b[2J"
        self.send_response(500, PAYLOAD)
        self.send_header("Content-Type", "text/html; x=" + PAYLOAD)
        self.send_header("X-Powered-By", PAYLOAD)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = do_PATCH = do_DELETE = do_POST

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """Whoever breaks off is meant to."""


def run(hookcheck, url, *arguments):
    done = subprocess.run([hookcheck, "run", url, "--quick", "--max-time", "20s", "-q", *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env={**os.environ, "HOOKCHECK_SECRET": SECRET})
    if done.returncode not in (0, 1, 4):
        raise SystemExit(f"hookcheck run: exit {done.returncode}: {done.stdout.decode('utf-8', 'replace')[-2000:]}")


def make_reports(hookcheck, folder, ending):
    """faulty.ENDING and hostile.ENDING in `folder`."""
    receiver = subprocess.Popen([hookcheck, "receive", "-q", "--listen", "127.0.0.1:0", "--fault", "B02"], stdout=subprocess.PIPE,
                                env={**os.environ, "HOOKCHECK_SECRET": SECRET})
    try:
        url = receiver.stdout.readline().decode().split()[-1]
        run(hookcheck, url, "--report", os.path.join(folder, "faulty." + ending))
    finally:
        receiver.kill()
        receiver.wait()
    server = Server(("127.0.0.1", 0), Hostile)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    run(hookcheck, f"http://127.0.0.1:{server.server_port}/", "--report", os.path.join(folder, "hostile." + ending))
    server.shutdown()
    return [os.path.join(folder, name + "." + ending) for name in ("faulty", "hostile")]


def chromium():
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if shutil.which(name):
            return shutil.which(name)
    raise Skip("no chromium on this machine")


def node(modules, script, *arguments):
    done = subprocess.run(["node", os.path.join(HERE, script), *arguments], env={**os.environ, "MODULES": modules})
    return done.returncode


def check_page(hookcheck, folder, options):
    browser = chromium()
    modules = npm_install(CACHE, "playwright-core", "axe-core")
    return node(modules, "page.mjs", browser, *options, *make_reports(hookcheck, folder, "html"))


def check_load(hookcheck, folder, options):
    """A load that goes well, one at a hostile endpoint, and both compared."""
    browser = chromium()
    modules = npm_install(CACHE, "playwright-core", "axe-core")
    files = [os.path.join(folder, name) for name in ("right.json", "hostile.json", "right.html", "hostile.html", "both.html")]
    receiver = subprocess.Popen([hookcheck, "receive", "-q"], stdout=subprocess.PIPE, env={**os.environ, "HOOKCHECK_SECRET": SECRET})
    server = Server(("127.0.0.1", 0), Hostile)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        urls = [receiver.stdout.readline().decode().split()[-1], f"http://127.0.0.1:{server.server_port}/"]
        for url, json_file, page in zip(urls, files, files[2:]):
            subprocess.run([hookcheck, "load", url, "--rate", "50/s", "--duration", "2s", "--connections", "4", "--report", json_file, "--report", page],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "HOOKCHECK_SECRET": SECRET})
    finally:
        receiver.kill()
        receiver.wait()
        server.shutdown()
    done = subprocess.run([hookcheck, "report", *files[:2], "--report", files[4]])
    if done.returncode != 1:
        raise SystemExit(f"a load that broke against one that did not: exit {done.returncode}")
    return node(modules, "load.mjs", browser, *files[2:])


def check_har(hookcheck, folder, options):
    modules = npm_install(CACHE, "har-validator")
    return node(modules, "har.mjs", *make_reports(hookcheck, folder, "har"))


def count_foreign_schemes(file):
    """GitHub refuses a file in which a location has another scheme than the checkout's, file:."""
    with open(file, encoding="utf-8") as opened:
        results = json.load(opened)["runs"][0]["results"]
    uris = {place["physicalLocation"]["artifactLocation"]["uri"] for one in results for place in one["locations"]}
    foreign = [uri for uri in uris if ":" in uri or not uri]
    for uri in foreign:
        print(f"{os.path.basename(file)}: GitHub's code scanning refuses the location {uri}")
    return len(foreign)


def check_sarif(hookcheck, folder, options):
    modules = npm_install(CACHE, "@microsoft/sarif-multitool")
    bad = 0
    for file in make_reports(hookcheck, folder, "sarif"):
        findings = os.path.join(folder, "findings.sarif")
        program = os.path.join(modules, "@microsoft/sarif-multitool-linux/Sarif.Multitool")
        done = subprocess.run([program, "validate", file, "--output", findings, "--log", "ForceOverwrite"],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"})
        if not os.path.exists(findings):
            raise Skip(f"the SARIF multitool does not run here: {done.stdout.decode('utf-8', 'replace').strip()[-300:]}")
        with open(findings, encoding="utf-8-sig") as opened:
            results = json.load(opened)["runs"][0].get("results", [])
        errors = [one for one in results if one.get("level", "warning") == "error"]
        for one in errors[:10]:
            print(f"{os.path.basename(file)}: {one['ruleId']}: {one['message']}")
        bad += count_foreign_schemes(file)
        bad += len(errors)
        os.unlink(findings)
    return 1 if bad else 0


CHECKS = {"page": check_page, "load": check_load, "sarif": check_sarif, "har": check_har}


def main():
    need("node", "npm")
    with tempfile.TemporaryDirectory() as folder:
        return CHECKS[sys.argv[2]](os.path.abspath(sys.argv[1]), folder, sys.argv[3:])


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Skip as missing:
        print(f"SKIPPED: report {sys.argv[2]}: {missing}")
        sys.exit(SKIPPED)
