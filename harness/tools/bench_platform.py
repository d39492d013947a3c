"""The local Panora under load: how soon it serves, and how many deliveries a second it sustains to a receiver on this machine while a page
watches the list, with how much memory.

    python3 harness/tools/bench_platform.py HOOKCHECK [DELIVERIES]
"""

import json
import os
import subprocess
import sys
import threading
import time
import urllib.request

KEY = "key-of-the-bench"
CHUNK = 10000  # events of one trigger, at most
STARTS = 10


def start(program):
    began = time.perf_counter()
    process = subprocess.Popen([program, "panora", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True,
                               env={**os.environ, "PANORA_API_KEY": KEY})
    url = process.stdout.readline().split()[-1].rstrip("/")
    return process, url, time.perf_counter() - began


def end(process):
    process.terminate()
    process.wait()


def ask(url, path, body=None):
    request = urllib.request.Request(url + path, json.dumps(body).encode() if body else None, {"x-api-key": KEY, "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)


def watch(url, seen):
    """A page: reads the stream for as long as there is one."""
    request = urllib.request.Request(url + "/hookcheck/stream", headers={"x-api-key": KEY})
    try:
        with urllib.request.urlopen(request, timeout=120) as stream:
            for line in stream:
                seen[0] += len(line)
    except OSError:
        pass


def peak(process):
    with open(f"/proc/{process.pid}/status", encoding="utf-8") as file:
        return int(next(line.split()[1] for line in file if line.startswith("VmHWM"))) / 1024


def sustain(program, count):
    receiver = subprocess.Popen([program, "receive", "--quiet", "--secret", "unused"], stdout=subprocess.PIPE, text=True)
    address = receiver.stdout.readline().split()[-1] + "/hook"
    process, url, _ = start(program)
    seen = [0]
    try:
        ask(url, "/hookcheck/endpoints", {"url": address, "description": "", "scope": ["crm.contact.created"]})
        threading.Thread(target=watch, args=(url, seen), daemon=True).start()
        time.sleep(0.5)
        began = time.perf_counter()
        for done in range(0, count, CHUNK):
            ask(url, "/hookcheck/trigger", {"type": "crm.contact.created", "count": min(CHUNK, count - done)})
        while True:
            state = ask(url, "/hookcheck/state")
            if not state["queued"] and not state["running"]:
                break
            time.sleep(0.02)
        seconds = time.perf_counter() - began
        print(f"panora  {count} deliveries with a page open: {count / seconds:.0f}/s (aim 2000), {peak(process):.0f} MiB at most (aim 100), "
              f"the page read {seen[0] / 1024:.0f} KiB")
    finally:
        end(process)
        end(receiver)


def main():
    program = os.path.abspath(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 20000
    times = []
    for _ in range(STARTS):
        process, _, seconds = start(program)
        times.append(seconds)
        end(process)
    print(f"panora  serves after {sorted(times)[STARTS // 2] * 1000:.0f} ms, the median of {STARTS} (aim 100)")
    sustain(program, count)


main()
