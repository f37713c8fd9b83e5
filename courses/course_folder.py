"""A course's files as bytes by their path in its folder: read from a folder or an archive, and written into them.

Neither is trusted. What has a name, a type or a size that no course needs is refused, by its name, before anything is
written; what is written stays in its folder, and an archive of the same files has the same bytes.
"""

from __future__ import annotations

import os
import stat
import struct
import zlib
from collections.abc import Collection, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from django.utils.translation import gettext

from courses.entry_names import clashes, name_problem, shown

MIB: Final = 1024 * 1024
MAX_ENTRIES: Final = 5000  # files and folders
MAX_FILE_BYTES: Final = 4 * MIB
MAX_TOTAL_BYTES: Final = 64 * MIB  # of all files together, unpacked
MAX_ARCHIVE_BYTES: Final = 16 * MIB
# What systems and programs leave in folders by themselves, anywhere.
LEFT_BEHIND: Final = frozenset({"__pycache__", ".DS_Store"})
LEFT_IN_ARCHIVES: Final = "__MACOSX"

# The end of an archive, as zipfile looks for it, and the sign of one with more entries than fit into it.
END: Final = struct.Struct("<4s4H2LH")
END_SIGN: Final = b"PK\x05\x06"
LARGE_SIGN: Final = b"PK\x06\x07"
LARGE_SIGN_BYTES: Final = 20
MAX_LISTING_BYTES: Final = MAX_ENTRIES * 400  # zipfile reads the whole list of entries before it can be counted
EARLIEST: Final = (1980, 1, 1, 0, 0, 0)  # that an archive can say
ORDINARY_FILE: Final = stat.S_IFREG | 0o644
CHUNK: Final = 64 * 1024
# What zipfile raises for archives that are damaged or made to be: UnicodeDecodeError (a ValueError) for names,
# RuntimeError and its NotImplementedError for what it cannot unpack.
DAMAGED: Final = (BadZipFile, zlib.error, EOFError, OSError, ValueError, struct.error, RuntimeError)


class FilesRefused(Exception):
    """There is something in a folder or an archive that no course has. problems: (entry, what is wrong with it)."""

    def __init__(self, problems: Collection[tuple[str, str]]) -> None:
        self.problems = [(shown(entry), message) for entry, message in problems]
        super().__init__("; ".join(f"{entry}: {message}" for entry, message in self.problems))


class _Files:
    """What has been read so far, within the limits."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self.problems: list[tuple[str, str]] = []
        self.entries = 0
        self.total_bytes = 0

    def problem(self, entry: str, message: str) -> None:
        self.problems.append((entry, message))

    def count(self, entry: str) -> None:
        """One more entry. Raises FilesRefused when there are too many, at once: nobody should read them all."""
        self.entries += 1
        if self.entries > MAX_ENTRIES:
            raise FilesRefused([(entry, gettext("is one too many: a course has at most %s entries") % MAX_ENTRIES)])

    def add(self, path: str, content: bytes, *, entry: str) -> None:
        """Raises FilesRefused when all files together are too large."""
        self.total_bytes += len(content)
        if len(content) > MAX_FILE_BYTES:
            self.problem(entry, gettext("is larger than %s MiB") % (MAX_FILE_BYTES // MIB))
        elif self.total_bytes > MAX_TOTAL_BYTES:
            limit = MAX_TOTAL_BYTES // MIB
            raise FilesRefused([(entry, gettext("is too much: a course has at most %s MiB") % limit)])
        else:
            self.contents[path] = content

    def finish(self) -> dict[str, bytes]:
        """All files in the order of their paths. Raises FilesRefused with all that was found."""
        for path, other in clashes(self.contents).items():
            self.problem(path, gettext("is the same name as %s on some systems") % shown(other))
        if self.problems:
            raise FilesRefused(self.problems)
        return dict(sorted(self.contents.items()))


# --- A folder --------------------------------------------------------------------------------------------------------


def read_folder(folder: Path) -> dict[str, bytes]:
    """All files below *folder*, which may itself be a link; {} when it is none. Raises FilesRefused.

    Hidden entries of *folder* itself, such as .git, are left out.
    """
    files = _Files()
    if folder.is_dir():
        for label, path in _walk(folder, "", files):
            try:
                content = _read(path)
            except OSError as error:
                files.problem(label, gettext("cannot be read: %s") % error.strerror)
            else:
                if content is None:
                    files.problem(label, gettext("is no ordinary file"))
                else:
                    files.add(label, content, entry=label)
    return files.finish()


def _walk(folder: Path, prefix: str, files: _Files) -> Iterator[tuple[str, Path]]:
    """The ordinary files below *folder*; whatever else is there is a problem."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        files.problem(prefix, gettext("cannot be read: %s") % error.strerror)
        return
    for entry in entries:
        label = f"{prefix}{entry.name}"
        files.count(label)
        if message := name_problem(label):
            files.problem(label, message)
        elif entry.name in LEFT_BEHIND or label.startswith("."):
            continue
        elif entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path), f"{label}/", files)
        elif entry.is_file(follow_symlinks=False):
            yield label, Path(entry.path)
        else:
            files.problem(label, gettext("is no ordinary file"))


