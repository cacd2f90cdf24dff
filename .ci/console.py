"""Starts a command in a console of its own and types into it: console.py SEEN TYPED [SEEN TYPED]... -- COMMAND...

What is typed goes once what is to be seen before it was. Ends as the command does, or with 99 where something is not seen
within two minutes."""

import os, pty, re, select, sys, time

split = sys.argv.index("--")
script, command = sys.argv[1:split], sys.argv[split + 1 :]
process, console = pty.fork()
if process == 0:
    os.execvp(command[0], command)
shown, began = "", time.monotonic()
while time.monotonic() - began < 120:
    if select.select([console], [], [], 0.1)[0]:
        try:
            piece = os.read(console, 4096)
        except OSError:  # The console is gone with the command.
            break
        # Without what moves the cursor, and the ends of lines that are as long as the console is wide.
        shown += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|[\r\n]", "", piece.decode(errors="replace"))
    if script and script[0] in shown:
        shown = shown.split(script[0], 1)[1]
        for key in script[1].encode().decode("unicode_escape").encode():
            os.write(console, bytes([key]))
            time.sleep(0.02)
        script = script[2:]
ended, status = os.waitpid(process, 0 if not script else os.WNOHANG)
if script or not ended:
    sys.exit(f"{script[:1]} is not to be seen, but {shown[-500:]!r}")
sys.exit(os.waitstatus_to_exitcode(status))
