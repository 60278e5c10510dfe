"""Every `>>>` example of a docstring runs and shows what it says; and no docstring was broken by a tool."""

import ast
import doctest
import importlib
import re
from pathlib import Path

import keras
import numpy as np
import pytest

import kgan

PACKAGE = Path(kgan.__file__).resolve().parent
# Not run: what reads files of the reader's own, or fetches some.
OF_FILES = """
    data.clips.video data.datasets.tfds data.describe data.kinds.captions data.kinds.images data.kinds.label_maps
    data.kinds.pairs data.kinds.quality_pairs data.kinds.unpaired data.source.split files.walk
    networks.features.cache networks.features.packages saving
""".split()  # noqa: SIM905 (to be read as one list)
# What a reader has: an example ends where it uses one of these, or trains or draws.
READERS = {
    "held_out",
    "table",
    "network",
    "image_network",
    "perceptual",
    "embedding",
    "matching",
    "encoder",
    "captions",
} | {"classifier", "batch"}
LONG = re.compile(r"\.(fit|sample|extrapolate|translate|predict|score|save)\(|LabelClassifier\(")


def modules():
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        if ">>> " in path.read_text(encoding="utf-8") and name not in OF_FILES:
            # Networks of full size, built and compiled.
            yield pytest.param(name, marks=[pytest.mark.slow] if name.startswith("schemes.") else [])


def given():
    """What examples take for granted."""
    import tensorflow as tf

    from kgan import data, layers, schemes
    from kgan.data import samples
    from kgan.data.views import degradation
    from kgan.schedules import LinearDecay

    random = np.random.default_rng(0)
    pictures = random.uniform(-1, 1, (2, 32, 32, 3)).astype("float32")
    names = {name: getattr(schemes, name) for name in kgan.SCHEMES}
    names |= {name: getattr(layers, name) for name in layers.__all__} | {"LinearDecay": LinearDecay}
    for path in (PACKAGE / "networks").glob("[a-z]*/[a-z]*.py"):
        names[path.stem] = importlib.import_module(f"kgan.networks.{path.parent.name}.{path.stem}")
    names |= {"tf": tf, "np": np, "keras": keras, "ops": keras.ops, "kgan": kgan, "layers": keras.layers}
    names |= {"data": data, "samples": samples, "degradation": degradation, "key": 0}
    image = keras.Input((8, 8, 3))
    judge = keras.Model(image, keras.layers.Dense(1)(keras.layers.Flatten()(image)))
    model = schemes.GAN(names["mlp"].generator((8, 8), 3, latent_size=4, width=2), judge, latent_size=4)
    model.compile()
    return names | {
        "model": model,
        "pixels": pictures[0],
        "images": pictures,
        "labels": np.arange(2),
        "tokens": layers.CaptionTokens(["red", "bird"], length=18),
        "noisy": random.normal(size=(32, 16384, 1)).astype("float32"),
        "clean": random.normal(size=(32, 16384, 1)).astype("float32"),
        "target": pictures,
        "prediction": pictures[::-1],
        "x": pictures,
        "features": random.normal(size=(40, 8)).astype("float32"),
        "original": np.zeros((32, 32, 3), np.uint8),
        "small": np.zeros((8, 8, 3), np.uint8),
    }


def shown(value):
    """What an example says of a value: tensors as lists of three decimals, shapes as tuples."""
    if type(value).__name__ == "TensorShape":
        return repr(tuple(value))
    if keras.ops.is_tensor(value):
        value = np.asarray(value)
        return repr((value if value.dtype.kind in "iub" else value.astype("float64").round(3)).tolist())
    return repr(value)


def run(name, names):
    """Runs a module's examples; returns what did not come out."""
    module = importlib.import_module(f"kgan.{name}")
    wrong, check = [], doctest.OutputChecker().check_output
    for test in doctest.DocTestFinder(exclude_empty=True).find(module, globs={}):
        space = {name.rpartition(".")[2]: module, **names, **vars(module)}
        for example in test.examples:
            tree = ast.parse(example.source)
            used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            if LONG.search(example.source) or used & READERS - set(space):
                break
            last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, name, "exec"), space)
            value = eval(compile(ast.Expression(last.value), name, "eval"), space) if last else None
            told = "" if value is None else shown(value) + "\n"
            if example.want and not check(
                example.want, told, doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
            ):
                wrong.append(f"{example.source.strip()}: {example.want.strip()}, not {told.strip()}")
    return wrong


@pytest.fixture(scope="module")
def names():
    return given()


@pytest.mark.parametrize("name", list(modules()))
def test_examples_run(name, names):
    assert run(name, names) == []


def docstrings():
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                text = ast.get_docstring(node, clean=False)
                if text:
                    yield f"{path.relative_to(PACKAGE)}:{getattr(node, 'name', 'module')}", text


def test_no_docstring_was_broken_by_a_tool():
    found = list(docstrings())
    quotes = [where for where, text in found if re.search(r'\w "\n\s*"', text)]
    # One argument's entry within another's: "a: this. b: that."
    run_on = [
        where
        for where, text in found
        for line in text.splitlines()
        if re.match(r"^ {8}[a-z_]+: [^`]*\. [a-z_]+: ", line)
    ]
    assert not quotes
    assert not run_on
