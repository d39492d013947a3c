"""Whether the figures of `hookcheck load` are true: latencies under a stall of one second, its own error against the receiver's time
stamps, and memory over a hundred times as many samples.

    python3 harness/tools/bench_truth.py HOOKCHECK

Stall: an open loop of 1,000 requests a second for eight seconds meets a server that stands still for one second. The truth comes from the
server's own clock: its n-th answer left so long after the n-th millisecond of the load, which began when the quickest answer says it
did. wrk, in its closed loop, stands beside it. The backlog is long enough for every connection: with a short one the kernel would drop some for a second more.
Own error: at one connection, the median from the first byte sent to the first byte received, less the median that the server itself
measured from the request's arrival to its answer, so that a round trip on loopback is in it.
"""

import json
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
const times = [];
const server = http.createServer((request, response) => {
  request.resume().on('end', () => { response.writeHead(204); response.end(); times.push(performance.now()); });
  if (times.length === WARMUP + 2000) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STALL_MS);
});
process.on('SIGTERM', () => {
  const late = times.slice(WARMUP).map((time, n) => time - n * 1000 / RATE);
  const begun = late.reduce((least, time) => Math.min(least, time), Infinity);
  const sorted = late.map((time) => time - begun).sort((a, b) => a - b);
  console.log(['truth', ...[0.9, 0.99].map((share) => sorted[Math.ceil(share * sorted.length) - 1])].join(' '));
  process.exit();
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => console.log('port ' + server.address().port));
""".replace("STALL_MS", str(int(STALL * 1000))).replace("RATE", str(RATE)).replace("WARMUP", str(RATE * WARMUP))


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
    def __enter__(self):
        self.process = subprocess.Popen(["node", "-e", STALLING], stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{self.process.stdout.readline().split()[1]}/"
        return self

    def truth(self):
        self.process.terminate()
        return [float(word) for word in self.process.stdout.readline().split()[1:]]

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def check_stall(program):
    with Stalling() as server:
        report, _ = load(program, server.url, "--rate", f"{RATE}/s", "--warmup", f"{WARMUP}s", "--duration", f"{SECONDS}s",
                         "--connections", "1200")
        truths = server.truth()
    for truth, name in zip(truths, ("p90", "p99")):
        seen = report["milliseconds"]["latency"][name]
        print(f"stall   {name}: hookcheck {seen:.0f} ms, truth {truth:.0f} ms: {seen / truth:.3f} (aim 0.95 to 1.05)")
    if shutil.which("wrk"):
        with Stalling() as server:
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
