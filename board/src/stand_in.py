# Makes of the unix port's MicroPython what a board is after its start. `stand_in.rs` runs it, with the prompt that is next in
# `sys.argv`, and takes out of the output what this says between NULs.


def start():
    import io, os, sys, time

    # The file system of the working folder. `VfsPosix` alone lets `..` out of its root, and up to 1.28 its `rename` confuses two
    # paths with `/` in front; so it is given none of either kind.
    class VfsPosix:
        def __init__(self):
            self.disk = os.VfsPosix()
            self.cwd = "/"

        def __repr__(self):
            return "<VfsPosix>"

        def at(self, path):
            parts = []
            for part in (path if path[:1] == "/" else self.cwd + "/" + path).split("/"):
                if part == "..":
                    if not parts:
                        raise OSError(22)
                    parts.pop()
                elif part not in ("", "."):
                    parts.append(part)
            return "/".join(parts) or "."

        def mount(self, readonly, mkfs):
            pass

        def umount(self):
            pass

        def chdir(self, path):
            path = self.at(path)
            if not self.disk.stat(path)[0] & 0x4000:
                raise OSError(20)
            self.cwd = "/" if path == "." else "/" + path

        def getcwd(self):
            return self.cwd

        def open(self, path, mode):
            return self.disk.open(self.at(path), mode)

        def ilistdir(self, path):
            if isinstance(path, str):
                return self.disk.ilistdir(self.at(path))
            return self.disk.ilistdir(self.at(path.decode()).encode())

        def mkdir(self, path):
            self.disk.mkdir(self.at(path))

        def remove(self, path):
            self.disk.remove(self.at(path))

        def rmdir(self, path):
            self.disk.rmdir(self.at(path))

        def rename(self, old, new):
            self.disk.rename(self.at(old), self.at(new))

        def stat(self, path):
            return self.disk.stat(self.at(path))

        def statvfs(self, path):
            return self.disk.statvfs(self.at(path))

    def is_there(file):
        try:
            os.stat(file)
            return True
        except OSError:
            return False

    # Runs a program as a board does, its traceback without what is here. Whether it came to its end.
    def run(file):
        try:
            globals()["__file__"] = file
            execfile(file, globals())
            return True
        except SystemExit:
            # A program that ends so each time is to be stopped by a ^C between two of its ends.
            time.sleep(0.5)
            print("\0reset\0", end="")
            time.sleep(60)
        except BaseException as error:
            text = io.StringIO()
            sys.print_exception(error, text)
            for line in text.getvalue().split("\n")[:-1]:
                if not (line.startswith('  File "<stdin>"') or line.startswith('  File "<stand-in>"')):
                    print(line)

    friendly = sys.argv[1] == "friendly"
    os.umount("/")
    os.mount(VfsPosix(), "/")
    os.chdir("/")
    sys.path[:] = "", ".frozen", "/lib"
    sys.argv.clear()
    del globals()["start"]
    globals().pop("__file__", 0)
    programs = ["boot.py", "main.py"] if friendly else ["boot.py"]
    if any(map(is_there, programs)):
        try:
            print("\0started\0", end="")
            # A ^C that has waited for this comes now. This port is left locked by one that comes while memory is allocated.
            time.sleep(0.02)
            for file in programs:
                if is_there(file) and not run(file):
                    break
        except KeyboardInterrupt:
            pass
    print("\0ready\0", end="")


start()
