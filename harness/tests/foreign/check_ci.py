"""Every pipeline that `hookcheck init` writes: its file is read by the platform's rules as far as npm has them, and its shell lines by sh.

    python3 check_ci.py HOOKCHECK
"""

import os
import re
import subprocess
import sys
import tempfile

from tools import SKIPPED, Skip, npm_install

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../..")
PATHS = {"github": ".github/workflows/hookcheck.yml", "gitlab": ".gitlab-ci.yml", "circleci": ".circleci/config.yml",
         "azure": "azure-pipelines.yml", "jenkins": "Jenkinsfile"}
# which members hold shell lines
SHELL = """
const yaml = require('yaml'), fs = require('fs');
const doc = yaml.parseDocument(fs.readFileSync(process.argv[1], 'utf8'), {strict: true});
if (doc.errors.length || doc.warnings.length) { console.error(String(doc.errors.concat(doc.warnings))); process.exit(1); }
const lines = [];
(function walk(node, key) {
  if (typeof node === 'string' && ['run', 'command', 'script'].includes(key)) lines.push(node);
  else if (Array.isArray(node)) node.forEach((one) => walk(one, key));
  else if (node && typeof node === 'object') Object.entries(node).forEach(([name, one]) => walk(one, name));
})(doc.toJS());
process.stdout.write(lines.join('\\n') + '\\n');
"""


def shell_lines(platform, path, modules):
    if platform == "jenkins":
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if text.count("{") - text.count("${") != text.count("}") - len(re.findall(r"\$\{[^}]*\}", text)):
            return None
        return "\n".join(one or two for one, two in re.findall(r"sh '''(.*?)'''|sh '([^']*)'", text, re.S))
    done = subprocess.run(["node", "-e", SHELL, path], env={**os.environ, "NODE_PATH": modules}, stdout=subprocess.PIPE)
    return done.stdout.decode() if done.returncode == 0 else None


def check(program, folder, modules, linters):
    problems = []
    for platform, place in PATHS.items():
        where = os.path.join(folder, platform)
        os.makedirs(where)
        made = subprocess.run([program, "init", "--ci", platform], cwd=where, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        again = subprocess.run([program, "init", "--ci", platform], cwd=where, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if made.returncode or again.returncode != 2:
            problems.append(f"{platform}: {made.stdout.decode()} {again.stdout.decode()}")
            continue
        path = os.path.join(where, place)
        lines = shell_lines(platform, path, modules)
        if not lines or "hookcheck run" not in lines:
            problems.append(f"{platform}: cannot be read")
        elif subprocess.run(["sh", "-n"], input=lines.encode()).returncode:
            problems.append(f"{platform}: sh cannot read its lines:\n{lines}")
    docker = os.path.join(TOP, "fixtures/ci/Dockerfile")
    done = subprocess.run(["node", os.path.join(linters, "dockerfilelint/bin/dockerfilelint"), docker], stdout=subprocess.PIPE)
    if done.returncode:
        problems.append(done.stdout.decode())
    return problems


def main():
    program = os.path.abspath(sys.argv[1])
    try:
        modules = npm_install(os.path.join(TOP, "build/npm-yaml"), "yaml@2")
        linters = npm_install(os.path.join(TOP, "build/npm-docker"), "dockerfilelint@1")
    except Skip as reason:
        print(f"SKIPPED: the files of `hookcheck init`: {reason}")
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        problems = check(program, folder, modules, linters)
    print("\n".join(problems) or f"{len(PATHS)} pipelines and a Dockerfile are read")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
