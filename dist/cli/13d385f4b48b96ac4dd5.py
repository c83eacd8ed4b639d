"""The environment that the server runs in: as `python -m venv` makes one, filled from wheels, its code never started."""
import configparser
import os
import re
import shutil
import subprocess
import sys

from failure import Failed
from pip_tool import own_python, plain_environment
from simple_index import normalized

script_name = re.compile(r"^[A-Za-z0-9_][\w.+-]{0,99}$")
entry = re.compile(r"^([A-Za-z_][\w.]*)\s*:\s*([A-Za-z_][\w.]*)(?:\s*\[.*\])?$")
max_scripts = 500


class Environment:
    def __init__(self, folder):
        self.folder = folder
        self.bin = os.path.join(folder, "bin")
        self.packages = os.path.join(folder, "lib", "python%d.%d" % sys.version_info[:2], "site-packages")
        self.python = os.path.join(self.bin, "python3")

    def make(self):
        """By hand, since Debian has `venv` in a package of its own. What lay there before, a build may have written."""
        if os.path.islink(self.folder) or os.path.isfile(self.folder):
            os.unlink(self.folder)
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.bin)
        os.makedirs(self.packages)
        home = os.path.dirname(own_python())
        version = "%d.%d.%d" % sys.version_info[:3]
        with open(os.path.join(self.folder, "pyvenv.cfg"), "w", encoding="utf-8") as file:
            file.write("home = %s\ninclude-system-site-packages = false\nversion = %s\n" % (home, version))
        os.symlink(own_python(), self.python)
        os.symlink("python3", os.path.join(self.bin, "python"))

    def install(self, pip, wheels, temporary):
        """Unpacks wheels. pip refuses those that would write outside."""
        if not wheels:
            return
        settings = ["--no-index", "--no-deps", "--no-compile", "--no-warn-script-location", "--progress-bar=off"]
        code, said = pip.run(["install", *settings, "--target=" + self.packages, *wheels], temporary)
        if code != 0:
            raise Failed("pip", exitCode=code, text=said[-20_000:])

    def compile(self):
        """So that no start of the server has to: the tree is read-only then. What does not compile fails where it is used."""
        try:
            subprocess.run(
                [sys.executable, "-I", "-m", "compileall", "-q", self.packages],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=plain_environment(),
                timeout=90,
            )
        except subprocess.TimeoutExpired:
            pass

    def distributions(self):
        """Name, as normalized, to the folder of its metadata."""
        found = {}
        for name in sorted(os.listdir(self.packages)):
            path = os.path.join(self.packages, name)
            if name.endswith(".dist-info") and os.path.isdir(path) and not os.path.islink(path):
                found[normalized(name[: -len(".dist-info")].rpartition("-")[0])] = path
        return found

    def write_launchers(self):
        """What the packages declare as commands, each as a program in `bin`. Returns distribution name to commands."""
        commands = {}
        for distribution, path in self.distributions().items():
            for script, (module, attribute) in console_scripts(path).items():
                if self.write_launcher(script, module, attribute):
                    commands.setdefault(distribution, []).append(script)
        self.keep_plain_scripts()
        return commands

    def write_launcher(self, script, module, attribute):
        text = "#!%s\nimport sys\nfrom %s import %s\nif __name__ == '__main__':\n    sys.exit(%s())\n"
        first = attribute.split(".")[0]
        return self.put(script, text % (self.python, module, first, attribute))

    def keep_plain_scripts(self):
        """Programs that a wheel brings as files; pip has put them beside the packages, for the Python of the image."""
        folder = os.path.join(self.packages, "bin")
        own = ("#!%s" % sys.executable).encode()
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            path = os.path.join(folder, name)
            if not os.path.isfile(path) or os.path.islink(path) or os.path.lexists(os.path.join(self.bin, name)):
                continue
            with open(path, "rb") as file:
                content = file.read(16 * 1024 * 1024)
            if content.startswith(b"#!"):
                self.put(name, content.replace(own, ("#!" + self.python).encode(), 1))

    def put(self, name, content):
        """Returns whether it is there: the names of Python itself are taken."""
        if not script_name.match(name) or re.match(r"^python[\d.]*$", name):
            return False
        path = os.path.join(self.bin, name)
        if os.path.lexists(path):
            os.unlink(path)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        os.chmod(path, 0o755)
        return True


def console_scripts(dist_info):
    """`[console_scripts]` of entry_points.txt: command to (module, attribute). Strange ones are left out."""
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None, strict=False)
    parser.optionxform = str
    try:
        with open(os.path.join(dist_info, "entry_points.txt"), encoding="utf-8") as file:
            parser.read_string(file.read(1024 * 1024))
        items = parser.items("console_scripts")
    except (OSError, ValueError, configparser.Error):
        return {}
    found = {}
    for name, value in items[:max_scripts]:
        target = entry.match(value.strip())
        if target is not None and script_name.match(name):
            found[name] = (target.group(1), target.group(2))
    return found


def size_of(folder):
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            total += os.lstat(os.path.join(path, name)).st_size
    return total
