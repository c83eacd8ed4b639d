"""Asks the package index through the gateway, and chooses among what it has."""
import hashlib
import json
import os
import re
import sys
import urllib.error
import urllib.request

from failure import Failed

json_type = "application/vnd.pypi.simple.v1+json"


class Index:
    def __init__(self, port):
        self.base = "http://127.0.0.1:%d" % port
        self.pages = {}
        # Variables of the image may name a proxy.
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def simple(self):
        return self.base + "/simple/"

    def page(self, name):
        """The files of a package, or None where there is no such package."""
        name = normalized(name)
        if name not in self.pages:
            request = urllib.request.Request(self.simple() + name + "/", headers={"Accept": json_type})
            try:
                with self.opener.open(request, timeout=300) as answer:
                    self.pages[name] = json.load(answer)["files"]
            except urllib.error.HTTPError as error:
                if error.code != 404:
                    raise Failed("index", text="%s: HTTP %d" % (name, error.code)) from error
                self.pages[name] = None
        return self.pages[name]

    def download(self, file, folder):
        """Fetches one file; returns its path and SHA-256. Its digest must be the published one."""
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, file["filename"])
        digest = hashlib.sha256()
        try:
            with self.opener.open(self.base + file["url"], timeout=300) as answer, open(path, "wb") as target:
                for block in iter(lambda: answer.read(1 << 20), b""):
                    digest.update(block)
                    target.write(block)
        except urllib.error.HTTPError as error:
            raise Failed("index", text="%s: HTTP %d" % (file["filename"], error.code)) from error
        published = file["hashes"].get("sha256")
        if published is not None and published != digest.hexdigest():
            raise Failed("hash", name=file["filename"], wanted=published, got=digest.hexdigest())
        return path, digest.hexdigest()


def normalized(name):
    return re.sub(r"[-_.]+", "-", name).lower()


class Release:
    """What the index has of one version of a package."""

    def __init__(self, version):
        self.version = version
        self.wheels = []  # that fit this Python and platform
        self.foreign = []  # tags of wheels that do not
        self.sdist = None
        self.pythons = set()  # what files want that do not fit this Python
        self.yanked = True

    def usable(self):
        return bool(self.wheels or self.sdist)


def releases_of(files, name):
    """Every version of a package, the newest first. Files with names that no version can be read from are left out."""
    from pip._vendor.packaging import tags

    supported = {tag: rank for rank, tag in enumerate(tags.sys_tags())}
    found = {}
    for file in files:
        parsed = parse_name(file["filename"], name)
        if parsed is None:
            continue
        version, wheel_tags = parsed
        release = found.setdefault(version, Release(version))
        if "yanked" not in file:
            release.yanked = False
        if not fits_python(file):
            release.pythons.add(file["requires-python"])
        elif wheel_tags is None:
            # One archive is enough; the gzipped tar is the one that everybody makes.
            if release.sdist is None or file["filename"].endswith(".tar.gz"):
                release.sdist = file
        elif any(tag in supported for tag in wheel_tags):
            release.wheels.append(file)
        else:
            release.foreign.extend(wheel_tags)
    return [found[version] for version in sorted(found, reverse=True)]


def parse_name(filename, name):
    """(version, the tags of a wheel or None for an sdist), or None."""
    from pip._vendor.packaging import tags
    from pip._vendor.packaging.version import InvalidVersion, Version

    try:
        if filename.endswith(".whl"):
            parts = filename[:-4].split("-")
            if len(parts) not in (5, 6) or normalized(parts[0]) != normalized(name):
                return None
            return Version(parts[1]), frozenset(tags.parse_tag("-".join(parts[-3:])))
        stem = re.sub(r"\.(tar\.gz|zip)$", "", filename)
        given, _, version = stem.rpartition("-")
        return (Version(version), None) if normalized(given) == normalized(name) else None
    except (InvalidVersion, ValueError):
        return None


def fits_python(file):
    from pip._vendor.packaging.specifiers import InvalidSpecifier, SpecifierSet

    wanted = file.get("requires-python")
    if not wanted:
        return True
    try:
        return SpecifierSet(wanted).contains("%d.%d.%d" % sys.version_info[:3], prereleases=True)
    except InvalidSpecifier:
        return True
