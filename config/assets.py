"""Static files: built into static/build/, collected into var/static/, served with hashed names.

`python -m config.assets` does all of it; config/setup.py calls it when a source has changed.
"""

import os
import re
import shutil
from functools import cache
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage

FONTS = {
    "source-sans-3-latin-wght-normal.woff2": "source-sans-3",
    "source-serif-4-latin-wght-normal.woff2": "source-serif-4",
}
BUNDLES = ("site.js", "exercise.js", "attempt.js", "answers.js", "decision.js", "passkeys.js", "run.js", "admin.js")
# Not collected: the parts of site.css, and the stamps of config/setup.py.
UNUSED = ["css/*", "build/*.json"]
# The quoted texts are every second part.
QUOTED = re.compile(r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')""")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Hashed names, and imports between our ES modules rewritten to them."""

    support_js_module_import_aggregation = True


@cache
def has_fonts() -> bool:
    """Whether the web fonts were built; without Node they are not, and the pages use the system's."""
    return all((settings.BASE_DIR / "static" / "build" / "fonts" / name).exists() for name in FONTS)


@cache
def has_bundles() -> bool:
    """Whether each page's scripts were joined into one file; without Node the browser loads them one by one."""
    return all((settings.BASE_DIR / "static" / "build" / name).exists() for name in BUNDLES)


def build_style_sheets(source: Path, target: Path, *, fonts: bool) -> None:
    """Join the files that order.txt names, in that order, into the sheets that it names: no @import.

    site.css is for every page; after it comes exercises.css where somebody practises, account.css on the pages of
    accounts, and api.css on that of the API. fonts.css names files: it is left out where there are none.
    admin.css is the tokens, what the admin makes of them, and what its pages have in common with others.
    """
    sheets = style_sheets((source / "order.txt").read_text())
    forgotten = {path.name for path in source.glob("*.css")}.difference(*sheets.values())
    if forgotten:
        raise SystemExit(f"static/css/order.txt does not name {', '.join(sorted(forgotten))}")
    for sheet, names in sheets.items():
        join([source / name for name in names if fonts or name != "fonts.css"], target / sheet)
    shared = [source / name for name in ("tokens.css", "diff.css")]
    join([*shared, *sorted((source / "admin").glob("*.css"))], target / "admin.css")


def style_sheets(order: str) -> dict[str, list[str]]:
    """The files of each sheet: below its name and a colon, one a line."""
    sheets: dict[str, list[str]] = {}
    for line in order.split():
        if line.endswith(":"):
            names = sheets[line.removesuffix(":")] = []
        else:
            names.append(line)
    return sheets


def join(sources: list[Path], target: Path) -> None:
    target.write_text(compact("\n".join(source.read_text() for source in sources)))


def compact(css: str) -> str:
    """*css* without comments and without white space that means nothing; what stands in quotes stays as it is."""
    parts = QUOTED.split(COMMENT.sub("", css))
    for index in range(0, len(parts), 2):
        text = re.sub(r"\s+", " ", parts[index])
        text = re.sub(r" ?([{};,]) ?", r"\1", text)
        parts[index] = re.sub(r"(?<=[\w)-]): ", ":", text).replace(";}", "}")
    return "".join(parts).strip()


def copy_fonts(packages: Path, target: Path) -> None:
    """Copy the Latin cuts out of node_modules; keep what is there when Node's packages are not."""
    target.mkdir(exist_ok=True)
    for name, family in FONTS.items():
        source = packages / "@fontsource-variable" / family / "files" / name
        if source.exists():
            shutil.copyfile(source, target / name)


def build() -> None:
    root = settings.BASE_DIR
    target = root / "static" / "build"
    target.mkdir(exist_ok=True)
    copy_fonts(root / "node_modules", target / "fonts")
    build_style_sheets(root / "static" / "css", target, fonts=has_fonts())
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=UNUSED)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    build()
