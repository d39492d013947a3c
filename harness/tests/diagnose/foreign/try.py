#!/usr/bin/env python3
"""try.py [--tool PATH] [--servers NAMES] [MODE...]: runs hookcheck against the endpoints of table.json and says which causes it
does not name, and which it claims wrongly. Ends with 1 unless as many are named, and as few claimed wrongly, as --named and --wrong say."""
import argparse, concurrent.futures, fnmatch, json, os, socket, subprocess, sys, tempfile, time
here = os.path.dirname(os.path.abspath(__file__))
START = {"node": ["node", here + "/node.mjs"], "python": ["python3", here + "/endpoint.py"], "php": ["sh", here + "/php.sh"], "go": ["sh", here + "/go.sh"]}
args = argparse.ArgumentParser()
args.add_argument("--tool", default=os.environ.get("HOOKCHECK_BIN", "build/release/hookcheck"))
args.add_argument("--servers")
args.add_argument("--named", type=float, default=0.94)
args.add_argument("--wrong", type=int, default=5)
args.add_argument("--jobs", type=int, default=2)
args.add_argument("--keep", help="folder for the reports")
args.add_argument("--part", help="I/N: every N-th row from the I-th on")
args.add_argument("modes", nargs="*")
o = args.parse_args()
secret = "9d4f6f0e-51a7-4f0e-8a15-0c5e1c0e7a11"

def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]

class Supervised:
    """A server that is started again when it ends, as under a supervisor."""
    def __init__(self, server, mode, port):
        self.command = START[server] + [mode, str(port), secret]
        self.start()
    def start(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            if line.startswith("READY"): break
    def poll(self):
        if self.process.poll() is not None: self.start()
    def stop(self):
        self.process.kill(); self.process.wait()

def report_of(row):
    port = free_port()
    server = Supervised(row["server"], row["mode"], port)
    path = tempfile.mktemp(suffix=".json")
    command = [o.tool, "run", f"http://127.0.0.1:{port}/webhook", "-q", "--quick", "--diagnose", "full", "--max-time", "600s", "--seed", "7", "--deadline", "2s", "--report", "json=" + path] + row.get("options", [])
    run = subprocess.Popen(command, env={**os.environ, "HOOKCHECK_SECRET": secret}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    started = time.time()
    while run.poll() is None and time.time() - started < 400:
        server.poll(); time.sleep(0.05)
    run.kill()
    server.stop()
    if not os.path.exists(path): return None, time.time() - started
    with open(path) as f: report = json.load(f)
    os.unlink(path)
    if o.keep:
        os.makedirs(o.keep, exist_ok=True)
        with open(f"{o.keep}/{row['server']}-{row['mode']}.json", "w") as f: json.dump(report, f)
    return report, time.time() - started

def claims(pattern, found): return any(fnmatch.fnmatch(d["id"], pattern) for d in found)

named = wanted = wrong = 0
with open(here + "/table.json") as f: rows = json.load(f)
rows = [r for r in rows if (not o.modes or r["mode"] in o.modes) and (not o.servers or r["server"] in o.servers.split(","))]
if o.part:
    first, step = map(int, o.part.split("/"))
    rows = rows[first - 1::step]
pool = concurrent.futures.ThreadPoolExecutor(o.jobs)
for row, (report, seconds) in zip(rows, pool.map(report_of, rows)):
    found = report["diagnoses"] if report else []
    missed = [c for c in row["causes"] if not claims(c, found) and not any(claims(x, found) for x in row.get("or", []))]
    allowed = row["causes"] + row.get("or", []) + row.get("also", [])
    extra = [d for d in found if not any(fnmatch.fnmatch(d["id"], c) for c in allowed)]
    wanted += len(row["causes"]); named += len(row["causes"]) - len(missed); wrong += len(extra)
    if row.get("says") and not any(row["says"] in d["sentence"] for d in found): missed.append(f'"{row["says"]}"')
    requests = report["experiments"] if report else 0
    print(f"{'BAD' if missed or extra else 'ok '} {row['server']} {row['mode']}: {[(d['id'], d['confidence'][0]) for d in found]}" + (f" missed {missed}" if missed else "") + (f" wrong {[d['id'] for d in extra]}" if extra else "") + f" ({seconds:.1f} s, {requests} experiments)", flush=True)
print(f"{named} of {wanted} named, {wrong} wrong")
sys.exit(named < o.named * wanted or wrong > o.wrong)
