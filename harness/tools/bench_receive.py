"""How fast the reference receiver verifies: wrk repeats one genuine signed event at `hookcheck receive`, and at an nginx that answers 204
without looking, with the same connections and the same bytes. The sides take turns; the best turn of each counts, and the CPU time that a
request cost the server.

    python3 harness/tools/bench_receive.py HOOKCHECK [SECONDS] [TURNS]
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

from bench_load import by_wrk, free_port, nginx_serving

AIM = 0.6  # of nginx's requests a second
SECRET = "whsec_bench"
SENDERS_OWN = ("Host", "Content-Length", "Connection")  # wrk writes these


def script_of(program):
    """A script for wrk that repeats one genuine event."""
    event = json.loads(subprocess.run([program, "sign", "--format", "json", "--secret", SECRET, "--seed", "1"], capture_output=True,
                                      check=True).stdout)
    quoted = lambda text: "".join(f"\\{byte:03d}" for byte in text.encode())
    headers = [f'wrk.headers["{name}"] = "{quoted(value)}"' for name, value in event["headers"] if name not in SENDERS_OWN]
    return "\n".join(['wrk.method = "POST"', *headers, f'wrk.body = "{quoted(event["body"])}"'])


class Receiving:
    """The receiver with these options."""

    def __init__(self, program, *options):
        self.command = [program, "receive", "--quiet", "--secret", SECRET, *options]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = re.search(r"https?://\S+", self.process.stdout.readline())[0] + "/"
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def cpu_of(pid):
    """Seconds that the process and its children have used so far: the receiver serves in a child."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as children:
        rest = sum(cpu_of(int(child)) for child in children.read().split())
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") + rest


def turn(server, url, seconds, script):
    """Requests a second, and the server's CPU time for each in seconds."""
    before = cpu_of(server.pid)
    rate, _ = by_wrk(url, seconds, script)
    return rate, (cpu_of(server.pid) - before) / (rate * seconds)


def compare(name, sides, seconds, turns, script):
    """`sides`: what is measured, nginx first: name, process and URL of each."""
    best, cost = {}, {}
    for _ in range(turns):
        for side, server, url in sides:
            rate, cpu = turn(server, url, seconds, script)
            best[side] = max(best.get(side, 0.0), rate)
            cost[side] = min(cost.get(side, 1e9), cpu)
    nginx = sides[0][0]
    for side, _, _ in sides[1:]:
        print(f"{name:<9}{side} / nginx: {best[side]:.0f}/s of {best[nginx]:.0f}/s: {best[side] / best[nginx]:.2f} (aim {AIM}); "
              f"{cost[side] * 1e6:.1f} us of CPU a request beside {cost[nginx] * 1e6:.1f}: {cost[nginx] / cost[side]:.2f}")


def main():
    program = os.path.abspath(sys.argv[1])
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 4
    turns = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    if not shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin") or not shutil.which("wrk"):
        print("SKIPPED: the receiver's rate needs nginx and wrk")
        return
    plain, tls = free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder, nginx_serving(folder, plain, tls) as nginx:
        script = f"{folder}/event.lua"
        with open(script, "w", encoding="utf-8") as file:
            file.write(script_of(program))
        with Receiving(program) as right, Receiving(program, "--journal", f"{folder}/journal") as noting, Receiving(program, "--tls") as secure:
            compare("receive", [("nginx", nginx, f"http://127.0.0.1:{plain}/"), ("receive", right.process, right.url),
                                ("with --journal", noting.process, noting.url)], seconds, turns, script)
            compare("over TLS", [("nginx", nginx, f"https://127.0.0.1:{tls}/"), ("receive", secure.process, secure.url)], seconds, turns,
                    script)


if __name__ == "__main__":
    main()
