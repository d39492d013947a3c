"""No text report is longer than 60 lines or wider than 80 columns, whatever is at the other end; and what it gives to repeat
works as it stands: against the receiver with 30 different faults, closed, redirecting and silent ports, TLS and hostile answers.

    python3 screens.py HOOKCHECK
"""

import concurrent.futures
import os
import re
import socket
import subprocess
import sys
import tempfile
import time

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../.."))
SECRET = "whsec_screens"
FAULTS = ("A01 A02 A05 A09 A14 A21 A24 A27 A30 B01 B04 B08 B12 B16 C01 C04 C09 C14 C20 C24 D01 D03 E01 E05 E08 F01 F05 F10 G01 G05 "
          "A16 C11").split()
BEHAVIOURS = ["redirect=http://127.0.0.1:1/", "status=200", "status=500", "status=404", "html", "garbage", "endless", "close", "reset",
              "wrong-length", "gzip-bomb", "extra-bytes"]
SELECT = ["--quick", "--max-time", "30s", "--suite", "panora/signature", "--suite", "panora/delivery", "--suite", "http/robustness"]
SELECT += ["--no-config"]
MOST_LINES, MOST_COLUMNS, MOST_GREEN = 60, 80, 25


def start(program, *arguments):
    """A receiver, and the port that it chose."""
    env = {**os.environ, "HOOKCHECK_SECRET": SECRET}
    child = subprocess.Popen([program, "receive", "--listen", "127.0.0.1:0", *arguments], env=env, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True)
    port = None
    while port is None:
        line = child.stdout.readline()
        if not line:
            raise SystemExit(f"{arguments}: no receiver")
        found = re.search(r"127\.0\.0\.1:(\d+)", line)
        port = int(found[1]) if found else None
    return child, port


def run(program, *arguments, shell=None):
    env = {**os.environ, "HOOKCHECK_SECRET": SECRET, "COLUMNS": "80", "LC_ALL": "C.UTF-8", "NO_PROXY": "*",
           "PATH": os.path.dirname(program) + ":" + os.environ["PATH"]}
    done = subprocess.run(shell or [program, "run", *arguments], shell=shell is not None, env=env, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=200, check=False)
    return done.returncode, done.stdout, done.stderr


def looks(name, code, text):
    """Complaints about one screen. The last line is for scripts, and is not broken."""
    lines = text.splitlines() or [""]
    is_green = code == 0 and " 0 warned" in lines[-1]
    most = MOST_GREEN if is_green else MOST_LINES
    complaints = [f"{name}: {len(lines)} lines"] if len(lines) > most else []
    complaints += [f"{name}: {len(line)} columns: {line}" for line in lines[:-1] if len(line) > MOST_COLUMNS]
    if not lines or not lines[-1].startswith("hookcheck: "):
        complaints.append(f"{name}: the last line is {lines[-1:]}")
    return complaints


def repeat_lines(text):
    """The commands behind "repeat", continued lines joined by the shell's own rule."""
    return [re.sub(r"\n +", "\n", found) for found in re.findall(r"^ +repeat +((?:.*\\\n)*.*)", text, re.M)]


def check_repeat(name, program, text):
    complaints = []
    for line in repeat_lines(text)[:1]:
        code, out, err = run(program, shell=line)
        shows_it = {0: " 0 warned" not in out, 2: " 0 warned" not in out, 1: True, 3: True, 4: True}
        if not shows_it.get(code, False):
            complaints.append(f"{name}: {line}: exit {code}: {err}{out[-300:]}")
    return complaints


def try_receiver(program, arguments, extra=(), repeats=True):
    child, port = start(program, *arguments)
    name = " ".join(arguments)
    try:
        code, text, err = run(program, f"http://127.0.0.1:{port}/hook", *SELECT, *extra)
        complaints = looks(name, code, text)
        if err and not extra:
            complaints.append(f"{name}: standard error: {err}")
        if repeats:
            complaints += check_repeat(name, program, text)
        return complaints
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def try_closed(program):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code, text, _ = run(program, f"http://127.0.0.1:{port}/", *SELECT)
    complaints = looks("closed port", code, text)
    return complaints + ([] if code == 3 and len(text.splitlines()) <= 12 else [f"closed port: exit {code}: {text}"])


def try_tls(program, folder):
    complaints = []
    subprocess.run([os.path.join(TOP, "fixtures/tls/make-certs"), folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    for name in ("valid", "expired", "wrong-host", "self-signed", "incomplete-chain"):
        child, port = start(program, "--cert", f"{folder}/{name}.pem", "--key", f"{folder}/{name}.key")
        for url, extra in ((f"https://localhost:{port}/", ("--cacert", f"{folder}/ca.pem")), (f"http://localhost:{port}/", ())):
            code, text, _ = run(program, url, *SELECT, *extra)
            complaints += looks(f"TLS {name} {url[:5]}", code, text)
        child.kill()
        child.wait()
        child.stdout.close()
    return complaints


def try_secret_and_header(program, folder):
    """A run by --secret-file and --header @FILE prints a line that works without HOOKCHECK_SECRET."""
    for name, content in (("secret", SECRET), ("header", "Authorization: Bearer screens-token\n")):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(content)
    options = ("--secret-file", f"{folder}/secret", "--header", f"@{folder}/header")
    return try_receiver(program, ["--fault", "A02"], options)


def main():
    program = os.path.abspath(sys.argv[1])
    begun = time.monotonic()
    complaints = []
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(try_receiver, program, ["--fault", fault]) for fault in FAULTS]
        jobs += [pool.submit(try_receiver, program, ["--behaviour", one], (), False) for one in BEHAVIOURS]
        jobs += [pool.submit(try_receiver, program, []), pool.submit(try_closed, program), pool.submit(try_tls, program, f"{folder}/tls"),
                 pool.submit(try_secret_and_header, program, folder)]
        for job in jobs:
            complaints += job.result()
    print("\n".join(complaints) or f"{len(jobs)} screens in {time.monotonic() - begun:.0f} s")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
