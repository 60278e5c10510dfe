"""Line charts as SVG text: small, sharp at any size, and nothing to load."""

import html
import math

WIDTH, HEIGHT = 460, 230
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 30, 26
COLOURS = ("#3b6fd8", "#d9622b", "#2f9e6e", "#a44fc0", "#c2354f", "#7b7b29")


def chart(title, series, logarithmic=None):
    """Draws lines over a common axis.

    Args:
        title: str.
        series: dict from a name to a list of `(x, y)`; what is not finite is left out.
        logarithmic: bool, the scale of y. Default: where all is positive and spans more than a factor of 30.

    Returns:
        An `<svg>` element as str.

    Example:
        >>> chart("loss", {"train": [(0, 1.0), (1, 0.5)]}).startswith("<svg")
        True
    """
    series = {name: [p for p in points if all(map(math.isfinite, p))] for name, points in series.items()}
    series = {name: points for name, points in series.items() if points}
    parts = [f"<title>{html.escape(title)}</title>", _text("title", LEFT, 16, title, "start")]
    if series:
        parts += _axes_and_lines(series, logarithmic)
        parts += _legend(series)
    else:
        parts.append(_text("tick", WIDTH / 2, HEIGHT / 2, "no finite values", "middle"))
    opening = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" xmlns="http://www.w3.org/2000/svg">'
    return "".join([opening, *parts, "</svg>"])


def _axes_and_lines(series, logarithmic):
    xs = [x for points in series.values() for x, _ in points]
    ys = [y for points in series.values() for _, y in points]
    if logarithmic is None:
        logarithmic = min(ys) > 0 and max(ys) / min(ys) > 30
    scale = math.log10 if logarithmic else float
    x_low, x_high = min(xs), max(xs)
    y_low, y_high = _padded(scale(min(ys)), scale(max(ys)))

    def place_x(x):
        return LEFT + (WIDTH - LEFT - RIGHT) * ((x - x_low) / (x_high - x_low) if x_high > x_low else 0.5)

    def place_y(y):
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (scale(y) - y_low) / (y_high - y_low)

    for value in _log_ticks(y_low, y_high) if logarithmic else _ticks(y_low, y_high):
        y = place_y(value)
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield _text("tick", LEFT - 6, y + 3, _short(value), "end")
    for value in _ticks(x_low, x_high):
        yield _text("tick", place_x(value), HEIGHT - 8, _short(value), "middle")
    for colour, (name, points) in zip(_colours(), series.items(), strict=False):
        path = " ".join(f"{place_x(x):.1f},{place_y(y):.1f}" for x, y in _thinned(points))
        dashes = ' stroke-dasharray="5 3"' if name.startswith("val_") or name == "data" else ""
        yield f'<polyline fill="none" stroke="{colour}" stroke-width="1.6"{dashes} points="{path}"/>'
        x, y = points[-1]
        yield f'<circle cx="{place_x(x):.1f}" cy="{place_y(y):.1f}" r="3" fill="{colour}">'
        yield f"<title>{html.escape(name)}: {y:.4g} at {x:,.0f}</title></circle>"


def _legend(series):
    """Names and last values, each in its line's colour, from the right."""
    x = WIDTH - RIGHT
    if len(series) < 2:
        (points,) = series.values()
        yield _text("tick", x, 16, f"{points[-1][1]:.3g}", "end")
        return
    for colour, (name, points) in reversed(list(zip(_colours(), series.items(), strict=False))):
        label = f"{name} {points[-1][1]:.3g}"
        yield _text("legend", x, 16, label, "end", f' fill="{colour}"')
        x -= 6.1 * len(label) + 12


def _text(kind, x, y, words, anchor, more=""):
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}'
    return f'<text class="{kind}" {place}>{html.escape(words)}</text>'


def _colours():
    while True:
        yield from COLOURS


def _padded(low, high):
    if low == high:
        low, high = low - 0.5 * (abs(low) or 1), high + 0.5 * (abs(high) or 1)
    margin = 0.04 * (high - low)
    return low - margin, high + margin


def _thinned(points, most=600):
    step = -(-len(points) // most)
    return points[::step] + ([points[-1]] if (len(points) - 1) % step else [])


def _ticks(low, high, wanted=5):
    """Round numbers between two numbers."""
    if high <= low:
        return [low]
    raw = (high - low) / wanted
    power = 10.0 ** math.floor(math.log10(raw))
    step = power * min((1, 2, 5, 10), key=lambda factor: abs(factor * power - raw))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(index * step, 12) for index in range(first, last + 1)]


def _log_ticks(low, high):
    """Powers of ten between two exponents; with 2 and 5 where there are few."""
    digits = (1,) if high - low > 3 else (1, 2, 5)
    powers = range(math.floor(low), math.ceil(high) + 1)
    values = [digit * 10.0**power for power in powers for digit in digits]
    return [value for value in values if low <= math.log10(value) <= high]


def _short(value):
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.4g}{letter}"
    return f"{value:.4g}"
