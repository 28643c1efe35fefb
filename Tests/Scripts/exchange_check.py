"""The Python side of ExchangeTests/InteropTests.swift: reads and writes files with the formats' own packages.

exchange_check.py probe | write-safetensors FILE | read-safetensors FILE | read-npz FILE | read-events FOLDER
Prints JSON: by name the type, the shape and the bytes.
"""
import hashlib
import json
import sys

import numpy


def described(arrays):
    return {
        name: {"dtype": str(array.dtype), "shape": list(array.shape), "bytes": array.tobytes().hex()}
        for name, array in arrays.items()
    }


def write_safetensors(path):
    from safetensors.numpy import save_file

    random = numpy.random.default_rng(0)
    arrays = {
        "scalar": numpy.array(3.5, numpy.float32),
        "empty": numpy.zeros((0, 4), numpy.float16),
        "flags": numpy.array([True, False, True]),
        "layer.0/weight \"quoted\" \\ \n \u00fc \u65e5 \U0001f600": random.normal(size=(3, 5)).astype(numpy.float32),
    }
    for kind in ("float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8"):
        arrays[kind] = random.integers(0, 100, size=(2, 3)).astype(kind)
    save_file(arrays, path, metadata={"\u00e4": "line\nline", "format": "np"})
    return described(arrays)


def read_safetensors(path):
    import torch
    from safetensors import safe_open

    arrays = {}
    # PyTorch looks at the data in place, which asks for aligned tensors, and knows bfloat16.
    with safe_open(path, framework="pt") as file:
        for name in file.keys():
            tensor = file.get_tensor(name)
            raw = tensor.contiguous().flatten().view(torch.uint8).numpy() if tensor.numel() else numpy.zeros(0, numpy.uint8)
            arrays[name] = {
                "dtype": str(tensor.dtype).removeprefix("torch."), "shape": list(tensor.shape), "bytes": raw.tobytes().hex(),
            }
        metadata = file.metadata()
    with open(path, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    return {"tensors": arrays, "metadata": metadata, "sha256": digest}


def read_npz(path):
    import zipfile

    with zipfile.ZipFile(path) as archive:
        if archive.testzip() is not None:
            sys.exit("a checksum does not match")
    with numpy.load(path, allow_pickle=False) as archive:
        loaded = {name: archive[name] for name in archive.files}
    texts = {name: data.decode() for name, data in loaded.items() if isinstance(data, bytes)}
    return {"arrays": described({name: data for name, data in loaded.items() if name not in texts}), "texts": texts}


def read_events(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    accumulator = EventAccumulator(folder, size_guidance={"scalars": 0})
    accumulator.Reload()
    return {tag: [[e.step, e.value, e.wall_time] for e in accumulator.Scalars(tag)] for tag in accumulator.Tags()["scalars"]}


def probe():
    import safetensors.numpy  # noqa: F401
    import tensorboard  # noqa: F401
    import torch  # noqa: F401


if __name__ == "__main__":
    commands = {
        "write-safetensors": write_safetensors, "read-safetensors": read_safetensors, "read-npz": read_npz,
        "read-events": read_events, "probe": probe,
    }
    json.dump(commands[sys.argv[1]](*sys.argv[2:]), sys.stdout)
