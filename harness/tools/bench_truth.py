"""Whether the figures of `hookcheck load` are true: latencies under a stall of one second, its own error against the receiver's time
stamps, and memory over a hundred times as many samples.

    python3 harness/tools/bench_truth.py HOOKCHECK

Stall: an open loop of 1,000 requests a second for eight seconds meets a server that stands still for one second. The requests that were
due meanwhile waited for what was left of the second, so that of all latencies a share of 1 - q is above (length of the stall) - (1 - q) *
(length of the load): that is the truth to which p90 and p99 are compared, with wrk in its closed loop beside it.
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

RATE, SECONDS, STALL = 1000, 8, 1.0
ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"

STALLING = """
const http = require('node:http');
let first = 0;
const server = http.createServer((request, response) => {
  request.resume().on('end', () => { response.writeHead(204); response.end(); });
  if (!first) {
    first = Date.now();
    setTimeout(() => {
      const from = process.hrtime.bigint();
      while (process.hrtime.bigint() - from < 1000000000n) ;
      console.log('stall ' + Number(process.hrtime.bigint() - from) / 1e9);
    }, 3000);
  }
});
server.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port));
"""


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

    def stall(self):
        return float(self.process.stdout.readline().split()[1])

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def check_stall(program):
    with Stalling() as server:
        report, _ = load(program, server.url, "--rate", f"{RATE}/s", "--duration", f"{SECONDS}s", "--connections", "1200")
        stall = server.stall()
    for share, name in ((0.9, "p90"), (0.99, "p99")):
        truth = (stall - (1 - share) * SECONDS) * 1000
        seen = report["milliseconds"]["latency"][name]
        print(f"stall   {name}: hookcheck {seen:.0f} ms, truth {truth:.0f} ms: {seen / truth:.3f} (aim 0.95 to 1.05)")
    if shutil.which("wrk"):
        with Stalling() as server:
            text = subprocess.run(["wrk", "-t1", "-c10", f"-d{SECONDS}s", "--latency", server.url], capture_output=True, text=True).stdout
        print("stall   wrk, closed loop:", ", ".join(" ".join(found) for found in re.findall(r"(90%|99%)\s+(\S+)", text)))


def serve_stamped(listener, residences):
    line, _ = listener.accept()
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
