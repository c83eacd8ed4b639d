"""requirements.txt, read by us: given to pip as it is, it could name other indexes, folders, and what may be built."""
import os
import re

from failure import Failed
from locked import Pin
from sources import checked, read_text

max_files = 20
hash_option = re.compile(r"\s--hash[= ]sha256:([0-9a-f]{64})(?=\s|$)")
ignored = re.compile(r"^(-i|--(extra-)?index-url|-f|--find-links|--no-index|--trusted-host|--(no|only)-binary|--prefer-binary|--pre|--use-feature|--require-hashes)\b")
own_project = re.compile(r"^(-e|--editable)?[\s=]*\.(/)?$")


def requirement_lines(folder, name):
    """(requirement, digests) of every line, with those of the files that it includes; None where there is no file."""
    path = os.path.normpath(os.path.join(folder, name))
    return None if read_text(path) is None else list(lines_of(folder, path, [path]))


def lines_of(folder, path, seen):
    text = read_text(path) or ""
    for raw in re.sub(r"\\\r?\n", " ", text).splitlines():
        line = re.sub(r"(^|\s)#.*$", "", raw).strip()
        included = re.match(r"^(?:-r|--requirement)[\s=]*(\S+)$", line)
        if included is not None:
            target = os.path.normpath(os.path.join(os.path.dirname(path), included.group(1)))
            inside = target.startswith(os.path.normpath(folder) + os.sep)
            if inside and target not in seen and len(seen) < max_files:
                seen.append(target)
                yield from lines_of(folder, target, seen)
        elif line and not ignored.match(line) and not own_project.match(line):
            yield requirement(line, os.path.basename(path))


def requirement(line, where):
    if line.startswith("-") or re.match(r"^(\.|/|\w+\+|\w+://)", line):
        raise Failed("address", name=where, requirement=line[:300])
    digests = hash_option.findall(line)
    return checked(re.sub(r"\s--hash[= ]\S+", "", line).strip(), where), digests


def pins_of(entries):
    """Pins, where every line has a version and a digest; else None."""
    pins = []
    for requirement, digests in entries:
        exact = re.match(r"^===?([^*,]+)$", str(requirement.specifier))
        if not digests or exact is None:
            return None
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            pins.append(Pin(requirement.name, exact.group(1).strip(), digests))
    return pins
