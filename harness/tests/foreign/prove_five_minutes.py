#!/usr/bin/env python3
"""Does what "Five minutes with a local Panora" (harness/platform/README.md) says, in a shell, with a real Express endpoint, and expects
what stands there: its commands as they are, its endpoint.mjs as it is, and each line of output but for ids, keys and addresses.

    prove_five_minutes.py HOOKCHECK

It runs in a network of its own, where the page's ports are free and nothing else can be reached.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

from tools import HERE, SKIPPED, Skip, need, need_version, npm_install

README = os.path.join(HERE, "../../platform/README.md")
CACHE = os.path.join(HERE, "../../../build/npm/express")
ALONE = "HOOKCHECK_ALONE"  # set once we are in a network of our own
PATIENCE = 60
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def blocks():
    """Language and text of each block of the section."""
    with open(README, encoding="utf-8") as file:
        section = re.search(r"\n## Five minutes with a local Panora\n(.*?)\n## ", file.read(), re.S)[1]
    return re.findall(r"```(\w*)\n(.*?)```", section, re.S)


def masked(line):
    return UUID.sub("UUID", re.sub(r"\s+", " ", line)).strip()


class Shell:
    def __init__(self, folder, environment):
        self.path = os.path.join(folder, "output")
        self.place = 0
        self.file = open(self.path, "wb")
        self.process = subprocess.Popen(["bash", "--norc"], cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=self.file,
                                        stderr=subprocess.STDOUT, text=True)

    def output(self):
        with open(self.path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def run(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def expect(self, line):
        """Waits until a line of the output, behind the last one that was expected, holds this one; returns it as it is."""
        wanted = masked(line.replace("...", ""))
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            lines = self.output().split("\n")
            for number in range(self.place, len(lines)):
                if wanted in masked(lines[number]):
                    self.place = number + 1
                    return lines[number]
            time.sleep(0.1)
        raise SystemExit(f'never printed: "{line}"\n{self.output()}')

    def end(self):
        self.run("kill $(jobs -p); wait; exit")
        self.process.wait(PATIENCE)
        self.file.close()


def follow(shell, text):
    """The commands of a block, each with the lines that follow it."""
    for part in re.split(r"^\$ ", text, flags=re.M)[1:]:
        command, *lines = part.rstrip("\n").split("\n")
        shell.run(command)
        for line in lines:
            if line.strip("."):
                shell.expect(line)


def wait_for_endpoint(shell, marks=[0]):
    marks[0] += 1
    shell.run("until (: </dev/tcp/127.0.0.1/3000) 2>/dev/null; do sleep .1; done; echo is up " + str(marks[0]))
    shell.expect(f"is up {marks[0]}")


def restart_endpoint(shell, folder, code):
    with open(os.path.join(folder, "endpoint.mjs"), "w", encoding="utf-8") as file:
        file.write(code)
    shell.run("kill %2; wait %2; PANORA_SECRET=$(hookcheck endpoints show $ID --secret) node endpoint.mjs &")
    wait_for_endpoint(shell)


def send_again(number):
    request = urllib.request.Request(f"http://127.0.0.1:8787/hookcheck/deliveries/{number}/again", b"{}", {"x-api-key": "local"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        json.load(answer)


def prove(tool, folder):
    start, code, register, trigger, run = [text for _, text in blocks()]
    os.symlink(tool, os.path.join(folder, "hookcheck"))
    os.symlink(os.path.join(CACHE, "node_modules"), os.path.join(folder, "node_modules"))
    with open(os.path.join(folder, "endpoint.mjs"), "w", encoding="utf-8") as file:
        file.write(code)
    environment = {**os.environ, "PATH": folder + ":" + os.environ["PATH"], "LC_ALL": "C.UTF-8", "COLUMNS": "80"}
    for name in ("HOOKCHECK_SECRET", "PANORA_API_KEY"):
        environment.pop(name, None)
    shell = Shell(folder, environment)
    try:
        follow(shell, start)
        follow(shell, register)
        wait_for_endpoint(shell)
        follow(shell, trigger)
        broken = code.replace("JSON.stringify(request.body.data)", "JSON.stringify(request.body)")
        if broken == code:
            raise SystemExit("the line that is to be broken is not in endpoint.mjs")
        restart_endpoint(shell, folder, broken)
        shell.run("hookcheck trigger crm.deal.created")
        second = UUID.search(shell.expect("2 http://localhost:3000/webhook"))[0]
        follow(shell, run)
        restart_endpoint(shell, folder, code)
        send_again(2)
        if UUID.search(shell.expect("got crm.deal.push"))[0] != second:
            raise SystemExit("another event was sent again")
    finally:
        shell.end()


def main():
    tool = os.path.abspath(sys.argv[1])
    need("bash", "unshare", "ip")
    need_version("Express 5", "node", 18)
    npm_install(CACHE, "express@5")
    if not os.environ.get(ALONE):
        if subprocess.run(["unshare", "-rn", "true"], stderr=subprocess.DEVNULL).returncode:
            raise Skip("no network of one's own can be had on this machine")
        done = subprocess.run(["unshare", "-rn", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", sys.executable, *sys.argv],
                              env={**os.environ, ALONE: "1"})
        sys.exit(done.returncode)
    folder = tempfile.mkdtemp()
    try:
        prove(tool, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("proved")


try:
    main()
except Skip as why:
    print(f"SKIPPED: five minutes with a local Panora: {why}")
    sys.exit(SKIPPED)
