"""Types a command line and TAB into a real shell on a terminal, and looks whether what must appear does.

    python3 complete_in_shell.py HOOKCHECK bash|zsh|fish

Exit code 0 when everything appeared, 1 when not, 77 when there is no such shell.
"""

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
    ("hookcheck receive --faul", r"receive --fault"),
    ("hookcheck receive --fault A2", r"A21[\s\S]*A22"),
    ("hookcheck run --only panora/effect/processes-once-when-ra", r"processes-once-when-raced"),
    ("hookcheck explain http/disclosure/debug-", r"http/disclosure/debug-page"),
    ("hookcheck sign crm.deal.u", r"crm\.deal\.updated"),
    ("hookcheck sign --format curl-c", r"curl-config"),
]
SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], "source <(hookcheck completion bash); PS1='READY> '"),
    "zsh": (["zsh", "-f", "-i"], "autoload -Uz compinit; compinit -u -d $TMP/dump; source <(hookcheck completion zsh); PS1='READY> '"),
    "fish": (["fish", "--no-config", "-i"], "hookcheck completion fish | source; function fish_prompt; echo 'READY> '; end"),
}
ESCAPES = re.compile(r"\x1b(\[[0-9;?>=]*[a-zA-Z]|\][^\x07\x1b]*(\x07|\x1b\\)|[()=>].?)")


class Terminal:
    def __init__(self, command, env):
        self.child, self.fd = pty.fork()
        if self.child == 0:
            os.execvpe(command[0], command, env)
        self.text = ""

    def wait_for(self, pattern, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if re.search(pattern, ESCAPES.sub("", self.text)):
                return True
            if select.select([self.fd], [], [], 0.2)[0]:
                try:
                    self.text += os.read(self.fd, 65536).decode("utf-8", "replace")
                except OSError:
                    return False
        return False

    def type(self, text):
        os.write(self.fd, text.encode())

    def close(self):
        os.kill(self.child, 9)
        os.waitpid(self.child, 0)


def main():
    program, shell = sys.argv[1:3]
    try:
        need(shell)
    except Skip as reason:
        print(f"SKIPPED: completion in {shell}: {reason}")
        return SKIPPED
    command, setup = SHELLS[shell]
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(os.path.abspath(program), os.path.join(folder, "hookcheck"))
        env = {"PATH": folder + ":" + os.environ["PATH"], "TERM": "xterm", "HOME": folder, "TMP": folder, "LC_ALL": "C.UTF-8",
               "COLUMNS": "100", "LINES": "50"}
        for typed, wanted in ROWS:
            terminal = Terminal(command, env)
            time.sleep(0.5)
            terminal.type(setup + "\n")
            ready = terminal.wait_for(r"READY> \s*$|READY> (?!')")
            terminal.text = ""
            terminal.type(typed + "\t")
            if not ready or not terminal.wait_for(wanted, 5):
                terminal.type("\t")  # the second TAB lists
                if not terminal.wait_for(wanted):
                    print(f"{shell}: {typed!r} TAB: no {wanted!r} in {ESCAPES.sub('', terminal.text)[-600:]!r}")
                    bad += 1
            terminal.close()
    print(f"{shell}: {len(ROWS) - bad} of {len(ROWS)} completed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
