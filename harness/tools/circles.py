#!/usr/bin/env python3
"""circles.py FOLDER OBJECT...: no two source files may need each other.

FOLDER is where the objects are (build/release). Which object uses what another defines is asked of nm. A circle
that is meant is defended by a comment in one of its files that begins with "/* A circle with NAME.c:".
"""
import subprocess
import sys


def symbols(path):
    defined, used = set(), set()
    for line in subprocess.run(["nm", "-P", path], capture_output=True, text=True, check=True).stdout.splitlines():
        name, kind = line.split()[:2]
        if kind == "U":
            used.add(name)
        elif kind.isupper():
            defined.add(name)
    return defined, used


def edges(folder, paths):
    tables = {path[len(folder) + 1:-2]: symbols(path) for path in paths}
    home = {name: unit for unit, (defined, _) in tables.items() for name in defined}
    return {unit: {home[name] for name in used if name in home} - {unit} for unit, (_, used) in tables.items()}


def reach(graph, start):
    seen, todo = set(), [start]
    while todo:
        for unit in graph[todo.pop()] - seen:
            seen.add(unit)
            todo.append(unit)
    return seen


def is_defended(circle):
    return any(f"/* A circle with {other.split('/')[1]}.c:" in open(f"harness/{unit}.c", encoding="utf-8").read()
               for unit in circle for other in circle)


def main(folder, *paths):
    graph = edges(folder, [path for path in paths if not path.endswith("resources.o")])
    after = {unit: reach(graph, unit) for unit in graph}
    left, wrong = {unit for unit in graph if unit in after[unit]}, 0
    while left:
        unit = min(left)
        circle = {other for other in after[unit] if unit in after[other]}
        left -= circle
        if not is_defended(circle):
            wrong += 1
            print("a circle that no comment defends: " + " ".join(f"{name}.c" for name in sorted(circle)))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
