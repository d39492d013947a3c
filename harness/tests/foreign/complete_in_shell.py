"""Types a command line and TAB into a real shell on a terminal, and looks whether what must appear does.

    python3 complete_in_shell.py HOOKCHECK bash|zsh|fish

Exit code 0 when everything appeared, 1 when not, 77 when there is no such shell.
"""

import json
import os
import pty
import re
import select
import sys
import tempfile
import time

from tools import SKIPPED, Skip, need

# what is typed before TAB, and what must then stand on the screen
ROWS = [
    ("hookcheck recei", r"hookcheck receive"),
    ("hookcheck help veri", r"help verify"),
    ("hookcheck receive --faul", r"receive --fault"),
    ("hookcheck receive --fault A2", r"A21[\s\S]*A22"),
    ("hookcheck receive --behaviour gar", r"behaviour garbage"),
    ("hookcheck receive --variation status-20", r"status-201[\s\S]*status-202"),
    ("hookcheck run --only panora/effect/processes-once-when-ra", r"processes-once-when-raced"),
    ("hookcheck run --suite panora/sig", r"suite panora/signature"),
    ("hookcheck run --report sar", r"report sarif="),
    ("hookcheck run --level sho", r"level should"),
    ("hookcheck run stagin", r"run staging-eu"),
    ("hookcheck send stagin", r"send staging-eu"),
    ("hookcheck load stagin", r"load staging-eu"),
    ("hookcheck run --config other.json produ", r"other\.json production"),
    ("hookcheck explain http/disclosure/debug-", r"http/disclosure/debug-page"),
    ("hookcheck explain fastap", r"explain fastapi"),
    ("hookcheck list expectat", r"list expectations"),
    ("hookcheck endpoints ena", r"endpoints enable"),
    ("hookcheck sign crm.deal.u", r"crm\.deal\.updated"),
    ("hookcheck sign --format curl-c", r"curl-config"),
    ("hookcheck sign --wrong trunc", r"wrong truncate-signature"),
]
# The prompt is not written out where it is set, so what is typed is not taken for it.
SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"],
             "bind 'set show-all-if-ambiguous on'; source <(hookcheck completion bash); PS1='REA''DY> '"),
    "zsh": (["zsh", "-f", "-i"],
            "autoload -Uz compinit; compinit -u -d $TMP/dump; source <(hookcheck completion zsh); PS1='REA''DY> '"),
    "fish": (["fish", "--no-config", "-i"], "hookcheck completion fish | source; function fish_prompt; echo 'REA''DY> '; end"),
}
ESCAPES = re.compile(r"\x1b(\[[0-9;?>=]*[a-zA-Z]|\][^\x07\x1b]*(\x07|\x1b\\)|[()=>].?)")
PATIENCE = 60


class Terminal:
    def __init__(self, command, folder, env):
        self.child, self.fd = pty.fork()
        if self.child == 0:
            os.chdir(folder)
            os.execvpe(command[0], command, env)
        self.text = ""

    def wait_for(self, pattern, seconds=PATIENCE):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if re.search(pattern, self.shown()):
                return True
            if select.select([self.fd], [], [], 0.2)[0]:
                try:
                    self.text += os.read(self.fd, 65536).decode("utf-8", "replace")
                except OSError:
                    return False
        return False

    def shown(self):
        return ESCAPES.sub("", self.text)

    def type(self, text):
        os.write(self.fd, text.encode())

    def close(self):
        os.kill(self.child, 9)
        os.waitpid(self.child, 0)


def is_ready(terminal, setup):
    """Types the setup until the prompt shows that it was read: a shell that starts may drop what comes too early."""
    for _ in range(PATIENCE // 5):
        terminal.type(setup + "\n")
        if terminal.wait_for(r"READY> ", 5):
            return True
    return False


def complete(shell, typed, wanted, folder, env):
    """Whether TAB behind `typed` shows `wanted`."""
    command, setup = SHELLS[shell]
    terminal = Terminal(command, folder, env)
    try:
        if not is_ready(terminal, setup):
            print(f"{shell}: never ready: {terminal.shown()[-600:]!r}")
            return False
        terminal.text = ""
        terminal.type(typed + "\t")
        if not terminal.wait_for(wanted):
            print(f"{shell}: {typed!r} TAB: no {wanted!r} in {terminal.shown()[-600:]!r}")
            return False
        return True
    finally:
        terminal.close()


def write_endpoints(folder):
    for file, name in (("hookcheck.json", "staging-eu"), ("other.json", "production")):
        with open(os.path.join(folder, file), "w", encoding="utf-8") as out:
            json.dump({"endpoints": {name: {"url": "http://127.0.0.1:1/"}}}, out)


def main():
    program, shell = sys.argv[1:3]
    try:
        need(shell)
    except Skip as reason:
        print(f"SKIPPED: completion in {shell}: {reason}")
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(os.path.abspath(program), os.path.join(folder, "hookcheck"))
        write_endpoints(folder)
        env = {"PATH": folder + ":" + os.environ["PATH"], "TERM": "xterm", "HOME": folder, "TMP": folder, "LC_ALL": "C.UTF-8",
               "COLUMNS": "100", "LINES": "50"}
        good = sum(complete(shell, typed, wanted, folder, env) for typed, wanted in ROWS)
    print(f"{shell}: {good} of {len(ROWS)} completed")
    return 0 if good == len(ROWS) else 1


if __name__ == "__main__":
    sys.exit(main())
