#!/usr/bin/env python3
"""Runs 100 IQL updates in float64 and writes what the Swift side must reproduce.

    python3 -m venv .venv && .venv/bin/pip install torch numpy safetensors
    .venv/bin/python Tests/Parity/make_fixtures.py small small_slow sprint2 sprint2_slow

Writes Tests/NetworksTests/Fixtures/iql_<configuration>.json. Batches and weights are those of deterministic.py; the
weights begin as float32 values, widened.

Beside it a float32 run of the same code goes the same way. Its distance from the float64 one is kept in the fixture as
`float32`, because it bounds the tolerance that makes sense: a pre-activation next to zero that rounds to the other side
of a ReLU moves a gradient by 1e-3 to 1e-2, and Adam carries that on. At the learning rate of 1e-4 this tells after some
30 steps of `small` and after 2 of `sprint2`, and at the 1e-5 of the `_slow` runs later, but within 100 steps for
gradients. compare.py checks late steps of any run from a shared state.

A tensor is summarised as [count, L2 norm, three projections, its first 4 values, its last 4 values]; projection j is
sum over i of x[i] * (2 * uniform(9000 + j, i) - 1), elements in row-major order. Steps count from 1: the entry of
step 1 holds the gradient computed in the first update and the weights after it.
"""
import argparse
import json
import os
from dataclasses import asdict, replace
from functools import lru_cache

import numpy as np
import torch

import deterministic
from iql_torch import CONFIGURATIONS, Learner, make_batch

FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "NetworksTests", "Fixtures")
RECORDED = (1, 10, 30, 100)


@lru_cache(maxsize=None)
def projection(j: int, count: int) -> np.ndarray:
    return deterministic.signed(9000 + j, count).astype(np.float64)


def rounded(x: float) -> float:
    return float(f"{x:.9g}")


def summary(tensor: np.ndarray) -> list:
    x = tensor.reshape(-1).astype(np.float64)
    figures = [np.linalg.norm(x)] + [x @ projection(j, x.size) for j in range(3)]
    ends = [[rounded(v) for v in part] for part in (x[:4], x[-4:])]
    return [x.size] + [rounded(v) for v in figures] + ends


def summaries(tensors: dict[str, np.ndarray]) -> dict[str, list]:
    return {name: summary(tensors[name]) for name in sorted(tensors)}


def distances(a: dict[str, np.ndarray], b: dict[str, np.ndarray]) -> dict[str, float]:
    """|a - b| / |b| of each tensor that is not zero in b."""
    found = {}
    for name in sorted(b):
        norm = np.linalg.norm(b[name])
        if norm > 0:
            found[name] = float(np.linalg.norm(a[name].astype(np.float64) - b[name]) / norm)
    return found


def described(found: dict[str, float]) -> str:
    worst = sorted(found.items(), key=lambda entry: -entry[1])
    first = ", ".join(f"{name} {distance:.1e}" for name, distance in worst[:4])
    return f"median {worst[len(worst) // 2][1]:.1e}; worst {first}"


def run(name: str, steps: int) -> dict:
    c = replace(CONFIGURATIONS[name], dropout=0.0)
    exact, single = Learner(c, torch.float64), Learner(c, torch.float32)
    names = exact.names
    content = {
        "configuration": asdict(c),
        "order": names,
        "initial": summaries({n: w for n, w in exact.weights().items() if n in set(names)}),
        "metrics": [],
        "steps": {},
    }
    for step in range(1, steps + 1):
        batch = make_batch(c, step - 1, torch.float64)
        metrics = exact.gradients(batch)
        rough = single.gradients(make_batch(c, step - 1, torch.float32))
        gradients, rough_gradients = exact.gradient_values(), single.gradient_values()
        exact.step()
        single.step()
        weights = exact.weights()
        counts = {
            "steps": int(batch.step_mask.sum()),
            "words": int(batch.word_mask.sum()),
            "objects": int(((batch.objects >= 1) & (batch.objects <= 81)).sum()),
        }
        loss_distance = max(abs(rough[k] - v) / abs(v) for k, v in metrics.items() if k.endswith("loss"))
        content["metrics"].append(
            counts | {k: rounded(v) for k, v in metrics.items()} | {"float32": float(f"{loss_distance:.1e}")})
        if step not in RECORDED:
            continue
        apart = {"gradients": distances(rough_gradients, gradients), "weights": distances(single.weights(), weights)}
        content["steps"][str(step)] = {
            "gradients": summaries(gradients),
            "weights": summaries(weights),
            "float32": {kind: {n: float(f"{d:.1e}") for n, d in found.items()} for kind, found in apart.items()},
        }
        print(f"{name}, step {step}: float32 against float64: worst loss {loss_distance:.1e}")
        for kind, found in apart.items():
            print(f"  {kind}: {described(found)}", flush=True)
    return content


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("configurations", nargs="+", choices=["small", "small_slow", "sprint2", "sprint2_slow"])
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--out", default=FIXTURES)
    options = parser.parse_args()
    for name in options.configurations:
        path = os.path.join(options.out, f"iql_{name}.json")
        content = run(name, options.steps)
        with open(path, "w") as file:
            json.dump(content, file, separators=(",", ":"))
            file.write("\n")
        print(path, os.path.getsize(path), "bytes")


if __name__ == "__main__":
    main()
