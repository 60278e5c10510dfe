"""The run report: one HTML file with curves, sample grids over time, settings and data; it loads nothing."""

import base64
import html
from pathlib import Path

from kgan.app.run.charts import chart
from kgan.callbacks.progress import duration
from kgan.files.atomic import replacing

SHOWN_GRIDS = 9
UNTOLD = ("overwrite", "quiet", "dry_run")
TOGETHER = {
    "adversarial": "Adversarial loss",
    "accuracy": "Discriminator accuracy",
    "gradient_norm": "Gradient norm",
    "diversity": "Diversity of images",
}
STYLE = """
:root { --paper: #fcfcfb; --card: #fff; --ink: #1d2330; --soft: #6b7280; --line: #e3e5e8; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14171c; --card: #1c2027; --ink: #e8eaed; --soft: #9aa1ac; --line: #2f353e; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1100px; padding: 28px 24px 60px; background: var(--paper); color:
var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
h1 { font-size: 26px; margin: 0; } h2 { font-size: 18px; margin: 36px 0 12px; }
.facts { display: flex; flex-wrap: wrap; gap: 6px 22px; color: var(--soft); margin: 6px 0 0; }
.facts b { color: var(--ink); font-weight: 600; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(430px, 1fr)); gap: 14px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 10px; }
figure { margin: 0; } figcaption { color: var(--soft); font-size: 13px; padding: 4px 2px 0; }
img { max-width: 100%; display: block; border-radius: 4px; image-rendering: pixelated; background: #fff; }
.latest img { margin: 0 auto; } .times { grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); }
svg { width: 100%; height: auto; display: block; font: 11px system-ui, "DejaVu Sans", sans-serif; }
svg .grid { stroke: var(--line); } svg .tick { fill: var(--soft); }
svg .title { fill: var(--ink); font-size: 12.5px; font-weight: 600; } svg .legend { font-size: 11px; }
table { border-collapse: collapse; width: 100%; } td { padding: 4px 10px 4px 2px; vertical-align: top; }
tr + tr td { border-top: 1px solid var(--line); } td:first-child { color: var(--soft); white-space: nowrap;
width: 1%; padding-right: 28px; } pre { white-space: pre-wrap; margin: 0; font: 13px/1.5 ui-monospace,
"DejaVu Sans Mono", monospace; }
"""


def write_report(path, title, rows, samples, settings, data, measured=()):
    """Writes the report of a run, whole each time.

    Args:
        path: path of the HTML file.
        title: str.
        rows: list of dict, the run's history.
        samples: path of the folder of sample grids.
        settings: dict of setting to value.
        data: str, a summary of the data.
        measured: list of `(title, series)`, charts of what was measured at the end.
    """
    with replacing(path) as stream:
        stream.write(page(title, rows, grids(samples), settings, data, measured).encode())


def page(title, rows, pictures, settings, data, measured=()):
    """Returns the report as HTML.

    Args:
        title: str.
        rows: list of dict with `stage`, `epoch`, `step`, `seconds` and logs.
        pictures: list of `(caption, path of a PNG)`, the newest last.
        settings: dict of setting to value.
        data: str.
        measured: list of `(title, series)`.
    """
    parts = [f"<header><h1>{html.escape(title)}</h1>{_facts(rows)}</header>"]
    if pictures:
        caption, path = pictures[-1]
        parts.append(f'<h2>Samples</h2><div class="card latest">{_figure(caption, path)}</div>')
    for heading, charts in (("Measured", measured), ("Training", groups(rows))):
        drawn = [f'<div class="card">{chart(*group)}</div>' for group in charts]
        if drawn:
            parts.append(f'<h2>{heading}</h2><div class="cards">{"".join(drawn)}</div>')
    if len(pictures) > 1:
        shown = "".join(f'<div class="card">{_figure(*picture)}</div>' for picture in _spread(pictures))
        parts.append(f'<h2>Samples over time</h2><div class="cards times">{shown}</div>')
    cells = "".join(
        f"<tr><td>--{html.escape(str(name).replace('_', '-'))}</td><td>{html.escape(_told(value))}</td></tr>"
        for name, value in settings.items()
        if value is not None and value is not False and value not in ("", []) and name not in UNTOLD
    )
    parts.append(f'<h2>Settings</h2><div class="card"><table>{cells}</table></div>')
    parts.append(f'<h2>Data</h2><div class="card"><pre>{html.escape(data)}</pre></div>')
    head = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{STYLE}</style></head>"
    )
    return f"{head}<body>{''.join(parts)}</body></html>\n"


def grids(folder):
    """Returns `(caption, path)` of each sample grid below a folder, in the order of training."""
    paths = sorted(Path(folder).rglob("step-*.png"), key=lambda path: (path.stat().st_mtime_ns, path.name))
    found = []
    for path in paths:
        stage = "" if path.parent == Path(folder) else f"{path.parent.name}, "
        found.append((f"{stage}step {int(path.stem.removeprefix('step-')):,}", path))
    return found


def groups(rows):
    """Sorts the logs into charts that share a unit.

    Args:
        rows: list of dict.

    Returns:
        A list of `(title, series)` for `kgan.app.run.charts.chart`, the most telling first.
    """
    found, offset, last = {}, 0, 0
    stage = rows[0].get("stage") if rows else None
    for row in rows:
        if row.get("stage") != stage:
            # Each stage counts its own steps; on paper they follow one another.
            offset, stage = offset + last, row.get("stage")
        last = row["step"]
        for name, value in row.items():
            if name not in ("stage", "epoch", "step", "seconds") and isinstance(value, int | float):
                kind, line = _kind(name)
                found.setdefault(kind, {}).setdefault(line, []).append((offset + row["step"], value))
    order = sorted(found, key=lambda kind: list(TOGETHER).index(kind) if kind in TOGETHER else 99)
    return [(TOGETHER.get(kind, kind.replace("_", " ")), found[kind]) for kind in order]


def _kind(name):
    """`discriminator/accuracy_real` belongs to the chart `accuracy`, as the line `real`."""
    prefix = "val_" if name.startswith("val_") else ""
    side, _, term = name.removeprefix(prefix).rpartition("/")
    if term.startswith("accuracy_"):
        return "accuracy", prefix + term.removeprefix("accuracy_")
    if side == "diversity":
        return "diversity", term
    return term, prefix + (side or term)


def _told(value):
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _facts(rows):
    if not rows:
        return '<div class="facts">not trained yet</div>'
    last = rows[-1]
    told = {"step": f"{last['step']:,}", "epoch": f"{last.get('epoch', 0):.4g}"}
    if "seconds" in last:
        told["trained for"] = duration(last["seconds"])
    if last.get("stage"):
        told["stage"] = html.escape(str(last["stage"]))
    return (
        '<div class="facts">'
        + "".join(f"<span>{key} <b>{value}</b></span>" for key, value in told.items())
        + "</div>"
    )


def _spread(pictures):
    """At most so many, evenly over time, the first and the last among them."""
    count = min(SHOWN_GRIDS, len(pictures))
    return [pictures[round(index * (len(pictures) - 1) / (count - 1))] for index in range(count)]


def _figure(caption, path):
    image = base64.b64encode(Path(path).read_bytes()).decode()
    return (
        f'<figure><img alt="samples at {html.escape(caption)}" src="data:image/png;base64,{image}">'
        f"<figcaption>{html.escape(caption)}</figcaption></figure>"
    )
