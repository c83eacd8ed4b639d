"""Source archives and project folders, read without running anything of theirs."""
import os
import re
import stat
import tarfile
import zipfile

from failure import Failed

max_text = 1024 * 1024
max_members = 50_000


def load_toml(text, what):
    try:
        import tomllib
    except ImportError:
        from pip._vendor import tomli as tomllib
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise Failed("unreadable", name=what, text=str(error)[:300]) from error


def read_text(path):
    """A regular file's text, or None: never through a link, which may lead to any place of the image."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        info = os.fstat(handle)
        if not stat.S_ISREG(info.st_mode) or info.st_size > 64 * max_text:
            return None
        return file.read().decode("utf-8", "replace")


def project_toml(folder):
    """pyproject.toml of a folder, or None where it has none."""
    text = read_text(os.path.join(folder, "pyproject.toml"))
    return None if text is None else load_toml(text, "pyproject.toml")


def archived_toml(archive):
    """pyproject.toml of a source archive, or None where it has none."""
    name = os.path.basename(archive)
    try:
        text = from_zip(archive) if archive.endswith(".zip") else from_tar(archive)
    except (tarfile.TarError, zipfile.BadZipFile, OSError, EOFError, ValueError) as error:
        raise Failed("unreadable", name=name, text=str(error)[:300]) from error
    return None if text is None else load_toml(text, "pyproject.toml of " + name)


def at_top(name):
    return re.match(r"^(\./)?[^/]+/pyproject\.toml$", name) is not None


def from_tar(archive):
    with tarfile.open(archive, "r:gz") as opened:
        for count, member in enumerate(opened):
            if count > max_members:
                break
            if member.isfile() and at_top(member.name):
                return opened.extractfile(member).read(max_text).decode("utf-8", "replace")
    return None


def from_zip(archive):
    with zipfile.ZipFile(archive) as opened:
        for info in opened.infolist()[:max_members]:
            if at_top(info.filename):
                with opened.open(info) as file:
                    return file.read(max_text).decode("utf-8", "replace")
    return None


def build_requirements(pyproject, what):
    """(requirements, whether setuptools builds it): what a build needs, as `build-system` has it (PEP 518)."""
    system = (pyproject or {}).get("build-system")
    if not isinstance(system, dict):
        return ["setuptools>=40.8.0"], True
    wanted = system.get("requires", [])
    if not isinstance(wanted, list) or not all(isinstance(each, str) for each in wanted):
        raise Failed("unreadable", name=what, text="build-system.requires is no list of texts")
    backend = system.get("build-backend", "setuptools")
    return wanted, "backend-path" not in system and str(backend).startswith("setuptools")


def checked(requirement, what):
    """A Requirement that names a package of the index. Raises Failed for an address: the container has no way there."""
    from pip._vendor.packaging.requirements import InvalidRequirement, Requirement

    try:
        parsed = Requirement(requirement)
    except (InvalidRequirement, ValueError) as error:
        raise Failed("unreadable", name=what, text="%s: %s" % (requirement[:200], str(error)[:300])) from error
    if parsed.url:
        raise Failed("address", name=what, requirement=requirement[:300])
    return parsed
