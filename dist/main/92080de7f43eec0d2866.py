"""Wheels as files: what they say about themselves, without installing them."""
import email.parser
import hashlib
import zipfile

from failure import Failed

max_metadata = 4 * 1024 * 1024


def metadata_of(path):
    """METADATA of a wheel, as an email message. Raises Failed where it has none."""
    try:
        with zipfile.ZipFile(path) as opened:
            names = [name for name in opened.namelist() if name.endswith(".dist-info/METADATA") and name.count("/") == 1]
            if len(names) != 1:
                raise Failed("unreadable", name=base(path), text="it has no METADATA")
            with opened.open(names[0]) as file:
                return email.parser.Parser().parsestr(file.read(max_metadata).decode("utf-8", "replace"))
    except (zipfile.BadZipFile, OSError, EOFError, ValueError) as error:
        raise Failed("unreadable", name=base(path), text=str(error)[:300]) from error


def direct_references(path):
    """Dependencies that it wants from an address or a folder, not from the index."""
    from pip._vendor.packaging.requirements import InvalidRequirement, Requirement

    found = []
    for line in (metadata_of(path).get_all("Requires-Dist") or [])[:5000]:
        try:
            if Requirement(line).url and needed(Requirement(line)):
                found.append(line[:300])
        except (InvalidRequirement, ValueError):
            continue
    return found


def needed(requirement):
    return requirement.marker is None or evaluated(requirement.marker)


def evaluated(marker):
    try:
        return marker.evaluate({"extra": ""})
    except Exception:  # A marker of its own making: pip judges it.
        return True


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def base(path):
    return path.rpartition("/")[2]
