#!/usr/bin/env python3
"""Runs torchvision's ResNet-18 trunk on two deterministic pictures and writes what the Swift side must reproduce.

    python3 -m venv .venv && .venv/bin/pip install torch torchvision numpy safetensors
    .venv/bin/python Tests/Parity/resnet18.py [--weights resnet18.safetensors]

Writes Tests/NetworksTests/Fixtures/resnet18.json; with --weights, the weights too, under torchvision's names, as a
user's file would have them (45 MB, fc included). The trunk is everything before the average pool, in eval mode:
[3, 224, 224] to [512, 7, 7]. It is computed in float64 from float32 weights and pictures.

The weights need no file. The trunk's tensors, sorted by name, are numbered k = 0, 1, ... (`order` in the fixture;
num_batches_tracked and fc have no number). With u = uniform(20000 + k, i), element i in row-major order, in float32:
    convolution weight  (2u - 1) * sqrt(3 / fan_in), fan_in = in * kernel height * kernel width
    bn weight           1 + 0.1 * (2u - 1)
    bn bias, mean       0.1 * (2u - 1)
    bn variance         1 + 0.5 * u
The value of picture p at (c, y, x) is 2 * uniform(30000 + p, (c * 224 + y) * 224 + x) - 1. A picture's 200 samples are
[index, value] with index = floor(uniform(40000 + p, j) * 25088) into the row-major output.
"""
import argparse
import json
import math
import os

import numpy as np
import torch
from safetensors.numpy import save_file
from torchvision.models import resnet18

import deterministic

FIXTURE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "NetworksTests", "Fixtures", "resnet18.json")
SIDE = 224


def values(name: str, shape, number: int) -> np.ndarray:
    count = math.prod(shape)
    drawn = deterministic.signed(20000 + number, count)
    one, tenth = np.float32(1), np.float32(0.1)
    if len(shape) == 4:
        drawn = drawn * np.sqrt(np.float32(3) / np.float32(math.prod(shape[1:])))
    elif name.endswith("running_var"):
        drawn = one + np.float32(0.5) * deterministic.uniform(20000 + number, np.arange(count, dtype=np.uint64))
    elif name.endswith("weight"):
        drawn = one + tenth * drawn
    else:
        drawn = tenth * drawn
    return drawn.reshape(tuple(shape))


def picture(p: int) -> np.ndarray:
    return deterministic.signed(30000 + p, 3 * SIDE * SIDE).reshape(3, SIDE, SIDE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", help="also write the weights to this safetensors file")
    options = parser.parse_args()
    model = resnet18(weights=None).eval()
    state = model.state_dict()
    order = sorted(n for n in state if not n.startswith("fc.") and not n.endswith("num_batches_tracked"))
    with torch.no_grad():
        for number, name in enumerate(order):
            state[name].copy_(torch.from_numpy(values(name, state[name].shape, number)))
    if options.weights:
        save_file({n: t.numpy() for n, t in state.items()}, options.weights)
    trunk = torch.nn.Sequential(*list(model.children())[:-2]).eval()
    pictures = torch.from_numpy(np.stack([picture(p) for p in range(2)]))
    with torch.no_grad():
        single = trunk(pictures).numpy().astype(np.float64)
        exact = trunk.double()(pictures.double()).numpy()
    content = {"order": order, "pictures": []}
    for p, output in enumerate(exact):
        flat = output.reshape(-1)
        at = deterministic.below(40000 + p, np.arange(200), flat.size)
        content["pictures"].append({
            "shape": list(output.shape),
            "norm": float(f"{np.linalg.norm(flat):.9g}"),
            "mean": float(f"{flat.mean():.9g}"),
            "samples": [[int(i), float(f"{flat[i]:.9g}")] for i in at],
        })
        print(f"picture {p}: norm {np.linalg.norm(flat):.6g}, mean {flat.mean():.6g}, zeros {np.mean(flat == 0):.2f}, "
              f"float32 is {np.linalg.norm(single[p] - output) / np.linalg.norm(output):.1e} away")
    with open(FIXTURE, "w") as file:
        json.dump(content, file, separators=(",", ":"))
        file.write("\n")
    print(FIXTURE, os.path.getsize(FIXTURE), "bytes")


if __name__ == "__main__":
    main()
