"""Runs one handler of fixtures/snippets in its real framework and judges it over HTTP: by every vector (genuine ones must be
answered 2xx, all others 4xx), by an empty secret, and by `hookcheck run`.

    python3 check.py HOOKCHECK NAME [--every-secret]        NAME as in `SNIPPETS` of table.py

Each secret takes a server start: without --every-secret only those of many vectors and a few others are used.

Exit code 0 when the handler is right, 1 when not, 77 when what it runs in is not installed (and a line that says what).
"""

import base64
import collections
import fnmatch
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time

from table import SNIPPETS, Skip
from tools import SKIPPED

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.normpath(os.path.join(HERE, "../../../.."))
MAIN_SECRET = "3c1d7f0e-52b8-4a6d-9e17-0a4bb2f65c91"
# A key is trimmed, decoded or re-encoded here when it is anywhere.
OTHER_SECRETS = [MAIN_SECRET + "\n", "passé", "whsec_dGhpcyBpcyBub3QgZGVjb2RlZA=="]
Vector = collections.namedtuple("Vector", "name body signature valid")


def all_vectors():
    groups = []
    for name in ("vectors.json", "collected.json"):
        with open(os.path.join(TOP, "fixtures/vectors", name), encoding="utf-8") as file:
            groups += json.load(file)["testGroups"]
    for group in groups:
        for test in group["tests"]:
            if "secret" not in group or "NotOverHttp" in test["flags"]:
                continue
            value = test.get("signature")
            signature = base64.b64decode(test["signatureBase64"]) if "signatureBase64" in test else value and value.encode()
            if value == "":
                signature = b""
            yield group["secret"], Vector(test["tcId"], base64.b64decode(test["body"]), signature, test["result"] == "valid")


class Server:
    """The handler, started on a free port with this secret."""

    def __init__(self, snippet, folder, secret):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        env = {**os.environ, "PORT": str(self.port), "PANORA_SECRET": secret, "NO_PROXY": "*", **snippet.env}
        self.log = open(os.path.join(folder, "server.log"), "ab")
        self.process = subprocess.Popen(snippet.command(self.port), cwd=folder, env=env, stdout=self.log,
                                        stderr=self.log, start_new_session=True)
        self.path = snippet.path
        self.connection = None

    def wait(self, seconds=60):
        """True when it listens, False when it ended instead."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                return False
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return True
            except OSError:
                time.sleep(0.05)
        return False

    def post(self, vector):
        """The status of the answer; 0 when there was none. A kept connection that was closed meanwhile is opened again."""
        for attempt in (1, 2):
            fresh = self.connection is None
            try:
                return self.post_once(vector)
            except (OSError, http.client.HTTPException):
                self.connection = None
                if fresh:
                    return 0
        return 0

    def post_once(self, vector):
        if not self.connection:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection = self.connection
        connection.putrequest("POST", self.path, skip_accept_encoding=True)
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(len(vector.body)))
        if vector.signature is not None:
            connection.putheader("Panora-Signature", vector.signature)
        connection.endheaders(vector.body)
        answer = connection.getresponse()
        answer.read()
        return answer.status

    def stop(self):
        if self.connection:
            self.connection.close()
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.log.close()


def judge_vectors(name, server, vectors):
    """Posts them all; returns complaints."""
    complaints = []
    for vector in vectors:
        status = server.post(vector)
        if status // 100 != (2 if vector.valid else 4):
            complaints.append(f"{vector.name}: answered {status} where {'2xx' if vector.valid else '4xx'} is right")
    genuine = sum(vector.valid for vector in vectors)
    print(f"{name}: {genuine} genuine and {len(vectors) - genuine} other vectors over HTTP")
    return complaints


def judge_empty_secret(snippet, folder, vector):
    """Without a secret nothing may be accepted, whether it refuses to start or refuses what comes."""
    server = Server(snippet, folder, "")
    accepted = server.wait(30) and server.post(vector) // 100 == 2
    server.stop()
    return ["takes events signed with an empty secret"] if accepted else []


def judge_by_hookcheck(program, server, folder, warns):
    env = {**os.environ, "HOOKCHECK_SECRET": MAIN_SECRET, "NO_PROXY": "*"}
    report = os.path.join(folder, "run.json")
    done = subprocess.run([program, "run", f"http://127.0.0.1:{server.port}{server.path}", "--quick", "--no-progress",
                           "--report", f"json={report}"], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
    text = done.stdout.decode("utf-8", "replace")
    with open(os.path.join(folder, "run.txt"), "w", encoding="utf-8") as file:
        file.write(text)
    print(text.strip().splitlines()[-1])
    with open(report, encoding="utf-8") as file:
        result = json.load(file)
    complaints = [] if done.returncode == 0 else [f"hookcheck run: exit code {done.returncode}, see {folder}/run.txt"]
    complaints += [f"hookcheck run warns of {case['id']}" for case in result["cases"]
                   if case["verdict"] == "warn" and not any(fnmatch.fnmatchcase(case["id"], glob) for glob in warns)]
    # what the server around the handler lacks is said as a diagnosis too
    mine = [one["id"] for one in result["diagnoses"]
            if not all(any(fnmatch.fnmatchcase(case, glob) for glob in warns) for case in one["cases"])]
    return complaints + [f"hookcheck run diagnoses {one}" for one in mine]


def secrets_to_use(by_secret, every):
    if every:  # the environment can hold no NUL; the empty one is judged by itself
        return [MAIN_SECRET, *(s for s in by_secret if s not in ("", MAIN_SECRET) and "\0" not in s)]
    return [MAIN_SECRET, *OTHER_SECRETS, *(s for s, v in by_secret.items() if len(v) > 50 and s != MAIN_SECRET)]


def check(program, name, every_secret):
    snippet = SNIPPETS[name]
    folder = os.path.join(TOP, "build/snippets", name)
    os.makedirs(folder, exist_ok=True)
    open(os.path.join(folder, "server.log"), "wb").close()
    snippet.prepare(os.path.join(TOP, "fixtures/snippets"), folder)
    by_secret = collections.defaultdict(list)
    for secret, vector in all_vectors():
        by_secret[secret].append(vector)
    complaints = judge_empty_secret(snippet, folder, by_secret[""][0])
    for secret in secrets_to_use(by_secret, every_secret):
        server = Server(snippet, folder, secret)
        try:
            if not server.wait():
                return complaints + [f"did not start, see {folder}/server.log"]
            complaints += judge_vectors(name, server, by_secret[secret])
            if secret == MAIN_SECRET:
                complaints += judge_by_hookcheck(program, server, folder, snippet.warns)
        finally:
            server.stop()
    return complaints


def main():
    program, name, *options = sys.argv[1:]
    try:
        complaints = check(os.path.abspath(program), name, options == ["--every-secret"])
    except Skip as reason:
        print(f"SKIPPED: the handler for {name}: {reason}")
        return SKIPPED
    for complaint in complaints:
        print(f"{name}: {complaint}")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
