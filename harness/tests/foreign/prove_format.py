"""Proves a request format with the tool that it is for: hookcheck writes genuine and forged requests in that format, the
tool sends them to the reference receiver, and what arrived is compared byte for byte with what the manifest lists.

    python3 prove_format.py HOOKCHECK FORMAT

Exit code 0 when it holds, 1 when not, 77 when the tool is not to be had (and a line that says so). A tool that cannot be
installed is stood in for by a reading of its published grammar; READERS says which.
"""

import base64
import collections
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

from tools import SKIPPED, Skip, need, npm_install

HERE = os.path.dirname(os.path.abspath(__file__))
SECRET = "whsec_published_by_hookcheck_for_tests_only"
TYPES = ["crm.contact.created", "crm.deal.pulled"]
NPM = os.environ.get("HOOKCHECK_NPM", os.path.join(HERE, "../../../build/npm"))
# What clients write by themselves where they do not send every byte as it is told to them.
OWN = {"host", "content-length", "connection", "transfer-encoding", "postman-token", "cache-control", "expect"}


def run(*command, **options):
    # a proxy of this machine is no part of the proof
    env = {**os.environ, "NO_PROXY": "*", "no_proxy": "*", **options.pop("env", {})}
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env, timeout=300, **options)
    return done.returncode, done.stdout.decode("utf-8", "replace")


def npm(package):
    return npm_install(NPM, package)


class Receiver:
    def __init__(self, program, folder, *options):
        self.journal = os.path.join(folder, "journal")
        self.process = subprocess.Popen(
            [program, "receive", "--listen", "127.0.0.1:0", "--journal", self.journal, *options],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, "HOOKCHECK_SECRET": SECRET})
        self.url = self.process.stdout.readline().decode().split()[-1] + "/hook"

    def arrived(self):
        self.process.terminate()
        self.process.wait()
        with open(self.journal, encoding="utf-8") as file:
            return [json.loads(line) for line in file]


# --- consumers: send the document at `path` to `url`; return the tool's complaint, or None ---
def curl_config(path, url):
    code, text = run("curl", "-sS", "-o", "/dev/null", "--config", path)
    return code and text


def curl(path, url):
    code, text = run("sh", "-e", path)
    return code and text


def by_environment(*command):
    def consume(path, url):
        need(command[0])
        code, text = run(*command, os.path.basename(path), cwd=os.path.dirname(path), env={"WEBHOOK_URL": url})
        return code and text
    return consume


def pytest(path, url):
    for command in (["pytest-3"], [sys.executable, "-m", "pytest"]):
        if shutil.which(command[0]) and run(*command, "--version")[0] == 0:
            options = ["-q", "-p", "no:cacheprovider"]
            code, text = run(*command, *options, path, cwd=os.path.dirname(path), env={"WEBHOOK_URL": url})
            return code and text
    raise Skip("no pytest on this machine")


def go_test(path, url):
    need("go")
    folder = os.path.join(os.path.dirname(path), "go")
    os.makedirs(folder)
    shutil.copy(path, folder)
    with open(os.path.join(folder, "go.mod"), "w", encoding="utf-8") as file:
        file.write("module webhook\n\ngo 1.19\n")
    code, text = run("go", "test", "./...", cwd=folder, env={"WEBHOOK_URL": url, "GOFLAGS": "", "GO111MODULE": ""})
    return code and text


def jest(path, url):
    modules = npm("jest@29")
    code, text = run(os.path.join(modules, ".bin/jest"), "--config={}", "--rootDir", os.path.dirname(path), path,
                     cwd=os.path.dirname(path), env={"WEBHOOK_URL": url})
    return code and text


def newman(path, url):
    modules = npm("newman@6")
    code, text = run(os.path.join(modules, ".bin/newman"), "run", path, "--ignore-redirects", "--reporters", "cli")
    return code and text


def k6(path, url):
    """Runs the script with k6's three functions stood in for; every request really goes out."""
    need("node")
    folder = os.path.join(os.path.dirname(path), "k6run")
    stand_in = os.path.join(HERE, "k6_stand_in")
    shutil.copytree(os.path.join(stand_in, "k6"), os.path.join(folder, "node_modules/k6"))
    shutil.copy(os.path.join(stand_in, "run.mjs"), folder)
    shutil.copy(path, os.path.join(folder, "script.mjs"))
    code, text = run("node", "run.mjs", cwd=folder, env={"WEBHOOK_URL": url})
    return code and text


