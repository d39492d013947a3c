"""Types what a page of fixtures/snippets/README.md tells a newcomer to type, in a fresh project of that framework, and looks
whether its output is what the page shows.

    python3 pages.py HOOKCHECK FRAMEWORK        as in the page's head: Express, Flask, ...
"""

import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile

from table import SNIPPETS, Skip
from tools import SKIPPED, need

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.normpath(os.path.join(HERE, "../../../.."))
JARS = ":".join(["build", *(f"/usr/share/java/{jar}.jar" for jar in
                            ("junit4", "hamcrest-core", "jackson-databind", "jackson-core", "jackson-annotations"))])

# What stands in for a tool of which only the part is tried that the page speaks of.
STUBS = {
    "Flask": {"stubs/pip": "#!/bin/sh\n", "stubs/flask": "#!/bin/sh\nexec {python} -m flask \"$@\"\n",
              "stubs/python3": "#!/bin/sh\nexec {python} \"$@\"\n"},
    "Rails": {"bin/rails": "#!/bin/sh\nexec puma -q -b tcp://127.0.0.1:$3 config.ru\n"},
    "Laravel": {"artisan": "<?php passthru('exec php -d display_errors=0 -S 127.0.0.1:' . $argv[3] . ' index.php 2>&1');\n",
                "vendor/bin/phpunit": "#!/bin/sh\nexec phpunit \"$@\"\n"},
    "Spring": {"mvnw": "#!/bin/sh\nset -e\nmkdir -p build\n"
                       "if [ \"$2\" = test ] || [ \"$1\" = test ]; then\n"
                       f"  javac -cp {JARS} -d build src/test/java/*.java\n  exec java -cp {JARS} org.junit.runner.JUnitCore WebhookTest\nfi\n"
                       "javac --release 8 -nowarn -cp {classpath} -d build Main.java PanoraController.java PanoraSignature.java\n"
                       "PORT=${{2##*=}} exec java -cp {classpath}:build Main\n"},
}
NEEDED = {"Laravel": ["phpunit"], "Go": ["go"], "Rails": ["ruby", "puma"], "Spring": ["javac"], "Express": ["npm"], "Next.js": ["npm"]}


def section(framework):
    with open(os.path.join(TOP, "fixtures/snippets/README.md"), encoding="utf-8") as file:
        parts = re.split(r"^## (.*)\n", file.read(), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))[framework]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def own_modules(modules):
    """Next.js reads no package that a link leads to outside the project: hard links in place of it."""
    there = os.path.realpath(modules)
    os.remove(modules)
    subprocess.run(["cp", "-al", there, modules], check=True)


def prepare(framework, folder):
    """A project as the reader has one, without what the page adds."""
    snippet = SNIPPETS[framework.lower().replace(".", "")]
    need(*NEEDED.get(framework, []))
    if framework == "Flask":
        snippet.module = "flask, pytest"
    snippet.prepare(os.path.join(TOP, "fixtures/snippets"), folder)
    target = os.path.join(folder, snippet.target())
    os.remove(target)
    if framework == "Express":
        os.remove(os.path.join(folder, "node_modules"))  # the page installs it
    for file in snippet.beside:
        os.remove(os.path.join(os.path.dirname(target), file))
    if framework == "Next.js":
        own_modules(os.path.join(folder, "node_modules"))
    shutil.rmtree(os.path.join(folder, ".next"), ignore_errors=True)
    for name, text in STUBS.get(framework, {}).items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        filled = text if framework == "Laravel" else text.format(python=shutil.which(getattr(snippet, "python", "sh")), classpath=getattr(snippet, "classpath", ""))
        with open(path, "w", encoding="utf-8") as file:
            file.write(filled)
        os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)


def type_in(script, folder, program, port):
    """The page's lines in one shell, which ends with all that it started; returns its exit code and output."""
    env = {**os.environ, "PATH": f"{folder}/stubs:{os.path.dirname(program)}:{os.environ['PATH']}", "COLUMNS": "80", "RAILS_ENV": "production",
           "GOFLAGS": "-mod=mod", "GOPROXY": "off", "NEXT_TELEMETRY_DISABLED": "1", "PHP_CLI_SERVER_WORKERS": "4", "NO_PROXY": "*", "PORT": str(port)}
    with open(os.path.join(folder, "output.txt"), "w+", encoding="utf-8") as output:
        shell = subprocess.Popen(["sh", "-e", "-c", script], cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=output,
                                 stderr=subprocess.STDOUT, start_new_session=True)
        try:
            code = shell.wait(280)
        finally:
            try:
                os.killpg(shell.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        output.seek(0)
        return code, output.read()


def check(program, framework, folder):
    text = section(framework)
    port = free_port()
    fences = re.findall(r"^```(\w*)\n(.*?)^```\n", text, flags=re.M | re.S)
    script = "\n".join(lines for kind, lines in fences if kind == "sh").replace("3000", str(port))
    shown = [lines for kind, lines in fences if not kind]
    prepare(framework, folder)
    code, out = type_in(script + "\n", folder, program, port)
    complaints = [] if code == 0 else [f"exit code {code}"]
    for line in "".join(shown).splitlines():
        if not re.search(re.sub(r"\d+", r"\\d+", re.escape(line)), out):
            complaints.append(f"does not print: {line}")
    return (re.findall(r"^(?:Ready|Not ready).*", out, re.M) + [out[-9000:]] if complaints else []) + [f"{framework}: {one}" for one in complaints]


def main():
    program, framework = os.path.abspath(sys.argv[1]), sys.argv[2]
    # next to the others, so that what npm brought is found
    os.makedirs(os.path.join(TOP, "build/snippets"), exist_ok=True)
    folder = tempfile.mkdtemp(prefix="page-", dir=os.path.join(TOP, "build/snippets"))
    try:
        complaints = check(program, framework, folder)
    except Skip as reason:
        print(f"SKIPPED: the page of {framework}: {reason}")
        return SKIPPED
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("\n".join(complaints) or f"the page of {framework} says what happens")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
