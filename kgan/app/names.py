"""What there is to choose from, read out of the files that have it: schemes, networks, losses, penalties. No Keras.

A scheme is known by its line in `kgan/schemes/__init__.py`, a network by its file, a loss and a penalty by the `name`
of its class. Its name on the command line is its file's (`wgangp.py`: `wgangp`) or what its class says in
`command_name`.
"""

import ast
import dataclasses
import functools
from pathlib import Path

from kgan.errors import UserError

PACKAGE = Path(__file__).resolve().parent.parent


@dataclasses.dataclass(frozen=True)
class SchemeCard:
    """What an app must know of a scheme before Keras is there.

    Args:
        name: as typed after `--scheme`.
        class_name: in `kgan.schemes`.
        labels: whether it is told labels: "never", "always" (its constructor takes `classes`) or "either" (which may
            be 0).
        judge: what its discriminator returns, as `discriminator_output` says.
        has_loss: whether it takes an adversarial loss by name (`defaults` has one).
        domains: what a batch holds, its `batch_keys`.
        grows: whether it trains one size after the other, of networks that know a `level`.
    """

    name: str
    class_name: str
    labels: str
    judge: str
    has_loss: bool
    domains: tuple = ()
    grows: bool = False


@dataclasses.dataclass(frozen=True)
class NetworkCard:
    """What an app must know of a file of networks.

    Args:
        name: of the file.
        arguments: dict from a builder ("generator", "discriminator") to the names of its arguments.
        grid: the settings with which it asks `kgan.networks.parts.image_size.grid_of` for its halvings; None if it
            takes any size.
    """

    name: str
    arguments: dict
    grid: dict | None = None

    def check_size(self, size: tuple[int, int]) -> None:
        """Raises `UserError` for an image size that the network cannot be built for."""
        from kgan.networks.parts.image_size import grid_of

        if self.grid is not None:
            try:
                grid_of(size, self.name, **self.grid)
            except ValueError as error:
                raise UserError(f"--image-size with --network {error}") from None

    @property
    def grows(self) -> bool:
        """Whether it is built level by level."""
        return self.takes("generator", "level")

    def takes(self, builder: str, argument: str) -> bool:
        """Whether a builder has an argument of this name."""
        return argument in self.arguments.get(builder, ())


@functools.cache
def schemes(task: str) -> dict[str, SchemeCard]:
    """The schemes of a task by their name on the command line, in the order of the lines that announce them."""
    prefix, found = f"kgan.schemes.{task}.", {}
    classes = _scheme_classes(task)
    for node in _tree("schemes/__init__.py").body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(prefix):
            stem = node.module.removeprefix(prefix)
            for alias in node.names:
                told = functools.partial(_told, classes, alias.name)
                name = _own(classes[alias.name], "command_name") or stem.replace("_", "-")
                found[name] = SchemeCard(
                    name,
                    alias.name,
                    _labels(classes, alias.name),
                    told("discriminator_output") or "logits",
                    _has_loss(classes, alias.name),
                    _keys(classes, alias.name),
                    bool(told("grows")),
                )
    return found


@functools.cache
def networks(task: str) -> dict[str, NetworkCard]:
    """The networks of a task that have a generator and a discriminator, by the name of their file."""
    found = {}
    for path in sorted((PACKAGE / "networks" / task).glob("[!_]*.py")):
        builders = {
            node.name: _arguments(node)
            for node in _tree(path).body
            if isinstance(node, ast.FunctionDef) and node.name in ("generator", "discriminator")
        }
        if len(builders) == 2:
            found[path.stem] = NetworkCard(path.stem, builders, _grid(_tree(path)))
    return found


@functools.cache
def halving(task: str, name: str) -> NetworkCard:
    """The card of one file of networks, for its `check_size`."""
    return NetworkCard(name, {}, _grid(_tree(f"networks/{task}/{name}.py")))


@functools.cache
def losses() -> tuple[str, ...]:
    """The names that `kgan.losses.get` knows."""
    return _class_names("losses/pairs.py")


@functools.cache
def penalties() -> tuple[str, ...]:
    """The names that `kgan.penalties.get` knows."""
    return _class_names("penalties.py")


def _grid(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "grid_of":
            return {word.arg: ast.literal_eval(word.value) for word in node.keywords}
    return None


def _class_names(file):
    found = [_own(node, "name") for node in _tree(file).body if isinstance(node, ast.ClassDef)]
    return tuple(name for name in found if name)


@functools.cache
def _tree(file):
    return ast.parse((PACKAGE / file).read_text(encoding="utf-8"))


def _scheme_classes(task):
    """The classes of a task's files and of those that they import; reading all would cost help its time."""
    found, waiting, seen = {}, sorted((PACKAGE / "schemes" / task).glob("*.py")), set()
    while waiting:
        path = waiting.pop()
        if path in seen or not path.is_file():
            continue
        seen.add(path)
        for node in _tree(path).body:
            if isinstance(node, ast.ClassDef):
                found[node.name] = node
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("kgan.schemes."):
                waiting.append(PACKAGE.parent.joinpath(*node.module.split(".")).with_suffix(".py"))
    return found


def _value(node, name):
    """The expression that a class assigns to a name, or None."""
    for line in node.body:
        if isinstance(line, ast.Assign) and any(getattr(t, "id", None) == name for t in line.targets):
            return line.value
        if isinstance(line, ast.AnnAssign) and getattr(line.target, "id", None) == name:
            return line.value
    return None


def _own(node, name):
    value = _value(node, name)
    return value.value if isinstance(value, ast.Constant) else None


def _line(classes, name):
    """A class and those that it comes from, the nearest first."""
    while name in classes:
        yield classes[name]
        bases = [base.id for base in classes[name].bases if isinstance(base, ast.Name)]
        name = next((base for base in bases if base in classes), None)


def _told(classes, name, attribute):
    return next(
        (value for node in _line(classes, name) if (value := _own(node, attribute)) is not None), None
    )


def _has_loss(classes, name):
    for node in _line(classes, name):
        value = _value(node, "defaults")
        if value is not None:
            pairs = zip(getattr(value, "keys", ()), getattr(value, "values", ()), strict=True)
            named = [item for key, item in pairs if getattr(key, "value", None) == "loss"]
            return any(not isinstance(item, ast.Constant) or item.value is not None for item in named)
    return False


def _keys(classes, name):
    found = (_value(node, "batch_keys") for node in _line(classes, name))
    return next((ast.literal_eval(value) for value in found if value is not None), ())


def _labels(classes, name):
    """What the constructor, its own or the one that it inherits, says of `classes`."""
    for node in _line(classes, name):
        for line in node.body:
            if isinstance(line, ast.FunctionDef) and line.name == "__init__":
                defaults = dict(zip(reversed(line.args.args), reversed(line.args.defaults), strict=False))
                found = {argument.arg: value for argument, value in defaults.items()}
                if "classes" not in _arguments(line):
                    return "never"
                return "either" if getattr(found.get("classes"), "value", None) == 0 else "always"
    return "never"


def _arguments(function):
    return tuple(
        one.arg for one in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    )
