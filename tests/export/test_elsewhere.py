"""What an export gives to servers and to other runtimes: converted models, files beside, the card."""

import json
import shutil
import subprocess

import pytest

from kgan.export import beside, model_card, runtimes

SIGNATURES = {
    "generate_png": {"inputs": {"label": "int32", "seed": "int32"}, "outputs": {"image_bytes": "string"}},
    "png": {"inputs": {"source_bytes": "string"}, "outputs": {"image_bytes": "string"}},
}


@pytest.fixture
def folder(tmp_path):
    for model in ("fonts", "glyphs"):
        (tmp_path / model / "1").mkdir(parents=True)
    (tmp_path / "notes").mkdir()
    return tmp_path


def test_servers_find_every_model_and_files_of_ones_own_are_kept(folder):
    from google.protobuf import text_format

    config = pytest.importorskip("tensorflow_serving.config.model_server_config_pb2")
    (folder / "docker-compose.yml").write_text("mine")
    beside.write_beside(folder, "glyphs", SIGNATURES)
    found = text_format.Parse((folder / "models.config").read_text(), config.ModelServerConfig())
    entries = found.model_config_list.config
    assert [(one.name, one.base_path) for one in entries] == [
        (m, f"/models/{m}") for m in ("fonts", "glyphs")
    ]
    assert (folder / "docker-compose.yml").read_text() == "mine"
    # What it wrote itself it writes again.
    shutil.rmtree(folder / "fonts")
    beside.write_beside(folder, "glyphs", SIGNATURES)
    assert "fonts" not in (folder / "models.config").read_text()


@pytest.mark.parametrize(
    ("signatures", "arguments", "instance"),
    [
        (SIGNATURES, ["3", "7"], {"label": 3, "seed": 7}),
        ({"png": SIGNATURES["png"]}, ["FILE"], {"source_bytes": {"b64": "aGVsbG8="}}),
    ],
)
def test_the_request_for_curl_is_json_in_base64_convention(folder, signatures, arguments, instance):
    beside.write_beside(folder, "glyphs", signatures)
    (folder / "file").write_bytes(b"hello")
    (folder / "curl").write_text("#!/bin/sh\ncat\n")  # stands in for the one that would send it
    (folder / "curl").chmod(0o755)
    command = ["bash", str(folder / "requests" / "glyphs.sh"), *arguments]
    command = [str(folder / "file") if word == "FILE" else word for word in command]
    done = subprocess.run(
        command, capture_output=True, text=True, env={"PATH": f"{folder}:/usr/bin:/bin"}, check=True
    )
    assert json.loads(done.stdout) == {"signature_name": next(iter(signatures)), "instances": [instance]}
    compile((folder / "requests" / "glyphs.py").read_text(), "glyphs.py", "exec")


def test_the_card_has_a_head_that_hubs_read_and_no_path_of_this_machine():
    configuration = {
        "app": "pix2pix",
        "kgan": "0.1",
        "data": {"summary": "20 pairs of 64x64"},
        "settings": {"data": "/home/someone/photos", "seed": 3, "run": "/home/someone/runs", "penalty": []},
    }
    facts = {"kgan": "0.2", "model": "Pix2Pix", "parameters": 1234567, "versions": {"keras": "3.15"}}
    scores = [{"protocol": "20 pictures", "mean": {"made": {"l1": 12.345678}}}]
    text = model_card.model_card("maps", configuration, facts, scores, {"step": "9", "loss": "0.5"})
    head = dict(line.split(": ", 1) for line in text.split("---")[1].strip().splitlines())
    assert json.loads(head["pipeline_tag"]) == "image-to-image"
    assert json.loads(head["tags"]) == ["kgan", "gan", "pix2pix"]
    for words in (
        "1,234,567",
        "20 pairs of 64x64",
        "`--data` photos",
        "made: l1 12.346",
        "20 pictures",
        "- step: 9",
    ):
        assert words in text
    assert "someone" not in text


def test_a_runtime_that_is_not_here_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(runtimes.importlib.util, "find_spec", lambda name: None)
    assert runtimes.missing("onnx") == ["tf2onnx", "onnxruntime"]
    with pytest.raises(runtimes.UserError, match="pip install ai-edge-litert"):
        runtimes.convert(tmp_path, "litert", tmp_path / "model")
