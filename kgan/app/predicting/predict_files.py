"""Which file becomes which: inputs found, outputs named like them, nothing destroyed."""

import dataclasses
import os
import zlib
from pathlib import Path

from kgan.data.folders.problems import listing
from kgan.errors import UserError
from kgan.files.walk import require_file, walk
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


def _belongs(job, shard):
    """Whether a job is of this part: its name alone decides, so parts stay what they are if files are added."""
    return zlib.crc32(Path(job.name).as_posix().encode("utf-8", "surrogateescape")) % shard[1] == shard[0] - 1


def plan(
    inputs,
    output,
    suffix: str = "",
    overwrite: bool = False,
    extra=(),
    left_out=None,
    say=print,
    shard=(1, 1),
) -> list[Job]:
    """Pairs each picture with where its result goes.

    A folder's pictures keep their names and sub-folders below `output`. One file goes to `output` itself if
    that has the ending of a picture.

    Args:
        inputs: paths of files and folders.
        output: path of a folder, or of a file where the input is one file.
        suffix: ending of all outputs, such as ".png"; "" keeps each input's.
        overwrite: whether existing outputs may be replaced.
        extra: further paths that must not be written to, such as masks.
        left_out: callable from the names in a folder to those that are no inputs.
        say: callable that takes a line: what in a folder cannot be opened.
        shard: (I, N), the I-th of N parts, which are disjoint and together everything.

    Returns:
        A list of `Job`, in order of name.

    Raises:
        UserError: if there is nothing to do, two pictures would go to one file, an output exists, or an
            output is an input.
    """
    if not inputs:
        raise UserError("expected a picture or a folder of pictures; found none; name it after the verb")
    output = Path(output)
    named = _found(inputs, output, left_out, say)
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
    jobs = [job for job in jobs if _belongs(job, shard)]
    existing = [job.target for job in jobs if job.target.exists()]
    if existing and not overwrite:
        more = f" and {len(existing) - 1:,} more" if len(existing) > 1 else ""
        raise UserError(
            f"expected no {existing[0]} yet; found it{more}; add --overwrite, or set another --output"
        )
    return jobs


def _found(inputs, output, left_out, say):
    """Returns (path, name) of each picture, in order; pictures below the output folder are left out."""
    found = []
    for given in map(Path, inputs):
        if given.is_dir():
            walked = walk(given, beside=None if given.exists() and _same(given, output) else output)
            below = [name for name in walked.names() if is_picture(name)]
            other = left_out(below) if left_out else ()
            below = [name for name in below if name not in other]
            passed = {
                name: why for name, why in walked.problems.items() if name.endswith("/") or is_picture(name)
            }
            if passed:
                say(f"Passed over in {given}: {listing(passed)}")
            if not below:
                raise UserError(
                    f"expected pictures in {given}; found none; name a folder that has some, such as PNG or JPEG"
                )
            found += [(given / name, str(Path(name))) for name in below]
        elif given.exists():
            found.append((require_file(given), given.name))
        else:
            raise UserError(f"expected a picture or a folder in {given}; found nothing; check the name")
    return found


def _same(first, second):
    return os.path.realpath(first) == os.path.realpath(second)


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
