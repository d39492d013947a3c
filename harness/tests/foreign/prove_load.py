#!/usr/bin/env python3
"""Proves what `hookcheck load --export` writes, with the engine itself, against the reference receiver.

    prove_load.py HOOKCHECK locust|k6

Locust runs as one master and two workers on loopback, and once more by itself. k6 is stood in for under Node: its modules are a few lines, and each request
really goes out. The receiver's journal must show that every event that was to be genuine is, that no id came twice but those of
duplicates, and that every forgery was refused; against a receiver that does not verify the exit code must be 1.
"""

import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from tools import HERE, SKIPPED, Skip, need

SECRET = "whsec_load_project_ü"
SECONDS = 3
PORT_FROM = 20000 + os.getpid() % 12000  # below those that the system gives to clients


def expect(holds, what):
    if not holds:
        raise SystemExit(what)


class Receiver:
    def __init__(self, tool, folder, *options):
        self.journal = os.path.join(folder, "journal.ndjson")
        if os.path.exists(self.journal):
            os.unlink(self.journal)
        self.process = subprocess.Popen([tool, "receive", "--quiet", "--journal", self.journal, *options], stdout=subprocess.PIPE,
                                        env={**os.environ, "HOOKCHECK_SECRET": SECRET}, text=True)
        self.url = self.process.stdout.readline().split()[-1] + "/hook"

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        with open(self.journal, encoding="utf-8") as file:
            return [json.loads(line) for line in file]


def export(tool, engine, url, folder, *options):
    project = os.path.join(folder, engine)
    shutil.rmtree(project, ignore_errors=True)
    subprocess.run([tool, "load", url, "--export", engine, project, "--duration", f"{SECONDS}s", "--deadline", "3s", *options],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "HOOKCHECK_SECRET": SECRET})
    for name in os.listdir(project):
        with open(os.path.join(project, name), encoding="utf-8") as file:
            expect(SECRET not in file.read(), f"the secret stands in {name}")
    return project


def locust_alone(project):
    done = subprocess.run(["locust", "--config", "load.conf"], cwd=project, env={**os.environ, "HOOKCHECK_SECRET": SECRET}, timeout=60,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def free_port():
    """The first from PORT_FROM on that nobody has."""
    for port in range(PORT_FROM, 32768):
        with socket.socket() as one:
            try:
                one.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise SystemExit(f"no port is free from {PORT_FROM} on")


def locust(project, workers=2):
    """The master's exit code and what it printed."""
    environment = {**os.environ, "HOOKCHECK_SECRET": SECRET, "PYTHONWARNINGS": "ignore"}
    common = {"cwd": project, "env": environment, "stdin": subprocess.DEVNULL, "stderr": subprocess.STDOUT, "text": True}
    port = str(free_port())
    hands = [subprocess.Popen(["locust", "--worker", "--master-host", "127.0.0.1", "--master-port", port],
                              stdout=subprocess.DEVNULL, **common) for _ in range(workers)]
    try:
        master = subprocess.run(["locust", "--config", "load.conf", "--master", "--expect-workers", str(workers), "--master-bind-host", "127.0.0.1",
                                 "--master-bind-port", port], stdout=subprocess.PIPE, timeout=60, **common)
    finally:
        for hand in hands:
            hand.kill()
            hand.wait()
    return master.returncode, master.stdout


def k6(project):
    need("node")
    stand_in = os.path.join(HERE, "k6_stand_in")
    shutil.copytree(os.path.join(stand_in, "k6"), os.path.join(project, "node_modules/k6"), dirs_exist_ok=True)
    shutil.copyfile(os.path.join(stand_in, "load.mjs"), os.path.join(project, "load.mjs"))
    shutil.copyfile(os.path.join(project, "script.js"), os.path.join(project, "script.mjs"))
    done = subprocess.run(["node", "load.mjs"], cwd=project, env={**os.environ, "HOOKCHECK_SECRET": SECRET}, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
    return done.returncode, done.stdout


def check_journal(entries, printed, least):
    """Genuine or forged by the receiver's own rule; ids come once but for duplicates, which are the same bytes."""
    genuine = [entry for entry in entries if entry["verified"]]
    bodies = {}
    for entry in genuine:
        bodies.setdefault(entry["id_event"], set()).add(entry["body_base64"])
    doubled = len(genuine) - len(bodies)
    datas = {json.loads(base64.b64decode(entry["body_base64"]))["data"] for entry in genuine}
    expect(len(genuine) >= least, f"only {len(genuine)} genuine events of {len(entries)} arrived\n{printed}")
    expect(all(entry["status"] == 204 for entry in genuine), "a genuine event was refused")
    expect(all(400 <= entry["status"] < 500 for entry in entries if not entry["verified"]), "a forgery was accepted")
    expect(all(len(seen) == 1 for seen in bodies.values()), "two events have one id")
    expect(len(datas) == len(bodies), "two events have the same data")
    expect(doubled < len(genuine) * 0.1, f"{doubled} of {len(genuine)} came twice")
    expect(len(entries) - len(genuine) < len(entries) * 0.25, "more than a quarter were forged")
    expect(any(not entry["verified"] for entry in entries), "nothing was forged")


def prove(tool, engine, folder):
    run = {"locust": locust, "k6": k6}[engine]
    mix = ["--events", "crm.contact.created=3,ticketing.ticket.created", "--forged", "10%", "--duplicates", "2%"]
    receiver = Receiver(tool, folder)
    try:
        project = export(tool, engine, receiver.url, folder, "--rate", "100/s", *mix, "--slo", "p99<2500ms,errors<1%,rate>30/s")
        code, printed = run(project)
    finally:
        entries = receiver.end()
    expect(code == 0, f"exit code {code}\n{printed}")
    check_journal(entries, printed, 100 * SECONDS * 0.4)
    receiver = Receiver(tool, folder, "--fault", "A01")
    try:
        alone = {"locust": locust_alone, "k6": k6}[engine]
        project = export(tool, engine, receiver.url, folder, "--clients", "3", "--max-requests", "60", "--forged", "50%")
        code, printed = alone(project)
    finally:
        entries = receiver.end()
    expect(len(entries) <= 60, f"{len(entries)} requests instead of at most 60")
    expect(code == (99 if engine == "k6" else 1), f"exit code {code} although forgeries were accepted\n{printed}")
    expect("FINDING: forged event accepted" in printed, printed)


def main():
    tool, engine = os.path.abspath(sys.argv[1]), sys.argv[2]
    folder = tempfile.mkdtemp()
    began = time.monotonic()
    try:
        if engine == "locust":
            need("locust")
        prove(tool, engine, folder)
        print(f"{engine}: proved in {time.monotonic() - began:.1f} s")
    except Skip as why:
        print(f"SKIPPED: {engine}: {why}")
        sys.exit(SKIPPED)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


main()
