#!/usr/bin/env python3
"""try.py [--all] [--servers NAMES] [MODE...]: runs hookcheck against the endpoints of table.json and says which causes it does not name, and
which it claims wrongly. Without --all and MODE: a seeded selection. A row that comes out wrong is run once more, by itself, for a busy machine
makes the time look bad. Ends with 1 unless at least --named of the causes are named, and at most --wrong of 164 endpoints' worth are wrong."""
import argparse, concurrent.futures, fnmatch, json, os, random, shutil, socket, subprocess, sys, tempfile, time

here = os.path.dirname(os.path.abspath(__file__))
top = os.path.normpath(os.path.join(here, "../../../.."))
sys.path.insert(0, os.path.join(top, "harness/tests/foreign"))
import tools

START = {"node": ["node", here + "/node.mjs"], "express": ["node", here + "/express.cjs"], "python": [sys.executable, here + "/endpoint.py"],
         "php": ["sh", here + "/php.sh"], "go": ["sh", here + "/go.sh"],
         "fastify": ["node", here + "/fastify.cjs"], "koa": ["node", here + "/koa.cjs"], "hono": ["node", here + "/hono.mjs"],
         "java": ["java", "-XX:TieredStopAtLevel=1", here + "/Endpoint.java"]}
PACKAGES = {"fastify": ["fastify"], "koa": ["koa", "koa-bodyparser"], "hono": ["hono", "@hono/node-server"]}
MODULES = {"flask": "flask", "gunicorn": "flask, gunicorn", "django": "django", "aiohttp": "aiohttp", "fastapi": "fastapi, uvicorn"}
PROXIES = {"nginx": "nginx", "haproxy": "haproxy", "caddy": "caddy", "apache": "apache2", "varnish": "varnishd"}
START.update({proxy: [sys.executable, here + "/proxied.py", proxy] for proxy in PROXIES})
NEEDS = {"express": "node", **PROXIES}
SECRET = "9d4f6f0e-51a7-4f0e-8a15-0c5e1c0e7a11"
ROW_LIMIT_S = 200

args = argparse.ArgumentParser(description=__doc__)
args.add_argument("--tool", default=os.environ.get("HOOKCHECK_BIN", "build/release/hookcheck"))
args.add_argument("--all", action="store_true")
args.add_argument("--rows", type=int, default=30, help="rows of a selection")
args.add_argument("--seed", type=int, default=1)
args.add_argument("--servers")
args.add_argument("--named", type=float, default=0.94)
args.add_argument("--wrong", type=float, default=5, help="of 164 rows")
args.add_argument("--jobs", type=int, default=4)
args.add_argument("--keep", help="folder for the reports")
args.add_argument("--part", help="I/N: every N-th row from the I-th on")
args.add_argument("--only", help="cases, to make it short")
args.add_argument("modes", nargs="*")
o = args.parse_args()
environment = {**os.environ, "HOOKCHECK_SECRET": SECRET}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Supervised:
    """A server that is started again when it ends, as under a supervisor."""

    def __init__(self, server, mode, port):
        self.command = START[server] + [mode, str(port), SECRET]
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
        for line in self.process.stdout:
            if line.startswith("READY"):
                break

    def poll(self):
        if self.process.poll() is not None:
            self.start()

    def stop(self):
        self.process.terminate()  # a proxy has children
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def report_of(row):
    port = free_port()
    server = Supervised(row["server"], row["mode"], port)
    path = tempfile.mktemp(suffix=".json")
    command = [o.tool, "run", f"http://127.0.0.1:{port}/webhook", "-q", "--quick", "--diagnose", "full", "--max-time", "150s", "--seed", "7",
               "--deadline", "2s", "--report", "json=" + path] + row.get("options", []) + (["--only", o.only] if o.only else [])
    started = time.time()
    run = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while run.poll() is None and time.time() - started < ROW_LIMIT_S:
        server.poll()
        time.sleep(0.05)
    run.kill()
    run.wait()
    server.stop()
    seconds = time.time() - started
    if not os.path.exists(path):
        return None, seconds
    with open(path) as f:
        report = json.load(f)
    os.unlink(path)
    if o.keep:
        os.makedirs(o.keep, exist_ok=True)
        with open(f"{o.keep}/{row['server']}-{row['mode']}.json", "w") as f:
            json.dump(report, f)
    return report, seconds


def fits(pattern, found):
    return any(fnmatch.fnmatch(d["id"], pattern) for d in found)


