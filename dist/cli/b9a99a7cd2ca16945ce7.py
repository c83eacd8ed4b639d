"""Finds pip and runs it: always the same way, deaf to every setting but ours."""
import glob
import os
import re
import subprocess
import sys

from failure import Failed

oldest = (21, 1)


class Pip:
    """A pip that can be started: `target` is `-m pip`, or the path of a wheel of it."""

    def __init__(self, target, version):
        self.target = target
        self.version = version

    def run(self, arguments, temporary, more=None):
        """`more` is added to the environment. Returns (exit code, the last 200,000 characters of its output), which is also shown on stderr."""
        settings = ["--isolated", "--disable-pip-version-check", "--no-input", "--no-cache-dir", "--no-color"]
        process = subprocess.Popen(
            [sys.executable, "-I", *self.target, arguments[0], *settings, *arguments[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # No project's settings lie there.
            cwd="/",
            env={**plain_environment(), **(more or {}), "PIP_CONFIG_FILE": "/dev/null", "TMPDIR": temporary},
        )
        said = ""
        for line in process.stdout:
            text = line.decode("utf-8", "replace")
            sys.stderr.write(text)
            said = (said + text)[-200_000:]
        return process.wait(), said


def plain_environment():
    """Of the image's environment only what finds programs and names folders: nothing that steers Python, pip or uv."""
    steering = re.compile(r"^(PYTHON|PIP_|UV_|VIRTUAL_ENV|CONDA)", re.I)
    return {name: value for name, value in os.environ.items() if not steering.match(name)}


def find_pip(downloaded):
    """The image's own pip, a wheel of it that the image has, or one that lies in the folder `downloaded`; else None."""
    try:
        import pip

        own = version_in(pip.__version__)
    except ImportError:
        own = None
    if own is not None and own >= oldest:
        return usable(Pip(["-m", "pip"], pip.__version__), [])
    for wheel in [*bundled_wheels(), *glob.glob(os.path.join(downloaded, "pip-*.whl"))]:
        version = os.path.basename(wheel).split("-")[1]
        if (version_in(version) or (0,)) >= oldest:
            forget_pip()
            return usable(Pip([os.path.join(wheel, "pip")], version), [wheel])
    return None


def version_in(text):
    found = re.match(r"(\d+)\.(\d+)", text)
    return None if found is None else tuple(int(part) for part in found.groups())


def forget_pip():
    """One that is too old may have been imported."""
    for name in [each for each in sys.modules if each == "pip" or each.startswith("pip.")]:
        del sys.modules[name]


def bundled_wheels():
    folders = ["/usr/share/python-wheels"]
    try:
        import ensurepip

        folders.append(os.path.join(os.path.dirname(ensurepip.__file__), "_bundled"))
    except ImportError:
        pass
    return sorted(path for folder in folders for path in glob.glob(os.path.join(folder, "pip-*.whl")))


def own_python():
    """The Python that runs this, and not an environment made of it."""
    return getattr(sys, "_base_executable", None) or sys.executable


def usable(tool, wheels):
    """Versions, markers and tags are judged by the very code that pip judges them with."""
    sys.path[:0] = wheels
    try:
        import pip._vendor.packaging.markers  # noqa: F401
        import pip._vendor.packaging.requirements  # noqa: F401
        import pip._vendor.packaging.tags  # noqa: F401
    except ImportError as error:
        raise Failed("no-pip", text=str(error)) from error
    return tool
