"""pip itself, where the image has none: from the index, checked by the digest that the index publishes."""
import re
import sys

from failure import Failed


def download_pip(index, folder):
    """Fetches the newest wheel of pip for this Python. Raises Failed."""
    best = None
    for file in index.page("pip") or []:
        named = re.match(r"^pip-(\d+(?:\.\d+)*)-py3-none-any\.whl$", file["filename"])
        if named is None or "yanked" in file or not fits(file.get("requires-python") or ""):
            continue
        version = tuple(int(part) for part in named.group(1).split("."))
        if best is None or version > best[0]:
            best = (version, file)
    if best is None or "sha256" not in best[1]["hashes"]:
        raise Failed("no-pip", text="the package index has no wheel of pip with a digest that fits this Python")
    index.download(best[1], folder)


def fits(wanted):
    """Only `>=`, which is all that pip ever says: who judges versions properly is in pip itself."""
    lowest = re.match(r"^\s*>=\s*(\d+)\.(\d+)", wanted)
    return lowest is None or sys.version_info[:2] >= (int(lowest.group(1)), int(lowest.group(2)))