# --- readers, for what is no program: they send what they read as the tool would ---
def send(method, url, fields, body):
    to = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(to.hostname, to.port, timeout=30)
    target = to.path + ("?" + to.query if to.query else "")
    connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
    names = [name.lower() for name, _ in fields]
    own = [("Host", to.netloc), ("Content-Length", str(len(body)))]
    for name, value in fields + [pair for pair in own if pair[0].lower() not in names and (body or pair[0] == "Host")]:
        connection.putheader(name, value.encode("latin-1"))
    connection.endheaders(body)
    connection.getresponse().read()
    connection.close()


def har(path, url):
    modules = npm("har-validator@5")
    check = "require('har-validator').har(JSON.parse(require('fs').readFileSync(process.argv[1]))).catch((e) => " \
            "{ console.log(e.errors ?? e); process.exit(1) })"
    code, text = run("node", "-e", check, path, env={"NODE_PATH": modules})
    if code:
        return text
    with open(path, encoding="utf-8") as file:
        for entry in json.load(file)["log"]["entries"]:
            request = entry["request"]
            post = request.get("postData", {"text": ""})
            body = post["text"].encode("utf-8")
            if post.get("_encoding") == "base64":
                body = base64.b64decode(body)
            if request["bodySize"] != len(body):
                return f"bodySize is {request['bodySize']}, the body has {len(body)} bytes"
            send(request["method"], request["url"], [(f["name"], f["value"]) for f in request["headers"]], body)
    return None


def vegeta(path, url):
    """lib/target.schema.json: method and url, a header of lists of strings, a body in base64."""
    with open(path, encoding="utf-8") as file:
        for line in file:
            target = json.loads(line)
            if set(target) != {"method", "url", "header", "body"}:
                return f"members {sorted(target)}"
            fields = [(name, value) for name, values in target["header"].items() for value in values]
            send(target["method"], target["url"], fields, base64.b64decode(target["body"], validate=True))
    return None


def ndjson(path, url):
    with open(path, encoding="utf-8") as file:
        for line in file:
            event = json.loads(line)
            fields = [(name, value) for name, values in event["headers"].items()
                      for value in (values if isinstance(values, list) else [values])]
            query = "?" + event["query"] if "query" in event else ""
            body = event["body"].encode() if "body" in event else base64.b64decode(event["body_base64"])
            send(event.get("method", "POST"), url + query, fields, body)
    return None


HURL = re.compile(
    r"# [^\n]*\n(?P<method>[A-Z]+) (?P<url>\S+)\n(?P<fields>(?:[^\s:]+: [^\n]*\n)*)"
    r"(?:base64,(?P<body>[A-Za-z0-9+/=]+);\n)?HTTP \*\n\[Asserts\]\n(?:status (?:<|>=|<=|>|==) [0-9]+\n)+\n?")


def hurl(path, url):
    """https://hurl.dev/docs/grammar.html, as far as our files go."""
    def plain(text):
        if re.search(r"(?<!\\)#|\{\{", text):
            raise ValueError(text)
        return re.sub(r"\\(?:u\{([0-9a-f]+)\}|(.))", lambda m: chr(int(m[1], 16)) if m[1] else m[2], text)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    at = 0
    while at < len(text):
        entry = HURL.match(text, at)
        if not entry:
            return f"no entry at {text[at:at + 200]!r}"
        fields = [tuple(plain(part) for part in line.split(": ", 1)) for line in entry["fields"].splitlines()]
        send(entry["method"], plain(entry["url"]), fields, base64.b64decode(entry["body"] or ""))
        at = entry.end()
    return None


def http_file(path, url):
    """github.com/JetBrains/http-request-in-editor-spec: ### separators, a request line, fields, a blank line, a body."""
    with open(path, encoding="utf-8", newline="") as file:
        parts = re.split(r"^###[^\n]*\n", file.read(), flags=re.M)
    if parts[0]:
        return f"something stands before the first separator: {parts[0][:100]!r}"
    for part in parts[1:]:
        head, _, body = part.partition("\n\n")
        line, *fields = head.rstrip("\n").split("\n")
        method, target, version = line.split(" ")
        if version != "HTTP/1.1":
            return f"request line {line!r}"
        fields = [(name, value.strip(" ")) for name, value in (field.split(":", 1) for field in fields)]
        send(method, target, fields, body.strip("\n").encode("utf-8"))
    return None


EXACT = {"curl", "curl-config", "pytest", "node-test", "jest", "go-test", "har"}
CONSUMERS = {
    "curl": curl, "curl-config": curl_config, "har": har, "postman": newman, "hurl": hurl, "k6": k6,
    "http-file": http_file, "vegeta": vegeta, "pytest": pytest, "node-test": by_environment("node", "--test"),
    "jest": jest, "go-test": go_test, "ndjson": ndjson,
}


