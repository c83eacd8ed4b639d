"""Gathers the wheels of an install, and finds out what has to be built from source first."""
import os
import re
import shutil
import stat

from choose import choose
from failure import Failed, NeedsBuild
from simple_index import normalized, parse_name
from sources import archived_toml, build_requirements, checked
from wheel_files import direct_references

max_depth = 5
missing = re.compile(r"^ERROR: No matching distribution found for (.+?)(?: \(from .*)?$", re.M)


class Resolver:
    """Works in the folder `work`, whose name no package can know."""

    def __init__(self, index, pip, work, built, extra):
        self.index = index
        self.pip = pip
        self.work = work
        self.extra = extra  # what builds asked for beside their `requires`: key to requirements
        self.sdists = {}  # key to {"file", "sha256"}
        self.underway = []
        self.ready = {}  # key to the path of the wheel that was built
        self.temporary = self.fresh("tmp")
        self.wheels = self.fresh("wheels")
        self.links = self.fresh("ready")
        for key in built:
            self.take(key)

    def fresh(self, name):
        path = os.path.join(self.work, name)
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path)
        return path

    def take(self, key):
        """Takes over the wheel that a build made, if it is what it was to be: the build was anybody's code."""
        folder = os.path.join(self.work, "built", key)
        names = [name for name in os.listdir(folder) if name.endswith(".whl")] if os.path.isdir(folder) else []
        if len(names) != 1:
            raise Failed("build-result", name=key, text="it made %d wheels" % len(names))
        path = os.path.join(folder, names[0])
        name, _, version = key.rpartition("=")
        parsed = parse_name(names[0], names[0].split("-")[0] if version in ("", "local") else name)
        if parsed is None or not stat.S_ISREG(os.lstat(path).st_mode):
            raise Failed("build-result", name=key, text="it made %s" % names[0][:200])
        if version not in ("", "local") and str(parsed[0]) != version:
            raise Failed("build-result", name=key, text="it made version %s" % parsed[0])
        references = direct_references(path)
        if references:
            raise Failed("address", name=names[0], requirement=references[0])
        self.ready[key] = shutil.copy(path, self.links)

    def download(self, lines, folder, pins=None, by=None):
        """
        Lets pip gather wheels, and only wheels: of a source archive it would run code to learn what it needs. With
        `pins`, name to Pin, exactly these lines are gathered, each with one of its digests. `by` is who wants them, for a sentence.
        """
        file = os.path.join(self.temporary, "requirements.txt")
        with open(file, "w", encoding="utf-8") as target:
            target.write("".join(line + "\n" for line in lines))
        settings = ["--only-binary=:all:", "--progress-bar=off", "--timeout=300", "--retries=1"]
        places = ["--index-url=" + self.index.simple(), "--find-links=" + self.links, "--dest=" + folder]
        more = [] if pins is None else ["--no-deps", "--require-hashes"]
        code, said = self.pip.run(["download", *settings, *places, *more, "--requirement=" + file], self.temporary)
        if code == 0:
            return
        wanted = missing.search(said)
        if wanted is not None:
            requirement = checked(wanted.group(1), "a dependency")
            pin = (pins or {}).get(requirement.name)
            self.from_source(requirement, wanted_by(said) or by, None if pin is None else set(pin.hashes))
        raise Failed("pip", exitCode=code, text=said[-20_000:])

    def from_source(self, requirement, by=None, hashes=None):
        """For what has no wheel. Raises NeedsBuild where it can be built; returns where it has a wheel all the same."""
        release = choose(self.index, requirement.name, requirement.specifier, by)
        key = "%s=%s" % (normalized(requirement.name), release.version)
        if release.sdist is None or release.wheels or key in self.ready:
            return
        path, digest = self.index.download(release.sdist, os.path.join(self.work, "sdists"))
        if hashes is not None and digest not in hashes:
            raise Failed("hash", name=release.sdist["filename"], wanted=", ".join(sorted(hashes))[:300], got=digest)
        self.sdists[key] = {"file": release.sdist["filename"], "sha256": digest}
        label = "%s %s" % (requirement.name, release.version)
        self.build(key, label, path, archived_toml(path))

    def build(self, key, label, source, pyproject):
        """Gathers what the build needs, as wheels. Raises NeedsBuild, of this or of something that it needs first."""
        if key in self.underway or len(self.underway) >= max_depth:
            raise Failed("circular", names=[*self.underway, key])
        self.underway.append(key)
        wanted, with_setuptools = build_requirements(pyproject, label)
        lines = [str(checked(each, label)) for each in [*wanted, *self.extra.get(key, [])]]
        # Older ones of it ask for `wheel` only when they run.
        if with_setuptools and self.index.page("wheel"):
            lines.append("wheel")
        links = os.path.join(self.work, "links", key)
        os.makedirs(links, exist_ok=True)
        if lines:
            self.download(lines, links, by="the build of " + label)
        raise NeedsBuild(key, label, source, [links, self.links])


def wanted_by(said):
    """Who wants what pip could not find: `(from NAME)` in its message."""
    found = re.search(r"satisfies the requirement .*? \(from (?!versions)([A-Za-z0-9][\w.-]*)", said)
    return None if found is None else found.group(1)
