"""
Runs inside the scripts container, which has no network and no way to the index: builds one wheel from source, out of
what was gathered before. Code of the package and of its build backend runs here; what it prints is only shown.
"""
import json
import os
import shutil
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from pip_tool import find_pip  # noqa: E402


def main():
    request = json.loads(sys.argv[1])
    work = request["work"]
    pip = find_pip(os.path.join(work, "pip"))
    if pip is None:
        sys.exit("there is no pip")
    target = os.path.join(work, "built", request["key"])
    shutil.rmtree(target, ignore_errors=True)
    os.makedirs(target)
    temporary = os.path.join(work, "build-tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    os.makedirs(temporary)
    links = ["--find-links=" + folder for folder in request["links"]]
    arguments = ["wheel", "--no-index", "--no-deps", "--wheel-dir=" + target, *links, "--progress-bar=off"]
    code, _ = pip.run([*arguments, request["source"]], temporary, request["env"])
    shutil.rmtree(temporary, ignore_errors=True)
    sys.exit(code)


main()
