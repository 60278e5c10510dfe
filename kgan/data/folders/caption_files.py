"""What people write captions into: text files beside the images, CSV, JSONL, COCO's JSON."""

import csv
import json
import pathlib
import zipfile

from kgan.errors import UserError

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
        and where they were found, for the summary.

    Raises:
        UserError: no such file, several to choose from, or a row that cannot be read (named by its line).
    """
    if file is None:
        found = sorted(
            path
            for place in (folder, folder / "annotations")
            if place.is_dir()
            for path in place.iterdir()
            if path.suffix.lower() in TABLES and path.is_file() and not path.name.startswith(".")
        )
        if len(found) > 1:
            names = ", ".join(path.name for path in found[:5])
            raise UserError(
                f"expected one caption file in {folder}, found {len(found)} ({names}): say which one to read"
            )
        if not found:
            return _text_files(folder), TEXT_FILES
        path = found[0]
    else:
        path = next((place for place in (pathlib.Path(file), folder / file) if place.is_file()), None)
        if path is None:
            raise UserError(f"expected a caption file, found nothing at {file}, nor in {folder}")
    readers = {".csv": _csv, ".jsonl": _jsonl, ".json": _coco}
    if path.suffix.lower() not in readers:
        raise UserError(f"expected a caption file that ends in {', '.join(TABLES)}; received {path}")
    try:
        table = readers[path.suffix.lower()](path)
    except UnicodeDecodeError as error:
        raise UserError(f"expected UTF-8 in {path}, found other bytes: convert it") from error
    return table, path.name


def _add(table: dict[str, list[str]], name: str, captions: str | list[str]) -> None:
    captions = [captions] if isinstance(captions, str) else captions
    table.setdefault(name.replace("\\", "/"), []).extend(
        str(text).strip() for text in captions if str(text).strip()
    )


def _text_files(folder: pathlib.Path) -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*.txt")):
        lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
        _add(table, path.relative_to(folder).with_suffix("").as_posix(), lines)
    return table


def in_zip(path: pathlib.Path) -> dict[str, list[str]]:
    """The captions of the text files inside a zip, as `read` returns those of a folder."""
    table: dict[str, list[str]] = {}
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            if name.lower().endswith(".txt") and not name.startswith("__MACOSX/"):
                lines = archive.read(name).decode("utf-8-sig", errors="replace").splitlines()
                _add(table, name[: -len(".txt")], lines)
    return table


def _fields(present: list[str], path: pathlib.Path) -> tuple[str, str]:
    lower = {str(name).strip().lower(): name for name in present}
    chosen = [next((lower[n] for n in names if n in lower), None) for names in (FILE_FIELDS, CAPTION_FIELDS)]
    if None in chosen:
        names = ", ".join(map(str, present))
        raise UserError(f'expected the fields "file" and "caption" in {path}, found {names}: rename them')
    return chosen[0], chosen[1]


def _csv(path: pathlib.Path) -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    with path.open(encoding="utf-8-sig", newline="") as stream:
        dialect = csv.excel
        header = stream.readline()
        if header.count("\t") > header.count(","):
            dialect = csv.excel_tab
        stream.seek(0)
        rows = csv.DictReader(stream, dialect=dialect)
        file, caption = _fields(list(rows.fieldnames or []), path)
        for row in rows:
            if not row[file] or row[caption] is None:
                raise UserError(
                    f"expected a file and a caption in {path} line {rows.line_num}, "
                    f"found {dict(row)}: mend it"
                )
            _add(table, row[file], row[caption])
    return table


def _jsonl(path: pathlib.Path) -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
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


def _coco(path: pathlib.Path) -> dict[str, list[str]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
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