def _read(path: Path) -> bytes | None:
    """At most one byte more than a file may have; None when it is a link or no file any more."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        return file.read(MAX_FILE_BYTES + 1)


def check_target(folder: Path, names: Collection[str]) -> None:
    """Raise FilesRefused unless a course can be written into *folder*, over what is there under its *names*.

    It must be missing, empty (but for hidden entries), or the folder of a course; a link in it leads elsewhere.
    """
    if not folder.exists() and not folder.is_symlink():
        return
    if not folder.is_dir():
        raise FilesRefused([(str(folder), gettext("is no folder"))])
    files = _Files()
    present = {name for name in os.listdir(folder) if not name.startswith(".")}
    if present and not (folder / "course.toml").is_file():
        raise FilesRefused([(str(folder), gettext("is not empty, and no course: it has no course.toml"))])
    for name in sorted(present & set(names)):
        path = folder / name
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            files.problem(name, gettext("is no ordinary file"))
        elif path.is_dir() != (name != "course.toml"):
            files.problem(name, gettext("is no folder") if path.is_file() else gettext("is no ordinary file"))
        elif path.is_dir():
            for _ in _walk(path, f"{name}/", files):
                pass
    if files.problems:
        raise FilesRefused(files.problems)


def write_folder(folder: Path, files: Mapping[str, bytes], names: Collection[str]) -> list[str]:
    """Make *files* what is in *folder* under *names*; the paths that were written or removed.

    Raises FilesRefused, before anything is written, for a folder that check_target() refuses and for names that could
    lead out of it.
    """
    _check_names(files)
    check_target(folder, names)
    folder.mkdir(parents=True, exist_ok=True)
    removed = [path for name in sorted(names) for path in _remove_others(folder, name, files)]
    written = []
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.is_file() or target.read_bytes() != content:
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            written.append(path)
    return written + removed


def _check_names(files: Mapping[str, bytes]) -> None:
    problems = [(path, message) for path in files if (message := name_problem(path))]
    problems += [(path, gettext("is the same name as %s on some systems") % shown(other))
                 for path, other in clashes(files).items()]  # fmt: skip
    if problems:
        raise FilesRefused(problems)


def _remove_others(folder: Path, name: str, files: Mapping[str, bytes]) -> Iterator[str]:
    """Remove what is below *name* and not among *files*, and folders that are empty then."""
    for parent, _, leaves in os.walk(folder / name, topdown=False):
        for leaf in sorted(leaves):
            path = Path(parent, leaf)
            label = path.relative_to(folder).as_posix()
            if label not in files:
                path.unlink()
                yield label
        if not os.listdir(parent):
            os.rmdir(parent)


# --- An archive ------------------------------------------------------------------------------------------------------


def write_archive(slug: str, files: Mapping[str, bytes]) -> bytes:
    """A .zip archive with *files* in a folder *slug*; the same files give the same bytes. Raises FilesRefused."""
    _check_names(files)
    written = BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(files):
            entry = ZipInfo(f"{slug}/{path}", date_time=EARLIEST)
            entry.compress_type = ZIP_DEFLATED
            entry.create_system = 3  # Unix, wherever this runs
            entry.external_attr = ORDINARY_FILE << 16
            archive.writestr(entry, files[path])
    return written.getvalue()


def read_archive(content: bytes, *, name: str) -> tuple[str, dict[str, bytes]]:
    """The one folder that is in a .zip archive called *name*, and the files in it. Raises FilesRefused.

    Nothing is unpacked to a disk, and no more than the limits allow into memory, whatever the archive says of itself.
    """
    if len(content) > MAX_ARCHIVE_BYTES:
        raise FilesRefused([(name, gettext("is larger than %s MiB") % (MAX_ARCHIVE_BYTES // MIB))])
    _check_listing(content, name)
    try:
        with ZipFile(BytesIO(content)) as archive:
            return _read_entries(archive, name)
    except DAMAGED as error:
        raise FilesRefused([(name, gettext("is no .zip archive that can be read"))]) from error


def _check_listing(content: bytes, name: str) -> None:
    """Raise FilesRefused for an archive whose list of entries is larger than any course needs."""
    end = len(content) - END.size
    if end < 0 or content[end : end + 4] != END_SIGN or content[-2:] != b"\0\0":  # it has a comment
        end = content.rfind(END_SIGN, max(0, end - 65_536))
    if end < 0 or end + END.size > len(content):
        raise FilesRefused([(name, gettext("is no .zip archive that can be read"))])
    listing_bytes = END.unpack_from(content, end)[5]
    is_large = content[max(0, end - LARGE_SIGN_BYTES) : end].startswith(LARGE_SIGN)
    if is_large or listing_bytes > MAX_LISTING_BYTES:
        raise FilesRefused([(name, gettext("has more than %s entries") % MAX_ENTRIES)])


def _read_entries(archive: ZipFile, name: str) -> tuple[str, dict[str, bytes]]:
    files = _Files()
    roots: set[str] = set()
    seen: set[str] = set()
    for entry in archive.infolist():
        full = entry.orig_filename  # `filename` ends at the first NUL
        files.count(full)
        path = full.removesuffix("/")
        root, _, label = path.partition("/")
        if message := _entry_problem(entry, root, label):
            files.problem(full, message)
            continue
        if root == LEFT_IN_ARCHIVES or LEFT_BEHIND & set(path.split("/")) or label.startswith("."):
            continue
        roots.add(root)
        if path in seen:
            files.problem(full, gettext("is in the archive twice"))
        elif not full.endswith("/") and not label:
            files.problem(full, gettext("is in no folder: the archive needs one folder, named like the course"))
        elif not full.endswith("/"):
            try:
                unpacked = _unpacked(archive, entry, files)
            except DAMAGED:
                files.problem(full, gettext("is damaged"))
            else:
                files.add(label, unpacked, entry=full)
        seen.add(path)
    if not roots and not files.problems:
        files.problem(name, gettext("is empty"))
    if len(roots) > 1:
        files.problem(sorted(roots)[1], gettext("is beside another folder: an archive has one course"))
    contents = files.finish()
    return roots.pop(), contents


def _entry_problem(entry: ZipInfo, root: str, label: str) -> str:
    """Why nothing is unpacked of *entry*, which is *label* (maybe "") in the folder *root*; "" when it may be."""
    mode = entry.external_attr >> 16
    if message := name_problem(root) or (label and name_problem(label)):
        return message
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return gettext("is no ordinary file")
    if entry.flag_bits & 0x1:
        return gettext("is encrypted")
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        return gettext("is packed in an unusual way")
    return ""


def _unpacked(archive: ZipFile, entry: ZipInfo, files: _Files) -> bytes:
    """The content of *entry*, at most one byte more than a file may have."""
    allowed = min(MAX_FILE_BYTES, MAX_TOTAL_BYTES - files.total_bytes) + 1
    with archive.open(entry) as file:
        chunks = bytearray()
        while len(chunks) < allowed and (chunk := file.read(min(CHUNK, allowed - len(chunks)))):
            chunks += chunk
    return bytes(chunks)
