"""Runs right endpoints in real servers and asks `hookcheck run` about each: it must call them ready, fail nothing, warn of nothing that
the server in front does not lack, and name no cause.

    python3 right.py HOOKCHECK NAME...      NAME as in `RIGHT` of table.py

Exit code 0 when it does, 1 when not, 77 when none of the servers is installed (and a line for each that is not).
"""

import fnmatch
import json
import os
import signal
import socket
import subprocess
import sys
import time

from lacks import SECRET, lacks
from table import RIGHT, TOP, Skip
from tools import SKIPPED


def free_ports(*names):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in names]
    ports = {name: one.getsockname()[1] for name, one in zip(names, sockets)}
    for one in sockets:
        one.close()
    return ports


def listens(port, process, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            time.sleep(0.05)
    return False


class Started:
    """All processes of an endpoint, in the order in which they must listen."""

    def __init__(self, right, folder):
        self.processes = []
        self.ports = free_ports("port", "inner")
        right.write(folder, self.ports)
        self.log = open(os.path.join(folder, "server.log"), "wb")
        commands = right.start(folder, self.ports)
        env = {**os.environ, "PANORA_SECRET": SECRET, "NODE_ENV": "production", "HOME": folder, **right.env}
        for command, port in zip(commands, (["inner"] * (len(commands) - 1)) + ["port"]):
            process = subprocess.Popen(command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True)
            self.processes.append(process)
            if not listens(self.ports[port], process):
                self.stop()
                raise SystemExit(f"{' '.join(command)}: does not listen, see {folder}/server.log")

    def stop(self):
        for process in self.processes:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
        self.log.close()


def complaints_of(done, report, right, port):
    true = set()
    if done.returncode != 0:
        yield f"exit code {done.returncode}"
    for case in report["cases"]:
        known = case["verdict"] == "warn" and any(fnmatch.fnmatchcase(case["id"], glob) for glob in right.warns)
        if known and lacks(case["id"], port, right.path):
            true.add(case["id"])
        elif case["verdict"] in ("fail", "warn"):
            yield f"{case['verdict']}: {case['id']}: {case['actual']}; {case['reason']}"
    for one in report["diagnoses"]:
        if not one["cases"] or not true.issuperset(one["cases"]):
            yield f"diagnosis: {one['id']}"


def judge(program, name):
    right = RIGHT[name]
    folder = os.path.join(TOP, "build/right", name)
    report = os.path.join(folder, "run.json")
    os.makedirs(folder, exist_ok=True)
    right.prepare(folder)
    started = Started(right, folder)
    scheme = "https" if right.tls else "http"
    try:
        return ask(program, right, started.ports["port"], folder, report, f"{scheme}://localhost:{started.ports['port']}{right.path}")
    finally:
        started.stop()


def ask(program, right, port, folder, report, url):
    done = subprocess.run([program, "run", url, "--quick", "--no-progress", "-4", "--report", f"json={report}",
                           *(["--cacert", os.path.join(folder, "cert.pem")] if right.tls else [])],
                          env={**os.environ, "HOOKCHECK_SECRET": SECRET, "NO_PROXY": "*"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=200)
    text = done.stdout.decode("utf-8", "replace")
    with open(os.path.join(folder, "run.txt"), "w", encoding="utf-8") as file:
        file.write(text)
    print(f"{os.path.basename(folder)}: {(text.strip().splitlines() or [''])[-1]}", flush=True)
    if done.returncode not in (0, 1, 4):
        return [f"exit code {done.returncode}: {text[-2000:]}"]
    with open(report, encoding="utf-8") as file:
        return list(complaints_of(done, json.load(file), right, port))


def main():
    program = os.path.abspath(sys.argv[1])
    judged, complained, skipped = 0, 0, []
    for name in sys.argv[2:] or RIGHT:
        try:
            complaints = judge(program, name)
            judged += 1
        except Skip as reason:
            skipped.append(f"{name}: {reason}")
            continue
        for complaint in complaints:
            print(f"  {name}: {complaint}", flush=True)
        complained += bool(complaints)
    for one in skipped:
        print(f"SKIPPED: the right endpoint {one}")
    print(f"{judged} right endpoints, {complained} with complaints")
    return 1 if complained else SKIPPED if skipped and not judged else 0


if __name__ == "__main__":
    sys.exit(main())