def judge(row, report):
    """What was not named, and what was claimed wrongly."""
    found = report["diagnoses"] if report else []
    missed = [c for c in row["causes"] if not fits(c, found) and not any(fits(x, found) for x in row.get("or", []))]
    allowed = row["causes"] + row.get("or", []) + row.get("also", [])
    if row.get("says") and not missed and not any(row["says"] in d["sentence"] for d in found):
        missed = row["causes"]
    if row.get("explained") and report:  # every case that failed or warned belongs to a cause
        of_causes = {c for d in found for c in d["cases"]}
        missed += [c["id"] for c in report["cases"] if c["verdict"] in ("fail", "warn") and c["id"] not in of_causes]
    wrong = [d["id"] for d in found if not any(fnmatch.fnmatch(d["id"], c) for c in allowed)]
    return missed, wrong if report else ["(no report)"]


def show(row, report, seconds):
    missed, wrong = judge(row, report)
    found = [(d["id"], d["confidence"][0]) for d in report["diagnoses"]] if report else None
    print(f"{'BAD' if missed or wrong else 'ok '} {row['server']} {row['mode']}: {found}" + (f" missed {missed}" if missed else "") +
          (f" wrong {wrong}" if wrong else "") + f" ({seconds:.1f} s, {report['experiments'] if report else 0} experiments)", flush=True)
    return bool(missed or wrong)


def python_with(modules):
    """A Python that has these modules, or None."""
    for python in (sys.executable, "/usr/bin/python3"):
        if shutil.which(python) and subprocess.run([python, "-c", "import " + modules], stderr=subprocess.DEVNULL).returncode == 0:
            return python
    return None


def can_run(server):
    if server in MODULES:
        python = python_with(MODULES[server])
        START[server] = [python, here + "/frameworks.py", server]
        return python is not None
    program = NEEDS.get(server, START[server][0] if START[server][0] != "sh" else server)
    if not shutil.which(program):
        return False
    if server == "express":
        try:
            environment["EXPRESS"] = tools.npm_install(os.path.join(top, "build/npm-express"), "express@4")
        except tools.Skip as why:
            print(f"SKIPPED: Express: {why}")
            return False
    if server in PACKAGES:
        try:
            environment["MODULES"] = tools.npm_install(os.path.join(top, "build/npm-frameworks"), *sum(PACKAGES.values(), []))
        except tools.Skip as why:
            print(f"SKIPPED: {server}: {why}")
            return False
    return True


def selection(rows):
    """Some of each server's rows, as many as its share."""
    dice = random.Random(o.seed)
    chosen = []
    for server in servers:
        own = [r for r in rows if r["server"] == server]
        chosen += dice.sample(own, min(len(own), max(1, round(o.rows * len(own) / len(rows))))) if own else []
    return chosen


with open(here + "/table.json") as f:
    rows = json.load(f)
servers = o.servers.split(",") if o.servers else list({r["server"]: 0 for r in rows})
skipped = [s for s in servers if not can_run(s)]
for server in skipped:
    print(f"SKIPPED: endpoints of {server}: it is not on this machine")
rows = [r for r in rows if r["server"] in servers and r["server"] not in skipped and (not o.modes or r["mode"] in o.modes)]
if not o.all and not o.modes and not o.part and rows:
    rows = selection(rows)
if o.part:
    first, step = map(int, o.part.split("/"))
    rows = rows[first - 1::step]
if not rows:
    sys.exit("no such rows" if not skipped else 77)

started = time.time()
results = []
with concurrent.futures.ThreadPoolExecutor(o.jobs) as pool:
    futures = {pool.submit(report_of, row): row for row in rows}
    for done in concurrent.futures.as_completed(futures):
        report, seconds = done.result()
        results.append([futures[done], report, show(futures[done], report, seconds)])
bad = [r for r in results if r[2]]
if len(bad) <= max(3, len(rows) // 6):
    for result in bad:
        print("once more, by itself: ", end="")
        result[1], seconds = report_of(result[0])
        show(result[0], result[1], seconds)
wanted = sum(len(row["causes"]) for row, _, _ in results)
judged = [judge(row, report) for row, report, _ in results]
missed = sum(len(m) for m, _ in judged)
wrong = sum(len(w) for _, w in judged)
most = 1 + int(o.wrong * len(rows) / 164) if len(rows) < 164 else int(o.wrong)
print(f"{wanted - missed} of {wanted} causes named on {len(rows)} endpoints, {wrong} claimed wrongly (at most {most}), in {time.time() - started:.0f} s")
sys.exit(wanted - missed < o.named * wanted or wrong > most)
