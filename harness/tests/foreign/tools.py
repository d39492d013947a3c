"""What the proofs in this folder share: what a machine has, in which version, and how a proof is skipped.

A proof raises Skip with what is missing, by name and version; its main prints `SKIPPED: NAME: WHY` and ends with 77.
"""

import fcntl
import glob
import json
import os
import re
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
SKIPPED = 77


class Skip(Exception):
    """What a proof needs is missing here, or too old."""


def need(*programs):
    for program in programs:
        if not shutil.which(program):
            raise Skip(f"no {program} on this machine")


def version_of(program, *arguments):
    """The first version number that the program prints, as in (18, 20, 4)."""
    need(program)
    done = subprocess.run([program, *(arguments or ["--version"])], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    found = re.search(r"\d+(\.\d+)+", done.stdout.decode("utf-8", "replace"))
    return tuple(int(part) for part in found[0].split(".")) if found else (0,)


def need_version(what, program, *least):
    """`what` runs on `program` from version `least` on, as in need_version("Vitest 3", "node", 18, 20)."""
    here = version_of(program)
    if here < least:
        raise Skip(f"{what} needs {program} {'.'.join(map(str, least))} or newer, here is {'.'.join(map(str, here))}")


def satisfies(version, wanted):
    """Whether an npm range (>=a.b.c, ^a.b.c, alternatives with ||) lets this version in."""
    def fits(part):
        least = tuple(int(number) for number in re.findall(r"\d+", part)[:3])
        return version >= least and (not part.strip().startswith(("^", "~")) or version[:1] == least[:1])
    return any(all(fits(one) for one in re.findall(r"[\^~<>=]*\s*\d[\w.]*", alternative) if "<" not in one)
               for alternative in wanted.split("||"))


def npm_install(folder, *packages):
    """Installs packages once into `folder`/node_modules, and returns that; Skip when npm cannot, or Node is too old for one."""
    need("node", "npm")
    os.makedirs(folder, exist_ok=True)
    modules = os.path.join(folder, "node_modules")
    names = [re.sub(r"(?<=.)@[^@/]*$", "", package) for package in packages]
    with open(os.path.join(folder, ".lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run side by side
        npm_install_missing(folder, modules, names, packages)
    for name in names:
        check_engine(modules, name)
    return modules


def npm_install_missing(folder, modules, names, packages):
    if not all(glob.glob(os.path.join(modules, name, "package.json")) for name in names):
        done = subprocess.run(["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent", "--prefix", folder, *packages],
                              cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            raise Skip(f"npm cannot install {' '.join(packages)}: {done.stdout.decode('utf-8', 'replace').strip()[-200:]}")


def check_engine(modules, name):
    with open(os.path.join(modules, name, "package.json"), encoding="utf-8") as file:
        package = json.load(file)
    wanted = package.get("engines", {}).get("node", "")
    here = version_of("node")
    if wanted and not satisfies(here, wanted):
        raise Skip(f"{name} {package['version']} needs Node {wanted}, here is {'.'.join(map(str, here))}")
