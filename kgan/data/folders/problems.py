"""How files that are no use are told of: the first five by name and how many more."""

SHOWN = 5


def listing(problems: list[str]) -> str:
    """Names the first five files and counts the rest.

    Args:
        problems: dict file name -> what is wrong with it, such as "is empty".

    Returns:
        A str in one line: "a.png (is empty), b.png (is truncated) and 7 more".
    """
    items = list(problems.items())
    shown = ", ".join(f"{name} ({problem})" for name, problem in items[:SHOWN])
    more = len(items) - SHOWN
    return f"{shown} and {more:,} more" if more > 0 else shown


def names(files: list[str], count: int | None = None) -> str:
    """Names the first five files and counts the rest.

    Args:
        files: sequence of str; only the first five are needed.
        count: int, how many there are. Default: the length of `files`.
    """
    files = list(files)
    more = (len(files) if count is None else count) - SHOWN
    return ", ".join(files[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")
