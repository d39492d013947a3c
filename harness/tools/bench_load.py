"""How fast `hookcheck load` and `hookcheck send --count` send beside wrk: at the same nginx, which answers 204 without looking, with the same
connections, thread and body size, plain and over TLS. wrk repeats one body; hookcheck makes and signs each event. The
sides take turns; the best turn of each counts, and the CPU time that a request cost its sender.

    python3 harness/tools/bench_load.py HOOKCHECK [SECONDS] [TURNS]
"""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

CONNECTIONS = 50
AIM = 0.9  # of wrk's requests a second
AIM_SEND = 0.35  # send prints a line for each request
EVENTS = 100000

CONF = """
daemon off; master_process off; pid {0}/pid; error_log {0}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off; keepalive_requests 1000000000;
    client_body_temp_path {0}/b; proxy_temp_path {0}/p; fastcgi_temp_path {0}/f; uwsgi_temp_path {0}/u; scgi_temp_path {0}/s;
    server {{
        listen 127.0.0.1:{1}; listen 127.0.0.1:{2} ssl;
        ssl_certificate {0}/cert.pem; ssl_certificate_key {0}/key.pem;
        location / {{ return 204; }}
    }}
}}
"""

SCRIPT = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Panora-Signature"] = string.rep("a", 64)
wrk.body = string.rep("x", {0})
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(command):
    """Standard output, and the CPU time in seconds that the process used."""
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        return out.read().decode(), usage.ru_utime + usage.ru_stime


def by_wrk(url, seconds, script):
    text, cpu = run(["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", script, url])
    return float(re.search(r"Requests/sec:\s*([0-9.]+)", text)[1]), cpu / int(re.search(r"(\d+) requests in", text)[1])


def by_hookcheck(program, url, seconds):
    text, cpu = run([program, "load", url, "--secret", "whsec_bench", "--insecure", "--clients", str(CONNECTIONS),
                     "--duration", f"{seconds}s", "--forged", "0%", "--duplicates", "0%", "--report", "json=-"])
    report = json.loads(text)
    if report["failed"]:
        sys.exit(f"hookcheck load: {report['errors']}")
    return report["requests_per_second"], cpu / report["answered"], report["bytes_sent"] / report["sent"]


def by_send(program, url):
    began = time.monotonic()
    run([program, "send", url, "--secret", "whsec_bench", "--concurrency", str(CONNECTIONS), "--count", str(EVENTS)])
    return EVENTS / (time.monotonic() - began)


def compare_send(url, program, turns, script):
    """Each side's best turn."""
    pairs = [(by_wrk(url, 2, script)[0], by_send(program, url)) for _ in range(turns)]
    wrk, send = max(pair[0] for pair in pairs), max(pair[1] for pair in pairs)
    print(f"send    hookcheck / wrk: {send:.0f}/s, {send / wrk:.2f} of its requests a second (aim {AIM_SEND})")


def compare(name, url, program, seconds, turns, script):
    best = {"wrk": 0.0, "hookcheck": 0.0}
    cost = {"wrk": 1e9, "hookcheck": 1e9}
    for _ in range(turns):
        for side, (rate, cpu) in (("wrk", by_wrk(url, seconds, script)),
                                  ("hookcheck", by_hookcheck(program, url, seconds)[:2])):
            best[side] = max(best[side], rate)
            cost[side] = min(cost[side], cpu)
    for side in best:
        print(f"{name:<8}{side:<12}{best[side]:>10.0f}/s{cost[side] * 1e6:>10.1f} us of CPU a request")
    print(f"{name:<8}hookcheck / wrk: {best['hookcheck'] / best['wrk']:.2f} of its requests a second (aim {AIM}), "
          f"{cost['hookcheck'] / cost['wrk']:.2f} of its CPU time a request")


@contextlib.contextmanager
def nginx_serving(folder, plain, tls):
    """An nginx that answers 204 at these two ports."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "2", "-subj", "/CN=localhost", "-keyout", f"{folder}/key.pem", "-out",
                    f"{folder}/cert.pem"], check=True, capture_output=True)
    with open(f"{folder}/nginx.conf", "w", encoding="utf-8") as conf:
        conf.write(CONF.format(folder, plain, tls))
    nginx = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
    server = subprocess.Popen([nginx, "-p", folder, "-c", f"{folder}/nginx.conf"], stderr=subprocess.DEVNULL)
    try:
        time.sleep(1)
        yield server
    finally:
        server.terminate()
        server.wait()


def main():
    program = os.path.abspath(sys.argv[1])
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    turns = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    if not shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin") or not shutil.which("wrk"):
        print("SKIPPED: load needs nginx and wrk")
        return
    plain, tls = free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder, nginx_serving(folder, plain, tls):
        url = f"http://127.0.0.1:{plain}/"
        size = by_hookcheck(program, url, 1)[2]
        body = max(1, int(size) - 320)  # the head of hookcheck's requests has about as many bytes
        with open(f"{folder}/post.lua", "w", encoding="utf-8") as script:
            script.write(SCRIPT.format(body))
        compare("plain", url, program, seconds, turns, f"{folder}/post.lua")
        compare_send(url, program, turns, f"{folder}/post.lua")
        compare("TLS", f"https://127.0.0.1:{tls}/", program, seconds, turns, f"{folder}/post.lua")


if __name__ == "__main__":
    main()
