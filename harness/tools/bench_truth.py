"""Whether the figures of `hookcheck load` are true: latencies under a stall of one second, its own error against the receiver's time
stamps, and memory over a hundred times as many samples.

    python3 harness/tools/bench_truth.py HOOKCHECK

Stall: an open loop of 1,000 requests a second for eight seconds meets a server that stands still for one second. The truth comes from the
server's own clock: how long after its own millisecond of the load each event was answered. Its place in the load is learned from a run with
the same seed and without a stall, because after one a server answers in any order. The load began when the quickest answer says it did. wrk,
in its closed loop, stands beside it. The backlog is long enough for every connection: with a short one the kernel would drop some for a second more.
Own error: at one connection, the median from the first byte sent to the first byte received, less the median that the server itself
measured from the request's arrival to its answer, so that a round trip on loopback is in it.
"""

import json
import math
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

RATE, WARMUP, SECONDS, STALL = 1000, 3, 8, 1.0
ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"

STALLING = """
const http = require('node:http');
const done = [];
const server = http.createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part)).on('end', () => {
    response.writeHead(204);
    response.end();
    done.push([/"id_event":"([^"]+)"/.exec(Buffer.concat(parts))?.[1], performance.now()]);
  });
  if (done.length === STALL_AT) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(process.argv[1]));
});
process.on('SIGTERM', () => {
  require('node:fs').writeFileSync(process.argv[2], JSON.stringify(done));
  process.exit();
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => console.log('port ' + server.address().port));
""".replace("STALL_AT", str(RATE * (WARMUP + 2)))


def load(program, url, *options):
    """The report, and the most memory that it held, in MiB."""
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen([program, "load", url, "--secret", "whsec_bench", "--forged", "0%", "--duplicates", "0%", *options, "--report",
                                    "json=-"], stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        return json.loads(out.read()), usage.ru_maxrss / 1024


class Stalling:
    """A server that stands still for so long once."""

    def __init__(self, seconds, path=os.devnull):
        self.seconds, self.path = seconds, path

    def __enter__(self):
        self.process = subprocess.Popen(["node", "-e", STALLING, str(self.seconds * 1000), self.path], stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{self.process.stdout.readline().split()[1]}/"
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def under_stall(program, seconds):
    """The report, and the events in the order of the server's answers, each with the time of its answer in milliseconds."""
    with tempfile.NamedTemporaryFile() as done:
        with Stalling(seconds, done.name) as server:
            report, _ = load(program, server.url, "--rate", f"{RATE}/s", "--warmup", f"{WARMUP}s", "--duration", f"{SECONDS}s",
                             "--connections", "1200", "--seed", "1")
        return report, json.load(done)


def truth(places, done):
    """The latencies, sorted: how long after its millisecond each event was answered."""
    late = [time - places[name] * 1000 / RATE for name, time in done if places[name] >= RATE * WARMUP]
    return [each - min(late) for each in sorted(late)]


def check_stall(program):
    _, unhindered = under_stall(program, 0)
    places = {name: place for place, (name, _) in enumerate(unhindered)}
    report, done = under_stall(program, STALL)
    latencies = truth(places, done)
    for share, name in ((0.9, "p90"), (0.99, "p99")):
        seen, true = report["milliseconds"]["latency"][name], latencies[math.ceil(share * len(latencies)) - 1]
        print(f"stall   {name}: hookcheck {seen:.0f} ms, truth {true:.0f} ms: {seen / true:.3f} (aim 0.95 to 1.05)")
    if shutil.which("wrk"):
        with Stalling(STALL) as server:
            text = subprocess.run(["wrk", "-t1", "-c10", f"-d{SECONDS}s", "--latency", server.url], capture_output=True, text=True).stdout
        print("stall   wrk, closed loop:", ", ".join(" ".join(found) for found in re.findall(r"(90%|99%)\s+(\S+)", text)))


def serve_stamped(listener, residences):
    while True:
        line, _ = listener.accept()  # the first one only tries whether it can connect
        threading.Thread(target=answer_stamped, args=(line, residences), daemon=True).start()


def answer_stamped(line, residences):
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while line.recv(65536):
        arrived = time.perf_counter_ns()
        while time.perf_counter_ns() - arrived < 100000:
            pass
        residences.append(time.perf_counter_ns() - arrived)
        line.sendall(ANSWER)


def check_own_error(program):
    residences = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=serve_stamped, args=(listener, residences), daemon=True)
        server.start()
        report, _ = load(program, f"http://127.0.0.1:{listener.getsockname()[1]}/", "--clients", "1", "--duration", "3s")
    server_ms = sorted(residences)[len(residences) // 2] / 1e6
    seen = report["milliseconds"]["wait"]["p50"]
    print(f"error   median: hookcheck {seen * 1000:.0f} us, the receiver's stamps {server_ms * 1000:.0f} us: {(seen - server_ms) * 1000:.0f} us more, "
          "a round trip included (aim 50)")


def check_memory(program):
    receiver = subprocess.Popen([program, "receive", "--quiet", "--secret", "whsec_bench"], stdout=subprocess.PIPE, text=True)
    url = receiver.stdout.readline().split()[-1]
    held = []
    try:
        for count in (2000, 200000):
            report, memory = load(program, url, "--clients", "20", "--duration", "60s", "--max-requests", str(count))
            held.append(memory)
            print(f"memory  {report['answered']:>7} samples: {memory:.1f} MiB at most")
    finally:
        receiver.terminate()
        receiver.wait()
    print(f"memory  a hundred times as many samples: {held[1] / held[0]:.2f} (aim 1)")


def main():
    program = os.path.abspath(sys.argv[1])
    if not shutil.which("node"):
        print("SKIPPED: truth needs node")
        return
    check_stall(program)
    check_own_error(program)
    check_memory(program)


main()