# --- what arrived beside what is listed ---
def folded(fields, exact):
    """A field's value may have blanks around it that no client sends; a client may spell and order names anew."""
    kept = [(name, value.strip(" ")) for name, value in fields if exact or name.lower() not in OWN]
    names = [(name.lower(), value) for name, value in kept]
    return tuple(kept if exact else sorted(names, key=lambda field: field[0]))


def listed(folder, exact):
    with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
        entries = json.load(file)["fixtures"]
    for entry in entries:
        with open(os.path.join(folder, entry["headers"]), "rb") as file:
            lines = [line.decode("latin-1").split(":", 1) for line in file.read().split(b"\n") if line]
        with open(os.path.join(folder, entry["body"]), "rb") as file:
            body = file.read()
        target = "/hook" + ("?" + entry["query"] if "query" in entry else "")
        yield (entry["method"], target, folded([(n, v) for n, v in lines], exact), body), entry


def seen(exchange, exact):
    # a value that is not UTF-8 stands byte by byte as the characters of those numbers, and says so in a third item
    fields = [(field[0], field[1].encode("latin-1" if len(field) > 2 else "utf-8").decode("latin-1"))
              for field in exchange["headers"]]
    return exchange["method"], exchange["target"], folded(fields, exact), base64.b64decode(exchange["body_base64"])


def short(key):
    return f"{key[0]} {key[1]} {key[2]} {key[3][:80]!r}"


def compare(folder, name, arrived, left_out):
    exact = name in EXACT
    wanted = list(listed(folder, exact))
    keys = {key for key, _ in wanted}
    got = collections.Counter(seen(exchange, exact) for exchange in arrived)
    problems = [f"arrived, but is not listed: {short(key)}" for key in got if key not in keys]
    missing = [entry["name"] for key, entry in wanted if key not in got]
    if len(missing) != left_out:
        problems.append(f"{left_out} are said to be left out, did not arrive: {missing}")
    return problems, len(wanted) - len(missing)


def prove(program, name, folder):
    receiver = Receiver(program, folder)
    out = os.path.join(folder, "corpus")
    only = [option for event in TYPES for option in ("--events", event)]
    code, text = run(program, "fixtures", out, *only, "--format", name, "--url", receiver.url)
    if code:
        return [text], 0
    left_out = sum(int(number) for number in re.findall(r"note: (\d+) of the requests cannot be represented", text))
    problems = []
    for event in TYPES:
        inner = os.path.join(out, event)
        documents = [entry for entry in os.listdir(inner) if re.match("(test_)?events", entry)]
        if len(documents) != 1:
            return [f"documents: {documents}"], 0
        complaint = CONSUMERS[name](os.path.join(inner, documents[0]), receiver.url)
        if complaint:
            problems.append(str(complaint)[-3000:])
    more, count = compare(out, name, receiver.arrived(), left_out)
    return problems + more[:5], count


TESTS = ["pytest", "node-test", "jest", "go-test"]
REASON = "expected reject, got 204: a correct endpoint refuses an event without a Panora-Signature header"


def prove_reason(program, name, folder):
    """What a failed test prints: why the endpoint should have done otherwise."""
    receiver = Receiver(program, folder, "--fault", "no-verification")
    out = os.path.join(folder, "reasons")
    code, text = run(program, "fixtures", out, "--events", TYPES[0], "--only", "refuses-missing", "--format", name, "--url", receiver.url)
    if code:
        return [text]
    inner = os.path.join(out, TYPES[0])
    document = next(entry for entry in os.listdir(inner) if re.match("(test_)?events", entry))
    complaint = str(CONSUMERS[name](os.path.join(inner, document), receiver.url))
    receiver.arrived()
    return [] if REASON in complaint else [f"does not say why: {complaint[-2000:]}"]


def main():
    program, name = sys.argv[1:3]
    os.environ.pop("HOOKCHECK_SECRET", None)
    with tempfile.TemporaryDirectory() as folder:
        try:
            problems, count = prove(program, name, folder)
            if name in TESTS:
                problems += prove_reason(program, name, folder)
        except Skip as reason:
            print(f"SKIPPED: {name}: {reason}")
            return SKIPPED
    for problem in problems:
        print(f"{name}: {problem}")
    print(f"{name}: {count} requests arrived as they are listed, {len(problems)} problems")
    return 1 if problems or count < 50 else 0


if __name__ == "__main__":
    sys.exit(main())
