"""Checks a folder that `hookcheck fixtures` wrote, without hookcheck: what is said to be genuine verifies with the
sample verifier of fixtures/vectors, what is said to be a forgery does not, and every file is listed.

    python3 check_corpus.py DIR SECRET
"""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../fixtures/vectors/consumers"))
import verify as sample  # noqa: E402


def values(head, name):
    fields = [line.split(b":", 1) for line in head.split(b"\n") if line]
    return [value.strip(b" ") for key, value in fields if key.lower() == name]


def read(folder, name):
    with open(os.path.join(folder, name), "rb") as file:
        return file.read()


def check(folder, entry, secret):
    head = read(folder, entry["headers"])
    body = read(folder, entry["body"])
    signatures = values(head, b"panora-signature")
    signature = b", ".join(signatures) if signatures else None
    valid = entry["method"] == "POST" and sample.verify(secret, body, signature)
    lengths = values(head, b"content-length")
    if entry["method"] not in ("GET", "HEAD") and lengths != [str(len(body)).encode()]:
        return f"Content-Length is {lengths}, the body has {len(body)} bytes"
    if valid and entry["expect"] == "reject":
        return "is genuine and said to be a forgery"
    if not valid and entry["expect"] == "accept":
        return "is a forgery and said to be genuine"
    return None


def files_below(folder):
    return {os.path.relpath(os.path.join(path, name), folder) for path, _, names in os.walk(folder) for name in names}


def main():
    folder, secret = sys.argv[1], sys.argv[2].encode()
    fixtures = json.loads(read(folder, "manifest.json"))["fixtures"]
    problems = []
    for entry in fixtures:
        problem = check(folder, entry, secret)
        if problem:
            problems.append(f"{entry['headers']}: {problem}")
    listed = {entry[key] for entry in fixtures for key in ("headers", "body")}
    manifests = {name for name in files_below(folder) if os.path.basename(name).startswith("manifest.")}
    problems += [f"{name}: not listed" for name in sorted(files_below(folder) - listed - manifests)]
    names = [entry["headers"] for entry in fixtures]
    problems += [f"{name}: listed twice" for name in sorted({name for name in names if names.count(name) > 1})]
    verdicts = [entry["expect"] for entry in fixtures]
    problems += [f"nothing is to be {verdict}" for verdict in ("accept", "reject", "either") if verdict not in verdicts]
    for problem in problems[:20]:
        print(problem)
    print(f"{len(fixtures)} fixtures, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
