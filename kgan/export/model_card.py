"""`model_card.md`: what a model is, what it saw, how it was made and measured, in the form that model hubs read."""

import json
from pathlib import Path

TASKS = {
    "image-generation": "unconditional-image-generation",
    "text-to-image": "text-to-image",
    "video-prediction": "video-to-video",
}
CARD = "model_card.md"
GRID = "samples.png"
# Settings that say nothing of the model.
UNTOLD = ("run", "dry_run", "overwrite", "quiet", "checkpoint_seconds", "on_nan")


def model_card(name: str, configuration: dict, facts: dict, scores=(), last=None, grid: bool = False) -> str:
    """The text of a card.

    Args:
        name: of the model.
        configuration: a run's `config.json`.
        facts: what an export notes of itself: kgan's version, the scheme, how many parameters.
        scores: what `evaluate --json` wrote: dicts with `protocol`, and `values` or `mean`.
        last: the last row of a run's history, or None.
        grid: whether a picture of samples lies beside.
    """
    app, data, settings = configuration["app"], configuration["data"], configuration["settings"]
    head = {
        "library_name": "keras",
        "pipeline_tag": TASKS.get(app, "image-to-image"),
        "tags": ["kgan", "gan", app],
        "model_name": name,
    }
    lines = [
        "---",
        *(f"{key}: {json.dumps(value)}" for key, value in head.items()),
        "---",
        "",
        f"# {name}",
        "",
    ]
    lines += [
        f"{facts['model']}, {facts['parameters']:,} parameters as served, made with `kgan {app} train`.",
        "",
    ]
    if grid:
        lines += [f"![Samples at the end of the training]({GRID})", ""]
    lines += ["## Data", "", str(data.get("summary", "unknown")), "", "## Settings", ""]
    told = {
        key: value for key, value in settings.items() if key not in UNTOLD and value not in (None, [], ())
    }
    lines += [f"- `--{key.replace('_', '-')}` {_told(key, value)}" for key, value in told.items()]
    for one in configuration.get("recipes", ()):
        lines.append(f"- recipe {one['name']}: {one['source']}")
    lines += ["", "## Versions", "", f"- kgan {facts['kgan']} (trained with {configuration['kgan']})"]
    lines += [f"- {package} {version}" for package, version in facts.get("versions", {}).items()]
    lines += ["", "## Measured", ""]
    for score in scores:
        found = score.get("values") or score.get("mean") or {}
        protocol = score["protocol"]
        lines += [f"- {key}: {_measured(value)}" for key, value in found.items()]
        lines += [f"- how: {protocol if isinstance(protocol, str) else json.dumps(protocol)}", ""]
    if last:
        lines += ["The last row of the training's history (losses are no measure of quality):", ""]
        lines += [f"- {key}: {value}" for key, value in last.items() if value not in ("", None)]
    elif not scores:
        lines.append("Nothing yet: `evaluate --json FILE`, then `export --scores FILE`.")
    return "\n".join([*lines, ""])


def _measured(value):
    if isinstance(value, dict):
        return ", ".join(f"{name} {_measured(one)}" for name, one in value.items())
    return f"{value:.5g}" if isinstance(value, float) else value


def _told(key, value):
    if key in ("data", "init_from"):  # Where it lay on one machine is nobody's business.
        return value if str(value).startswith("tfds:") else Path(value).name
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else value
