"""What stands beside exported models for whoever starts a server: its list of models, a compose file, requests."""

from pathlib import Path

from kgan.files.atomic import replacing

MARK = "# Written by `kgan export`, and again at each export while this line stands.\n"
COMPOSE = """services:
  serving:
    image: tensorflow/serving:latest
    command:
      - --model_config_file=/models/models.config
      - --model_config_file_poll_wait_seconds=60
      - --enable_batching=true
      - --batching_parameters_file=/models/batching_parameters.txt
    ports: ["8500:8500", "8501:8501"]  # gRPC and REST
    volumes: ["./:/models:ro"]
"""
BATCHING = """max_batch_size { value: 16 }
batch_timeout_micros { value: 2000 }
max_enqueued_batches { value: 64 }
num_batch_threads { value: 2 }
"""
REST = """# bash %(name)s.sh ARGUMENTS > answer.json; the model runs on localhost:8501.
%(body)s
curl --silent --show-error --data @- http://localhost:8501/v1/models/%(name)s:predict <<< "$REQUEST"
"""
GRPC = '''"""%(name)s over gRPC: pip install tensorflow-serving-api, then python %(name)s.py HOST:8500 ARGUMENTS."""

import sys

import grpc
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

host, *arguments = sys.argv[1:]
stub = prediction_service_pb2_grpc.PredictionServiceStub(grpc.insecure_channel(host))
request = predict_pb2.PredictRequest()
request.model_spec.name = "%(name)s"
request.model_spec.signature_name = "%(signature)s"
%(body)s
answer = stub.Predict(request, timeout=60)
for number, file in enumerate(tf.make_ndarray(answer.outputs["%(output)s"]).ravel()):
    open(f"{number}.png", "wb").write(file)
'''


def write_beside(output: str | Path, name: str, signatures: dict) -> list[Path]:
    """Writes `models.config`, `docker-compose.yml`, `batching_parameters.txt` and requests for one model.

    Files that somebody has made their own (without the first line) are left alone.

    Args:
        output: the folder of models; one is at `output/name/version/`.
        name: of the model just exported.
        signatures: name to `{"inputs": {name: dtype}, "outputs": {name: dtype}}`.

    Returns:
        The paths written.
    """
    output = Path(output)
    models = sorted(
        folder.name
        for folder in output.iterdir()
        if folder.is_dir() and any(path.name.isdigit() for path in folder.iterdir())
    )
    entries = [
        f'  config {{ name: "{model}" base_path: "/models/{model}" model_platform: "tensorflow" }}'
        for model in models
    ]
    texts = {
        "models.config": "\n".join(["model_config_list {", *entries, "}", ""]),
        "docker-compose.yml": COMPOSE,
        "batching_parameters.txt": BATCHING,
    }
    signature = next((one for one in ("generate_png", "png") if one in signatures), None)
    if signature:
        inputs, outputs = signatures[signature]["inputs"], signatures[signature]["outputs"]
        files = [of for of, dtype in outputs.items() if dtype == "string"]
        facts = {"name": name, "signature": signature, "output": files[0] if files else next(iter(outputs))}
        texts[f"requests/{name}.sh"] = REST % {**facts, "body": _rest(signature, inputs)}
        texts[f"requests/{name}.py"] = GRPC % {**facts, "body": _grpc(inputs)}
    written = []
    for file, text in texts.items():
        path = output / file
        if path.exists() and not path.read_text(encoding="utf-8").startswith(MARK):
            continue
        with replacing(path) as stream:
            stream.write((MARK + text).encode())
        written.append(path)
    return written


def _rest(signature, inputs):
    """One instance, its values from the command line."""
    lines, parts = [], []
    for number, (name, dtype) in enumerate(inputs.items(), 1):
        if name.endswith("_bytes"):
            lines.append(f'V{number}="{{\\"b64\\": \\"$(base64 < "${number}" | tr -d \'\\n\')\\"}}"')
        elif dtype == "string":
            lines.append(f'V{number}="\\"${number}\\""')
        else:
            lines.append(f'V{number}="${number}"')
        parts.append(f'\\"{name}\\": $V{number}')
    instance = "{" + ", ".join(parts) + "}"
    lines.append(f'REQUEST="{{\\"signature_name\\": \\"{signature}\\", \\"instances\\": [{instance}]}}"')
    return "\n".join(lines)


def _grpc(inputs):
    """The same over gRPC, for one sample."""
    lines = []
    for number, (name, dtype) in enumerate(inputs.items()):
        given = f"arguments[{number}]"
        if name.endswith("_bytes"):
            value = f'open({given}, "rb").read()'
        else:
            value = given if dtype == "string" else f"{'float' if 'float' in dtype else 'int'}({given})"
        made = f"tf.make_tensor_proto([{value}], tf.{dtype})"
        lines.append(f'request.inputs["{name}"].CopyFrom({made})')
    return "\n".join(lines)
