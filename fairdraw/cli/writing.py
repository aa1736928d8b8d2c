"""Writing results: never over an existing file unasked, never half."""

from __future__ import annotations

import os
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
    """All of these files, each whole or not at all; FILE_EXISTS, FILE_UNWRITABLE.

    Everything is written beside its place first and only then put there, so that an interruption
    leaves nothing half-written. ``private``: what only the owner may read.
    """
    check_free(*contents, force=force)
    made: list[tuple[Path, Path]] = []
    try:
        for path, data in contents.items():
            made.append((_beside(path, data, path in private), path))
        for draft, path in made:
            _put(draft, path, force)
    finally:
        for draft, _ in made:
            with suppress(FileNotFoundError):
                draft.unlink()


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
