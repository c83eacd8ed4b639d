"""A project folder: what it needs, by its lock file where it has one."""
import os
import shutil
import sys

from failure import Failed
from locked import lock_text, pylock, uv_lock
from requirements_file import pins_of, requirement_lines
from sources import checked, project_toml


class Project:
    """`root` is where the checkout lies; `folder` and `lock_folder` are relative to it."""

    def __init__(self, resolver, root, folder, lock_folder, wants_script):
        self.resolver = resolver
        self.root = root
        self.folder = os.path.normpath(os.path.join(root, folder))
        self.lock_folder = None if lock_folder is None else os.path.normpath(os.path.join(root, lock_folder))
        self.toml = project_toml(self.folder)
        self.wants_script = wants_script

    def gather(self):
        """Puts all wheels into the resolver's folder. Returns the project's own wheel, or None where it has none."""
        self.check_python()
        wheel = self.built("project=", self.folder, self.toml) if self.is_buildable(self.folder, self.toml) else None
        try:
            pins, folders = self.locked()
        except (AttributeError, KeyError, TypeError) as error:
            # A list where a table belongs, and the like.
            raise Failed("unreadable", name="the lock file", text=str(error)[:300]) from error
        others = [self.member(folder) for folder in folders]
        wheels = [each for each in [wheel, *others] if each is not None]
        if pins is None:
            lines = wheels or self.own_requirements()
            if lines:
                self.resolver.download(lines, self.resolver.wheels)
            return wheel
        download_pinned(self.resolver, pins)
        for each in wheels:
            shutil.copy(each, self.resolver.wheels)
        return wheel

    def check_python(self):
        wanted = table(self.toml, "project").get("requires-python")
        if not isinstance(wanted, str):
            return
        from pip._vendor.packaging.specifiers import InvalidSpecifier, SpecifierSet

        own = "%d.%d.%d" % sys.version_info[:3]
        try:
            fits = SpecifierSet(wanted).contains(own, prereleases=True)
        except InvalidSpecifier:
            return
        if not fits:
            name = table(self.toml, "project").get("name", "the project")
            raise Failed("python", name=str(name)[:200], version=None, wanted=wanted[:200], python=own)

    def is_buildable(self, folder, toml):
        """Without `build-system` a folder is no package (as uv has it), unless something of it is to be installed."""
        if "build-system" in (toml or {}) or os.path.lexists(os.path.join(folder, "setup.py")):
            return True
        return self.wants_script and "project" in (toml or {})

    def built(self, key, folder, toml):
        if key not in self.resolver.ready:
            label = table(toml, "project").get("name") or os.path.basename(folder)
            self.resolver.build(key, str(label)[:100], folder, toml)
        return self.resolver.ready[key]

    def member(self, folder):
        """Another folder of the same repository that the lock wants."""
        path = os.path.normpath(os.path.join(self.lock_folder, folder))
        if not path.startswith(os.path.normpath(self.root) + os.sep):
            raise Failed("address", name="uv.lock", requirement=folder[:300])
        toml = project_toml(path)
        if not self.is_buildable(path, toml):
            return None
        return self.built("%s=local" % os.path.relpath(path, self.root).replace("/", "."), path, toml)

    def locked(self):
        """(pins or None, folders of other members)"""
        text = lock_text(self.folder, "pylock.toml")
        if text is not None:
            return pylock(text), []
        text = None if self.lock_folder is None else lock_text(self.lock_folder, "uv.lock")
        if text is not None:
            member = os.path.relpath(self.folder, self.lock_folder)
            return uv_lock(text, member, table(self.toml, "project").get("name"))
        entries = requirement_lines(self.folder, "requirements.txt")
        return (None if not entries else pins_of(entries)), []

    def own_requirements(self):
        wanted = table(self.toml, "project").get("dependencies")
        if isinstance(wanted, list):
            return [str(checked(str(each), "pyproject.toml")) for each in wanted]
        return [str(each) for each, _ in requirement_lines(self.folder, "requirements.txt") or []]


def table(toml, name):
    value = (toml or {}).get(name)
    return value if isinstance(value, dict) else {}


def download_pinned(resolver, pins):
    """Exactly these, each with one of its digests."""
    lines = []
    for pin in pins:
        ready = [path for key, path in resolver.ready.items() if is_of(key, pin)]
        if ready:
            shutil.copy(ready[0], resolver.wheels)
        else:
            lines.append(pin)
    if lines:
        resolver.download([pin.line() for pin in lines], resolver.wheels, {pin.name: pin for pin in lines})


def is_of(key, pin):
    from pip._vendor.packaging.version import Version
    from simple_index import normalized

    name, _, version = key.rpartition("=")
    if name != normalized(pin.name) or version in ("", "local"):
        return False
    return Version(version) == Version(pin.version)
