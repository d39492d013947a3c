"""How fast signed events are made: `hookcheck fixtures` beside a Node script, and beside `openssl speed`, which does
nothing but HMAC-SHA256 over as many bytes. The sides take turns, so that whatever else the machine does falls on all of
them; the best turn of each counts.

    python3 harness/tools/bench.py HOOKCHECK [EVENTS] [TURNS]

Exit code 1 when a ratio falls below what the project promises (TARGETS).
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SIZE = 690  # of data; the message, which is data as a JSON string, has 700 bytes
TARGETS = {"node": 8.0, "openssl": 0.4, "rss": 32 * 1024}


def measured(command, path=os.devnull):
    """Wall time and CPU time in seconds, and resident memory in KiB, of one process that writes to `path`."""
    with open(path, "wb") as out:
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command[0]} ended with {process.returncode}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def openssl_rate(size, *options):
    """By CPU time; with -elapsed by wall time."""
    command = ["openssl", "speed", "-mr", *options, "-seconds", "1", "-bytes", str(size), "-hmac", "sha256"]
    text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    return float(re.search(r"^\+F:.*:([0-9.]+)$", text, re.M)[1]) / size


def stream(program, count):
    return [program, "fixtures", "--format", "ndjson", "--events", "crm.contact.created", "--size", str(SIZE),
            "--count", str(count), "-"]


def main():
    program = sys.argv[1]
    events = int(sys.argv[2]) if len(sys.argv) > 2 else 400000
    turns = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    os.environ.pop("HOOKCHECK_SECRET", None)
    line = subprocess.run(stream(program, 1), capture_output=True, check=True).stdout.decode()
    message = len(json.dumps(json.loads(json.loads(line)["body"])["data"]))
    best = {"hookcheck": 0.0, "node": 0.0, "openssl": 0.0}
    best_wall = dict(best)
    memory = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "events")
        script = ["node", os.path.join(HERE, "bench_sign.mjs"), str(events // 8), path, line]
        for _ in range(turns):
            wall, cpu, rss = measured(stream(program, events), path)
            best["hookcheck"] = max(best["hookcheck"], events / cpu)
            best_wall["hookcheck"] = max(best_wall["hookcheck"], events / wall)
            memory = max(memory, rss)
            if shutil.which("node"):
                wall, cpu, _ = measured(script)
                best["node"] = max(best["node"], events / 8 / cpu)
                best_wall["node"] = max(best_wall["node"], events / 8 / wall)
            best["openssl"] = max(best["openssl"], openssl_rate(message))
            best_wall["openssl"] = max(best_wall["openssl"], openssl_rate(message, "-elapsed"))
    print(f"{message} byte messages, to a file; best of {turns} turns; events a second")
    print(f"{'':<12}{'CPU time':>14}{'wall time':>14}")
    for name in best:
        print(f"{name:<12}{best[name]:>14.0f}{best_wall[name]:>14.0f}")
    failed = memory > TARGETS["rss"]
    print(f"resident memory of hookcheck: {memory / 1024:.1f} MiB (at most 32)")
    for name in ("node", "openssl"):
        if not best[name]:
            print(f"SKIPPED: no {name} here")
            continue
        ratio = best["hookcheck"] / best[name]
        wall = best_wall["hookcheck"] / best_wall[name]
        failed = failed or ratio < TARGETS[name]
        print(f"hookcheck / {name}: {ratio:.2f} by CPU time, {wall:.2f} by wall time (at least {TARGETS[name]})")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
