"""Writing results: never over an existing file unasked, never half."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

from fairdraw.errors import FairdrawError


def check_free(*paths: Path, force: bool = False) -> None:
    """FILE_EXISTS for the first that is there already, before any work is done; ``force``: let it be.

    A directory cannot be replaced by a file whatever is asked: FILE_UNWRITABLE.
    """
    if len({path.resolve() for path in paths}) < len(paths):
        raise FairdrawError("FILE_NAMED_TWICE", file=str(paths[0]))
    for path in paths:
        if path.is_dir():
            raise FairdrawError("FILE_UNWRITABLE", file=str(path), reason="it is a directory")
        if not path.parent.is_dir():
            raise FairdrawError("FILE_UNWRITABLE", file=str(path), reason="there is no such folder")
        if path.exists() and not force:
            raise FairdrawError("FILE_EXISTS", file=str(path))


def write_files(
    contents: Mapping[Path, bytes], *, force: bool = False, private: Collection[Path] = ()
) -> None:
    """All of these files or none; FILE_EXISTS, FILE_UNWRITABLE.

    Everything is written beside its place first and only then put there, in order, so that an
    interruption leaves nothing half-written; if one cannot be put there, those before it are
    taken back. ``private``: what only the owner may read.
    """
    check_free(*contents, force=force)
    made: list[tuple[Path, Path]] = []
    put: list[tuple[Path, bool, Path | None]] = []
    try:
        for path, data in contents.items():
            made.append((_beside(path, data, path in private), path))
        for draft, path in made:
            put.append((path, path.exists(), _kept(path) if force else None))
            try:
                _put(draft, path, force)
            except BaseException:
                _take_back(put[:-1])
                raise
    finally:
        for leftover in (*(draft for draft, _ in made), *(old for _, _, old in put if old)):
            with suppress(FileNotFoundError):
                leftover.unlink()


def _kept(path: Path) -> Path | None:
    """A second name for what is about to be written over; None where there is nothing, or no links."""
    old = path.with_name(f".{path.name[:100]}.{secrets.token_hex(8)}")
    try:
        os.link(path, old)
    except OSError:
        return None
    return old


def _take_back(put: list[tuple[Path, bool, Path | None]]) -> None:
    """Each (path, whether a file was there, its second name) as it was, as far as that can be."""
    for path, existed, old in put:
        with suppress(OSError):
            if old is not None:
                old.replace(path)
            elif not existed:
                path.unlink()


def _beside(path: Path, data: bytes, private: bool) -> Path:
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            if not private:
                os.fchmod(file.fileno(), 0o666 & ~_umask())
    except BaseException as error:
        Path(name).unlink()
        if isinstance(error, OSError):
            raise _unwritable(path, error) from None
        raise
    return Path(name)


def _put(draft: Path, path: Path, force: bool) -> None:
    """The draft in its place. Without ``force`` a file that came there meanwhile stays."""
    try:
        if force:
            draft.replace(path)
            return
        try:
            os.link(draft, path)
        except FileExistsError:
            raise
        except OSError:
            # Not every file system knows links; then there is a moment in which a file may come.
            check_free(path)
            draft.replace(path)
    except FileExistsError:
        raise FairdrawError("FILE_EXISTS", file=str(path)) from None
    except OSError as error:
        raise _unwritable(path, error) from None


def _umask() -> int:
    """What is kept from others in new files; it can only be asked for by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _unwritable(path: Path, error: OSError) -> FairdrawError:
    return FairdrawError("FILE_UNWRITABLE", file=str(path), reason=error.strerror or str(error))
