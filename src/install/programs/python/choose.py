"""Chooses a version of a package, and says precisely why there is none."""
import sys

from failure import Failed
from simple_index import releases_of


def choose(index, name, specifier, wanted_by=None):
    """
    The newest version that `specifier` (a SpecifierSet) allows and this Python can use, as pip would choose: yanked ones
    and pre-releases only where nothing else is asked for. Raises Failed.
    """
    files = index.page(name)
    if files is None:
        raise Failed("no-package", name=name, wantedBy=wanted_by)
    releases = releases_of(files, name)
    exact = any(each.operator in ("==", "===") and not each.version.endswith(".*") for each in specifier)
    allowed = [each for each in releases if specifier.contains(each.version, prereleases=True)]
    if not exact:
        allowed = [each for each in allowed if not each.yanked]
        # Pre-releases are for who names one, and for who has nothing else.
        if not specifier.prereleases:
            allowed = [each for each in allowed if not each.version.is_prerelease] or allowed
    if not allowed:
        latest = next((str(each.version) for each in releases if not each.yanked), None)
        raise Failed("no-version", name=name, specifier=str(specifier), latest=latest, wantedBy=wanted_by)
    for release in allowed:
        if release.usable():
            return release
    raise explain(name, allowed[0])


def explain(name, release):
    """Why the best version has no file that can be used."""
    from pip._vendor.packaging import tags

    about = {"name": name, "version": str(release.version), "python": "%d.%d.%d" % sys.version_info[:3]}
    if release.pythons and not release.foreign:
        return Failed("python", wanted=sorted(release.pythons)[-1], **about)
    own = {tag.platform for tag in tags.sys_tags()}
    elsewhere = sorted({tag.platform for tag in release.foreign})
    if any(platform in own for platform in elsewhere):
        interpreters = sorted({tag.interpreter for tag in release.foreign if tag.platform in own})
        return Failed("interpreter", interpreters=interpreters[:20], **about)
    return Failed("platform", platforms=elsewhere[:20], **about)
