"""
Runs inside the fetch container, which has no network: forwards a local port to the index gateway's socket, gathers
wheels through it with pip, installs them, and prints one JSON line about what is there. All other output goes to
stderr. Only the standard library and the image's pip; nothing of the packages is started here. Started with -I.
"""
import json
import os
import shutil
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from choose import choose  # noqa: E402
from environment import Environment, size_of  # noqa: E402
from failure import Failed, NeedsBuild  # noqa: E402
from forward import forward  # noqa: E402
from pip_from_index import download_pip  # noqa: E402
from pip_tool import find_pip  # noqa: E402
from project import Project  # noqa: E402
from resolve import Resolver  # noqa: E402
from simple_index import Index, normalized  # noqa: E402
from sources import checked  # noqa: E402
from wheel_files import direct_references, metadata_of, sha256_of  # noqa: E402


def gather_package(resolver, package):
    """Returns (requirement name, the sdist that it was built from or None)."""
    exact = "" if package["version"] is None else "==" + package["version"]
    requirement = checked(package["name"] + exact, "the source")
    release = choose(resolver.index, requirement.name, requirement.specifier)
    pinned = checked("%s==%s" % (requirement.name, release.version), "the source")
    if not release.wheels:
        resolver.from_source(pinned)
    resolver.download([str(pinned)], resolver.wheels)
    source = None if release.wheels else release.sdist
    sdist = None if source is None else {"file": source["filename"], "sha256": source["hashes"].get("sha256")}
    return requirement.name, sdist


def install(request, resolver):
    root = request["root"]
    if request["package"] is not None:
        name, sdist = gather_package(resolver, request["package"])
    else:
        wanted = request["project"]
        project = Project(resolver, root, wanted["folder"], wanted["lockFolder"], wanted["wantsScript"])
        wheel, sdist = project.gather(), None
        name = None if wheel is None else metadata_of(wheel).get("Name")
    wheels = [os.path.join(resolver.wheels, each) for each in sorted(os.listdir(resolver.wheels))]
    references = [line for wheel in wheels for line in direct_references(wheel)]
    if references:
        raise Failed("address", name="a dependency", requirement=references[0])
    environment = Environment(os.path.join(root, ".venv"))
    environment.make()
    environment.install(resolver.pip, wheels, resolver.temporary)
    commands = environment.write_launchers()
    environment.compile()
    return {**report(environment, name, commands), "sdist": sdist, "wheels": [about(resolver, each) for each in wheels]}


def about(resolver, wheel):
    file = os.path.basename(wheel)
    built = any(os.path.basename(path) == file for path in resolver.ready.values())
    return {"file": file, "sha256": sha256_of(wheel), "built": built}


def report(environment, name, commands):
    key = None if name is None else normalized(name)
    dist_info = environment.distributions().get(key)
    metadata = {} if dist_info is None else read_metadata(dist_info)
    module = "" if key is None else key.replace("-", "_")
    has_main = os.path.isfile(os.path.join(environment.packages, module, "__main__.py"))
    return {
        "name": short(metadata.get("Name")),
        "version": short(metadata.get("Version")),
        "commands": commands.get(key, []),
        "allCommands": sorted({each for names in commands.values() for each in names})[:2000],
        "mainModule": module if key is not None and has_main else None,
        "size": size_of(environment.folder),
    }


def short(text):
    return None if text is None else str(text)[:200]


def read_metadata(dist_info):
    import email.parser

    with open(os.path.join(dist_info, "METADATA"), encoding="utf-8", errors="replace") as file:
        return email.parser.Parser().parse(file, headersonly=True)


def main():
    request = json.loads(sys.argv[1])
    said = {"python": "%d.%d.%d" % sys.version_info[:3], "pip": None, "failure": None, "build": None, "installed": None}
    work = request["work"]
    try:
        index = Index(forward(request["socket"]))
        tool_folder = os.path.join(work, "pip")
        pip = find_pip(tool_folder)
        if pip is None:
            download_pip(index, tool_folder)
            pip = find_pip(tool_folder)
        if pip is None:
            raise Failed("no-pip", text="the index has none that fits")
        said["pip"] = pip.version
        resolver = Resolver(index, pip, work, request["built"], request["extra"])
        said["installed"] = install(request, resolver)
        shutil.rmtree(work, ignore_errors=True)
    except NeedsBuild as wanted:
        said["build"] = wanted.report()
    except Failed as failure:
        said["failure"] = failure.report()
    except OSError as error:
        said["failure"] = {"kind": "system", "text": str(error)[:1000]}
    sys.stdout.write(json.dumps(said) + "\n")


main()
