"""Every pipeline that `hookcheck init` writes: its file is read by the platform's rules as far as npm has them (GitHub's schema,
GitLab's, CircleCI's parser, Microsoft's language service for Azure, Groovy's for a Jenkinsfile), and its shell lines are run against a receiver, but for those that build and start something.

    python3 check_ci.py HOOKCHECK
"""

import os
import re
import shutil
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


NOT_HERE = ("git clone", "make -C", "npm ci", "apt-get")
SECRET = "whsec_pipelines"


KNOWN = '{"baseline": 1, "known": [{"cause": "checks-only-when-present", "reason": "known"}]}'


def run_against_both(program, lines, where, ports):
    """Against a right endpoint, one with a mistake, and the same with a baseline that knows it: only the second one fails."""
    right, wrong = ports
    complaint = run_lines(program, lines, where, right, True) or run_lines(program, lines, where, wrong, False)
    with open(os.path.join(where, "hookcheck-baseline.json"), "w", encoding="utf-8") as file:
        file.write(KNOWN)
    return complaint or run_lines(program, lines, where, wrong, True)


def run_lines(program, lines, where, port, passes):
    """What the pipeline types after its build, with the endpoint at `port` in place of the user's; returns a complaint or None."""
    kept = "\n".join(line for line in lines.splitlines() if not any(word in line for word in NOT_HERE)).replace("3000", str(port))
    env = {**os.environ, "PATH": os.path.dirname(program) + ":" + os.environ["PATH"], "HOOKCHECK_SECRET": SECRET, "NO_PROXY": "*",
           "GITHUB_STEP_SUMMARY": os.path.join(where, "summary.md"), "HOOKCHECK_SUITE": "panora/signature"}
    done = subprocess.run(["bash", "-e", "-c", kept], cwd=where, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=600, check=False)
    made = [name for _, _, files in os.walk(where) for name in files]
    junit = [name for name in made if name.endswith(".xml")]
    if (done.returncode == 0) != passes or not junit:
        return f"its lines end with {done.returncode}, and make {made}:\n{kept}\n{done.stdout.decode('utf-8', 'replace')[-1500:]}"
    return None


# CircleCI's own: unknown steps, jobs that are not there
CIRCLE = "require('@circleci/circleci-config-parser').parseConfig(require('yaml').parse(require('fs').readFileSync(process.argv[1], 'utf8')))"


AZURE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "read_azure.js")


def lint(platform, path, where, tools):
    """What the platform's own rules say; None where they have no complaint, or npm has none of them."""
    groovy = ["node", os.path.join(tools, "npm-groovy-lint/lib/index.js"), "--path", where, "--files", "**/Jenkinsfile", "--noserver",
              "--loglevel", "error", "--failon", "error", "--config", "recommended-jenkinsfile"]
    commands = {"github": ["node", os.path.join(tools, "@action-validator/cli/cli.mjs"), path],
                "gitlab": ["node", os.path.join(tools, ".bin/gitlab-ci-local"), "--list"],
                "circleci": ["node", "-e", CIRCLE, path], "azure": ["node", AZURE, path]}
    if shutil.which("java"):
        commands["jenkins"] = groovy
    if platform not in commands:
        return None
    if platform == "gitlab":
        subprocess.run("git init -q . && git remote add origin https://example.com/x/x.git && git add -A && "
                       "git -c user.name=x -c user.email=x commit -qm x", shell=True, cwd=where, check=True)
    done = subprocess.run(commands[platform], cwd=where, env={**os.environ, "NODE_PATH": tools}, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600, check=False)
    return done.stdout.decode("utf-8", "replace")[-1500:] if done.returncode else None


def receiver(program, *arguments):
    child = subprocess.Popen([program, "receive", "-q", "--listen", "127.0.0.1:0", *arguments], env={**os.environ, "HOOKCHECK_SECRET": SECRET},
                             stdout=subprocess.PIPE, text=True)
    return child, re.search(r":(\d+)", child.stdout.readline().split("//")[1])[1]


SHAPES = ("go.mod", "manage.py", "composer.json", "mvnw")


def check_shapes(program, folder, tools):
    """The same for projects in other languages: the platforms take what `init` writes for them."""
    problems = []
    for shape in SHAPES:
        for platform, place in PATHS.items():
            where = os.path.join(folder, shape, platform)
            os.makedirs(where)
            with open(os.path.join(where, shape), "w", encoding="utf-8"):
                pass
            subprocess.run([program, "init", "--ci", platform], cwd=where, stdout=subprocess.DEVNULL, check=True)
            complaint = lint(platform, os.path.join(where, place), where, tools)
            problems += [f"{shape}, {platform}: {complaint}"] if complaint else []
    return problems


def check(program, folder, modules, linters, tools, ports):
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
        else:
            complaints = [lint(platform, path, where, tools), run_against_both(program, lines, where, ports)]
            problems += [f"{platform}: {one}" for one in complaints if one]
    problems += check_azure_sees(folder, tools)
    problems += check_action(tools)
    problems += check_shapes(program, folder, tools)
    docker = os.path.join(TOP, "fixtures/ci/Dockerfile")
    done = subprocess.run(["node", os.path.join(linters, "dockerfilelint/bin/dockerfilelint"), docker], stdout=subprocess.PIPE)
    if done.returncode:
        problems.append(done.stdout.decode())
    return problems


def check_azure_sees(folder, tools):
    """A misspelt key and a step of no kind are complained of, or the linter would let everything pass."""
    path = os.path.join(folder, "azure", PATHS["azure"])
    with open(path, encoding="utf-8") as file:
        text = file.read()
    problems = []
    for right, wrong in (("condition:", "conditon:"), ("- script:", "- scrpt:"), ("pool:", "pol:")):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace(right, wrong))
        if lint("azure", path, folder, tools) is None:
            problems.append(f"azure: {wrong} is let pass")
    return problems


def check_action(tools):
    """The composite action, by GitHub's schema for actions."""
    path = os.path.join(TOP, "fixtures/ci/action/action.yml")
    done = subprocess.run(["node", os.path.join(tools, "@action-validator/cli/cli.mjs"), path], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    return [f"the composite action: {done.stdout.decode()}"] if done.returncode else []


def main():
    program = os.path.abspath(sys.argv[1])
    try:
        modules = npm_install(os.path.join(TOP, "build/npm-yaml"), "yaml@2")
        linters = npm_install(os.path.join(TOP, "build/npm-docker"), "dockerfilelint@1")
        tools = npm_install(os.path.join(TOP, "build/npm-ci"), "@action-validator/core@0.6", "@action-validator/cli@0.6", "gitlab-ci-local@4.52.0",
                            "@circleci/circleci-config-parser@0.10.0-alpha.3", "npm-groovy-lint@15", "yaml@2",
                            "azure-pipelines-language-service@0.9", "vscode-languageserver-textdocument@1")
    except Skip as reason:
        print(f"SKIPPED: the files of `hookcheck init`: {reason}")
        return SKIPPED
    children = [receiver(program), receiver(program, "--fault", "A02")]
    try:
        with tempfile.TemporaryDirectory() as folder:
            problems = check(program, folder, modules, linters, tools, [port for _, port in children])
    finally:
        for child, _ in children:
            child.kill()
            child.wait()
    print("\n".join(problems) or f"{len(PATHS)} pipelines and a Dockerfile are read")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
