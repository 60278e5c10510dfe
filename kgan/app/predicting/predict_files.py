"""Which file becomes which: inputs found, outputs named like them, nothing destroyed."""

import dataclasses
import os
from pathlib import Path

from kgan.errors import UserError
from kgan.pictures.picture_file import FORMATS, is_picture


@dataclasses.dataclass(frozen=True)
class Job:
    """One picture to make.

    Args:
        source: path of the input.
        target: path of the output.
        name: the input's path within the folder that was given, as text.
    """

    source: Path
    target: Path
    name: str


def plan(inputs, output, suffix: str = "", overwrite: bool = False, extra=()) -> list[Job]:
    """Pairs each picture with where its result goes.

    A folder's pictures keep their names and sub-folders below `output`. One file goes to `output` itself if
    that has the ending of a picture.

    Args:
        inputs: paths of files and folders.
        output: path of a folder, or of a file where the input is one file.
        suffix: ending of all outputs, such as ".png"; "" keeps each input's.
        overwrite: whether existing outputs may be replaced.
        extra: further paths that must not be written to, such as masks.

    Returns:
        A list of `Job`, in order of name.

    Raises:
        UserError: if there is nothing to do, two pictures would go to one file, an output exists, or an
            output is an input.
    """
    if not inputs:
        raise UserError("expected a picture or a folder of pictures; found none; name it after the verb")
    output = Path(output)
    named = _found(inputs, output)
    if (
        len(inputs) == 1
        and Path(inputs[0]).is_file()
        and output.suffix.lower() in FORMATS
        and not output.is_dir()
    ):
        if suffix and output.suffix.lower() != suffix:
            raise UserError(
                f"expected an --output that ends in {suffix}; found {output.name}; change it or --format"
            )
        jobs = [Job(named[0][0], output, named[0][1])]
    else:
        if output.is_file():
            raise UserError(f"expected a folder in --output; found the file {output}; choose another")
        jobs = [Job(path, output / _renamed(Path(name), suffix), name) for path, name in named]
    _refuse_collisions(jobs)
    sources = {os.path.realpath(path) for path, _ in named} | {os.path.realpath(path) for path in extra}
    for job in jobs:
        if os.path.realpath(job.target) in sources or (
            job.target.exists() and job.source.samefile(job.target)
        ):
            raise UserError(
                f"expected output beside the input; found that {job.target} would replace an input; set another "
                "--output"
            )
    existing = [job.target for job in jobs if job.target.exists()]
    if existing and not overwrite:
        more = f" and {len(existing) - 1:,} more" if len(existing) > 1 else ""
        raise UserError(
            f"expected no {existing[0]} yet; found it{more}; add --overwrite, or set another --output"
        )
    return jobs


def _found(inputs, output):
    """Returns (path, name) of each picture, in order; pictures below the output folder are left out."""
    found = []
    for given in map(Path, inputs):
        if given.is_file():
            found.append((given, given.name))
        elif given.is_dir():
            below = []
            for folder, folders, files in os.walk(given):
                inside = os.path.realpath(folder) == os.path.realpath(output) and not given.samefile(folder)
                folders[:] = [] if inside else sorted(name for name in folders if not name.startswith("."))
                names = [] if inside else [name for name in sorted(files) if not name.startswith(".")]
                paths = [Path(folder, name) for name in names if is_picture(name)]
                below += [(path, str(path.relative_to(given))) for path in paths]
            if not below:
                raise UserError(
                    f"expected pictures in {given}; found none; name a folder that has some, such as PNG or JPEG"
                )
            found += below
        else:
            raise UserError(f"expected a picture or a folder in {given}; found nothing; check the name")
    return found


def _renamed(name, suffix):
    if not suffix and name.suffix.lower() in FORMATS:
        return name
    return name.with_name(name.stem + (suffix or ".png"))


def _refuse_collisions(jobs):
    seen = {}
    for job in jobs:
        other = seen.setdefault(os.path.normcase(job.target), job)
        if other is not job:
            raise UserError(
                f"expected a name for each picture; found that {other.source} and {job.source} would both become "
                f"{job.target}; rename one, or predict them apart"
            )
