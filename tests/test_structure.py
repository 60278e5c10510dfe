"""The house stands: imports run one way and in no circle, files hold one idea, private names stay in one room."""

import ast
import re
from pathlib import Path

import kgan

ROOT = Path(kgan.__file__).parent
# From the lowest room up; a room imports from its own line and from those above it here, never from those below.
FLOORS = (
    ("version", "errors", "files"),
    ("backend",),
    ("configured", "pictures", "tiles"),
    ("schedules", "losses", "penalties", "objectives", "layers", "augmentation"),
    ("adversarial",),
    ("networks", "schemes", "testing"),
    ("analysis", "callbacks", "export", "metrics", "data"),
    ("app",),
    ("tasks", "cli"),
)
EXEMPT = {"saving", "__main__", ""}  # They import by name and on demand, so that `import kgan` costs nothing.
LONGEST = 350


def modules():
    """Name to path, of every module."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = ("kgan", *path.relative_to(ROOT).with_suffix("").parts)
        found[".".join(parts).removesuffix(".__init__")] = path
    return found


MODULES = modules()


def room(name):
    return name.split(".")[1] if "." in name else ""


def floor(name):
    return next((level for level, rooms in enumerate(FLOORS) if room(name) in rooms), None)


def imported(path, everywhere):
    """Modules of kgan that a file imports, at its top or everywhere."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = ast.walk(tree) if everywhere else tree.body
    for node in nodes:
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "kgan":
                while ".".join(parts) not in MODULES:
                    parts.pop()
                yield ".".join(parts)


def test_every_room_has_a_floor():
    rooms = {room(name) for name in MODULES}
    assert rooms - {name for level in FLOORS for name in level} - EXEMPT == set()


def test_no_arrow_upwards():
    upwards = [
        f"{name} -> {other}"
        for name, path in MODULES.items()
        if room(name) not in EXEMPT
        for other in imported(path, everywhere=True)
        if room(other) not in EXEMPT and floor(other) > floor(name)
    ]
    assert upwards == []


def test_no_circle():
    graph = {
        name: {other for other in imported(path, everywhere=True) if other not in (name, "kgan")}
        for name, path in MODULES.items()
    }
    done = set()

    def visit(name, trail):
        assert name not in trail, " -> ".join([*trail[trail.index(name) :], name])
        if name not in done:
            for other in sorted(graph[name]):
                visit(other, [*trail, name])
            done.add(name)

    for name in graph:
        visit(name, [])


def test_files_hold_one_idea():
    apps = {f"apps.{path.stem}": path for path in sorted((ROOT.parent / "apps").glob("*.py"))}
    assert apps
    lengths = {
        name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in {**MODULES, **apps}.items()
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}
    assert lengths["kgan.adversarial.model"] <= 300


def test_every_folder_says_what_belongs_in_it():
    folders = {path.parent for path in MODULES.values()}
    silent = [
        str(folder.relative_to(ROOT))
        for folder in sorted(folders)
        if not (folder / "__init__.py").is_file()
        or not ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))
    ]
    assert silent == []


# Rooms beside the tasks: parts that networks share, and what pictures are compared in.
BESIDE = {"networks": {"parts", "features"}, "tests": set()}


def test_one_vocabulary_names_the_folders():
    told = (ROOT.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    words = set(
        re.findall(r"`([a-z_]+)`", told.partition("One vocabulary names")[2].partition("first line")[0])
    )
    places = {name: ROOT / name for name in ("schemes", "networks", "tasks")}
    places["tests"] = ROOT.parent / "tests" / "schemes"
    for name, place in places.items():
        found = {path.name for path in place.iterdir() if path.is_dir() and not path.name.startswith("_")}
        assert found - words - BESIDE.get(name, set()) == set(), name


# Only ever more.
HINTED = ("analysis", "callbacks", "cli", "data", "files", "metrics", "networks", "pictures", "tiles")


def public(body):
    """Functions and methods that others call, with those that make and call objects."""
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public(node.body)
        if isinstance(node, ast.FunctionDef) and (
            node.name in ("__init__", "__call__") or node.name[0] != "_"
        ):
            yield node


def test_public_signatures_have_type_hints():
    bare = []
    for name, path in MODULES.items():
        for node in public(ast.parse(path.read_text(encoding="utf-8")).body) if room(name) in HINTED else ():
            given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            names = [one.arg for one in given if one.annotation is None and one.arg not in ("self", "cls")]
            names += ["its result"] if node.returns is None and node.name != "__init__" else []
            bare += [f"{name}.{node.name}: {', '.join(names)}"] if names else []
    assert bare == []


PRIVATE_HOME = "kgan.backend.tensorflow.keras_private"
OF_KERAS = re.compile(r"keras\.src|tensorflow\.python|\btf\.__internal__")
# Names of Keras's objects that kgan has used at one time or another, or is likely to.
ATTRIBUTES = set(
    """
    _flatten_layers _layers _losses _clear_losses _get_own_losses _seed_generators _trainable_variables
    _non_trainable_variables _get_variable_index _momentums _velocities _learning_rate _distribution_strategy
    _run_through_graph _keras_history _inbound_nodes _distributed_dataset _in_multi_worker_mode
    _maybe_symbolic_build _symbolic_build _value_specs _assert_compile_called _compile_metrics _compile_loss
    """.split()  # noqa: SIM905 (one list a line is what this is to be read as)
)


def test_private_names_of_keras_are_in_one_file():
    found = []
    for name, path in MODULES.items():
        if name == PRIVATE_HOME:
            continue
        text = path.read_text(encoding="utf-8")
        found += [f"{name}: {match}" for match in OF_KERAS.findall(text)]
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Attribute) and node.attr in ATTRIBUTES:
                found.append(f"{name}:{node.lineno}: {node.attr}")
    assert found == []
