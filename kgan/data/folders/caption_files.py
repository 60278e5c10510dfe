"""What people write captions into: text files beside the images, CSV, JSONL, COCO's JSON."""

import csv
import io
import json
import pathlib
import zipfile

from kgan.data.folders import text
from kgan.data.folders.archive import TEXT_LIMIT, problem
from kgan.data.folders.problems import listing, names
from kgan.errors import UserError
from kgan.files.walk import is_hidden, require_file, walk

TEXT_FILES = "text files"
TABLES = (".csv", ".jsonl", ".json")
FILE_FIELDS = ("file", "file_name", "filename", "image", "path")
CAPTION_FIELDS = ("caption", "captions", "text", "description")


def read(folder: pathlib.Path, file: str | pathlib.Path | None = None) -> tuple[dict[str, list[str]], str]:
    """Every caption of every image.

    Args:
        folder: where the images lie.
        file: the CSV, JSONL or JSON file, inside `folder` or elsewhere. None looks for one in `folder` and in
            `folder/annotations`, and takes the text files beside the images if there is none.

    Returns:
        {image path as the table names it, or a text file's path without its ".txt": captions in file order},
        and where they were found, for the summary: "text files", or the table's name, and what had to be guessed or
        left out.

    Raises:
        UserError: no such file, several to choose from, or a row that cannot be read (named by its line).
    """
    if file is None:
        found = tables(folder)
        if len(found) > 1:
            told = names([path.name for path in found])
            raise UserError(
                f"expected one caption file in {folder}, found {len(found)} ({told}): say which one to read"
            )
        if not found:
            return _text_files(folder)
        path = found[0]
    else:
        path = next((place for place in (pathlib.Path(file), folder / file) if place.is_file()), None)
        if path is None:
            path = next((place for place in (pathlib.Path(file), folder / file) if place.exists()), None)
            if path is None:
                raise UserError(f"expected a caption file, found nothing at {file}, nor in {folder}")
            require_file(path)
    readers = {".csv": _csv, ".jsonl": _jsonl, ".json": _coco}
    if path.suffix.lower() not in readers:
        raise UserError(f"expected a caption file that ends in {', '.join(TABLES)}; received {path}")
    try:
        content, encoding = text.decode(path.read_bytes())
    except ValueError as error:
        raise UserError(f"expected text in {path}, found a file that {error}") from None
    table = readers[path.suffix.lower()](path, content)
    return table, path.name + ("; read as Windows-1252" if encoding == text.WINDOWS else "")


def tables(folder: pathlib.Path) -> list[pathlib.Path]:
    """The files in a folder, and in `annotations` in it, that may be tables of captions."""
    places = [place for place in (folder, folder / "annotations") if place.is_dir()]
    return sorted(place / name for place in places for name in walk(place, deep=False).names(TABLES))


def _add(table: dict[str, list[str]], name: str, captions: str | list[str]) -> None:
    captions = [captions] if isinstance(captions, str) else captions
    table.setdefault(name.replace("\\", "/"), []).extend(
        str(text).strip() for text in captions if str(text).strip()
    )


def _text_files(folder: pathlib.Path) -> tuple[dict[str, list[str]], str]:
    files = [file for file in walk(folder).files if file.name.lower().endswith(".txt")]
    return _read_all([(file.name, file.size, (folder / file.name).read_bytes) for file in files])


def in_zip(path: pathlib.Path) -> tuple[dict[str, list[str]], str]:
    """The captions of the text files inside a zip, as `read` returns those of a folder."""
    with zipfile.ZipFile(path) as archive:
        found = sorted(archive.infolist(), key=lambda info: info.filename)
        texts = [
            (
                info.filename,
                TEXT_LIMIT + 1 if problem(info) else info.file_size,
                lambda i=info: archive.read(i),
            )
            for info in found
            if info.filename.lower().endswith(".txt") and not any(map(is_hidden, info.filename.split("/")))
        ]
        return _read_all(texts)


def _read_all(files):
    """Reads text files, given as (name, bytes, function that returns its content)."""
    table: dict[str, list[str]] = {}
    guessed, problems = [], {}
    for name, size, read_bytes in files:
        try:
            if size > TEXT_LIMIT:
                raise ValueError(f"is longer than {TEXT_LIMIT >> 20} MiB")
            content, encoding = text.decode(read_bytes())
        except (OSError, ValueError, zipfile.BadZipFile) as error:
            problems[name] = getattr(error, "strerror", None) or str(error)
            continue
        guessed += [name] if encoding == text.WINDOWS else []
        _add(table, name[: -len(".txt")], content.splitlines())
    notes = [f"{len(guessed):,} read as Windows-1252: {names(guessed)}"] if guessed else []
    notes += [f"{len(problems):,} of no use: {listing(problems)}"] if problems else []
    return table, "; ".join([TEXT_FILES, *notes])


def _fields(present: list[str], path: pathlib.Path) -> tuple[str, str]:
    lower = {str(name).strip().lower(): name for name in present}
    chosen = [next((lower[n] for n in names if n in lower), None) for names in (FILE_FIELDS, CAPTION_FIELDS)]
    if None in chosen:
        names = ", ".join(map(str, present))
        raise UserError(f'expected the fields "file" and "caption" in {path}, found {names}: rename them')
    return chosen[0], chosen[1]


def _csv(path: pathlib.Path, content: str) -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    header = content.partition("\n")[0]
    dialect = csv.excel_tab if header.count("\t") > header.count(",") else csv.excel
    rows = csv.DictReader(io.StringIO(content, newline=""), dialect=dialect)
    file, caption = _fields(list(rows.fieldnames or []), path)
    for row in rows:
        if not row[file] or row[caption] is None:
            raise UserError(
                f"expected a file and a caption in {path} line {rows.line_num}, found {dict(row)}: mend it"
            )
        _add(table, row[file], row[caption])
    return table


def _jsonl(path: pathlib.Path, content: str) -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise UserError(f"expected JSON in {path} line {number}, found text: {error.msg}") from error
        if not isinstance(row, dict):
            raise UserError(f"expected one JSON object a line in {path}, found other JSON in line {number}")
        file, caption = _fields(list(row), path)
        _add(table, row[file], row[caption])
    return table


def _coco(path: pathlib.Path, content: str) -> dict[str, list[str]]:
    try:
        content = json.loads(content)
    except json.JSONDecodeError as error:
        raise UserError(f"expected JSON in {path}, line {error.lineno}: {error.msg}") from error
    if not isinstance(content, dict) or not {"images", "annotations"} <= set(content):
        raise UserError(
            f'expected COCO captions in {path}, an object with "images" and "annotations"; for other layouts '
            'write JSONL lines {"file": ..., "caption": ...}'
        )
    names = {image["id"]: image["file_name"] for image in content["images"]}
    table: dict[str, list[str]] = {}
    for annotation in content["annotations"]:
        if "caption" in annotation and annotation.get("image_id") in names:
            _add(table, names[annotation["image_id"]], annotation["caption"])
    return table
