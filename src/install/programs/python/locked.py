"""Lock files: the exact packages, with their digests, that a project was committed with."""
import os

from failure import Failed
from simple_index import normalized
from sources import load_toml, read_text


class Pin:
    def __init__(self, name, version, hashes):
        self.name = name
        self.version = version
        self.hashes = hashes

    def line(self):
        return " ".join(["%s==%s" % (self.name, self.version), *("--hash=sha256:" + each for each in self.hashes)])


def uv_lock(text, member, name):
    """
    What one member of a lock of uv's needs here: its pins, and the folders of other members that it needs.
    `member` is the member's folder relative to the lock (`.` for the same).
    """
    packages = [each for each in load_toml(text, "uv.lock").get("package", []) if isinstance(each, dict)]
    roots = [each for each in packages if local_folder(each) == member] or [
        each for each in packages if normalized(str(each.get("name"))) == normalized(name or "") and local_folder(each)
    ]
    if not roots:
        raise Failed("unreadable", name="uv.lock", text="it does not know the project in the folder " + member)
    reached = closure(packages, roots[0])
    pins, folders = [], []
    for package in reached:
        folder = local_folder(package)
        if folder is not None:
            folders.append(folder)
        elif "registry" in package.get("source", {}):
            pins.append(pin(package.get("name"), package.get("version"), uv_hashes(package), "uv.lock"))
        else:
            raise Failed("address", name="uv.lock", requirement="%s from %s" % (package.get("name"), package.get("source")))
    return pins, folders


def local_folder(package):
    source = package.get("source", {})
    for kind in ("editable", "virtual", "directory"):
        if kind in source:
            return os.path.normpath(str(source[kind]))
    return None


def closure(packages, root):
    """All that the root needs where we are; the root itself is not among them."""
    by_name = {}
    for package in packages:
        by_name.setdefault(normalized(str(package.get("name"))), []).append(package)
    found, seen, todo = [], set(), [(root, None)]
    while todo:
        package, extra = todo.pop()
        wanted = package.get("dependencies", []) if extra is None else extras_of(package).get(extra, [])
        for each in wanted:
            if not applies(each.get("marker")):
                continue
            target = one_of(by_name.get(normalized(str(each.get("name"))), []), each)
            for part in (None, *map(str, each.get("extra", []))):
                if (id(target), part) in seen:
                    continue
                seen.add((id(target), part))
                todo.append((target, part))
                if part is None and target is not root:
                    found.append(target)
    return found


def extras_of(package):
    return package.get("optional-dependencies", {})


def one_of(candidates, wanted):
    """uv names version and source where a name alone would not do."""
    fitting = [
        each for each in candidates if all(each.get(key) == wanted[key] for key in ("version", "source") if key in wanted)
    ]
    if len(fitting) != 1:
        raise Failed("unreadable", name="uv.lock", text="%s is there %d times" % (wanted.get("name"), len(fitting)))
    return fitting[0]


def uv_hashes(package):
    files = [*package.get("wheels", []), package.get("sdist") or {}]
    return [str(file.get("hash")) for file in files]


def pylock(text):
    """The pins of a pylock.toml (PEP 751) that apply here."""
    pins = []
    for package in load_toml(text, "pylock.toml").get("packages", []):
        if not applies(package.get("marker")):
            continue
        if package.get("directory", {}).get("path") in (".", "./"):
            continue
        if any(kind in package for kind in ("vcs", "directory", "archive")):
            raise Failed("address", name="pylock.toml", requirement=str(package.get("name")))
        files = [*package.get("wheels", []), package.get("sdist") or {}]
        hashes = ["sha256:%s" % file.get("hashes", {}).get("sha256") for file in files]
        pins.append(pin(package.get("name"), package.get("version"), hashes, "pylock.toml"))
    return pins


def pin(name, version, hashes, where):
    import re

    digests = sorted({each[7:] for each in hashes if re.match(r"^sha256:[0-9a-f]{64}$", each)})
    good = re.match(r"^[A-Za-z0-9][\w.-]*$", str(name)) and re.match(r"^[A-Za-z0-9][\w.+!-]*$", str(version))
    if not good or not digests:
        raise Failed("unreadable", name=where, text="%s %s has no SHA-256 digest or no version" % (name, version))
    return Pin(str(name), str(version), digests)


def applies(marker):
    from pip._vendor.packaging.markers import InvalidMarker, Marker, UndefinedEnvironmentName

    if marker is None:
        return True
    try:
        # Extras and groups are wished for by nobody.
        return Marker(str(marker)).evaluate({"extra": ""})
    except (InvalidMarker, UndefinedEnvironmentName) as error:
        raise Failed("unreadable", name="the lock file", text="marker %s: %s" % (str(marker)[:200], error)) from error


def lock_text(folder, name):
    return read_text(os.path.join(folder, name))
