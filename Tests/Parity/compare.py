#!/usr/bin/env python3
"""Compares every element of tensors dumped by another implementation with a float64 PyTorch run.

    python3 -m venv .venv && .venv/bin/pip install torch numpy safetensors
    .venv/bin/python Tests/Parity/compare.py DIR
    .venv/bin/python Tests/Parity/compare.py DIR --write small --steps 1 9 10   (makes such a DIR with float32 PyTorch)

DIR/configuration.json is {"configuration": "small"}, with fields of iql_torch.Configuration beside it that differ.
DIR/step-0001.safetensors and so on, counted from 1, hold float32 tensors:
    policy.*, critic.*, target.*       parameters and running statistics after the step
    gradient.policy.*, gradient.critic.*   what the step's optimiser was given
    first.*, second.*                  Adam's moments of policy.* and critic.* after the step (optional)
    metric.q1_loss ...                 scalars of the step, shape [1] (optional)

A step whose predecessor was dumped with moments starts from that very state ("shared"), as step 1 does; other steps
are compared with a run from the beginning ("free"), moments left out. A free run of float32 leaves a float64 one by
rounding alone, 1e-3 within 100 steps, so late steps mean something only when shared.

A tensor passes when |a - b| <= tolerance * |b| + kink. kink is for gradients and moments: it is how far the float64
gradient moves when the pre-activations that lie within 5e-6 of their root mean square around zero all count as
positive or all as negative, for no float32 program can know their side.
"""
import argparse
import json
import os
import re
import sys
from dataclasses import replace
from unittest import mock

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import load_file, save_file

from iql_torch import CONFIGURATIONS, Configuration, Learner, make_batch

NEAR_ZERO = 5e-6


class ShiftedReLU(torch.autograd.Function):
    """ReLU whose gradient passes where x > shift * rms(x)."""

    @staticmethod
    def forward(ctx, x, shift):
        ctx.save_for_backward(x > shift * x.square().mean().sqrt())
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, gradient):
        return gradient * ctx.saved_tensors[0], None


def path_of(folder: str, step: int) -> str:
    return os.path.join(folder, f"step-{step:04}.safetensors")


def state_of(learner: Learner) -> dict[str, np.ndarray]:
    """All that a dump holds but the metrics."""
    found = learner.weights() | {"gradient." + n: g for n, g in learner.gradient_values().items()}
    for (prefix, module), optimiser in zip(learner.parts(), learner.optimisers):
        for name, p in module.named_parameters():
            found["first." + prefix + name] = optimiser.state[p]["exp_avg"].numpy().copy()
            found["second." + prefix + name] = optimiser.state[p]["exp_avg_sq"].numpy().copy()
    return found


def restore(learner: Learner, dump: dict[str, np.ndarray], step: int) -> None:
    """The state after `step`, widened."""
    for prefix, module in learner.parts():
        module.load_state_dict({n: torch.from_numpy(dump[prefix + n]).double() for n in module.state_dict()})
    for (prefix, module), optimiser in zip(learner.parts(), learner.optimisers):
        for name, p in module.named_parameters():
            optimiser.state[p] = {
                "step": torch.tensor(float(step)),
                "exp_avg": torch.from_numpy(dump["first." + prefix + name]).double(),
                "exp_avg_sq": torch.from_numpy(dump["second." + prefix + name]).double(),
            }


def kinks(learner: Learner, batch) -> dict[str, float]:
    """How far each gradient moves with the side of the pre-activations next to zero."""
    sides = []
    buffers = [{n: b.clone() for n, b in m.named_buffers()} for _, m in learner.parts()]
    for shift in (-NEAR_ZERO, NEAR_ZERO):
        with mock.patch.object(F, "relu", lambda x: ShiftedReLU.apply(x, shift)):
            learner.gradients(batch)
        sides.append(learner.gradient_values())
    with torch.no_grad():
        for (_, module), kept in zip(learner.parts(), buffers):
            for name, buffer in module.named_buffers():
                buffer.copy_(kept[name])
    found = {}
    for name, g in sides[0].items():
        moved = float(np.linalg.norm(g - sides[1][name]))
        found["gradient." + name] = moved
        found["first." + name] = 0.1 * moved
        found["second." + name] = 0.001 * moved * (2 * float(np.abs(g).max()) + moved)
    return found


def compared(dump: dict[str, np.ndarray], exact: dict[str, np.ndarray], kink: dict[str, float], tolerance: float):
    """Rows (relative, largest, kink, passed, name), the worst first, and names that are in one of the two only."""
    rows = []
    for name in sorted(dump.keys() & exact.keys()):
        a, b = dump[name].astype(np.float64).reshape(-1), exact[name].reshape(-1)
        if a.size != b.size:
            rows.append((float("inf"), float("inf"), 0.0, False, name))
            continue
        apart, norm, allowed = np.linalg.norm(a - b), np.linalg.norm(b), kink.get(name, 0.0)
        relative = float(apart / norm) if norm > 0 else float(apart)
        passed = bool(apart <= tolerance * norm + allowed)  # NaN does not pass
        rows.append((relative, float(np.abs(a - b).max()), allowed / norm if norm > 0 else 0.0, passed, name))
    rows.sort(key=lambda row: (row[3], -row[0] if row[0] == row[0] else float("-inf")))
    strangers = sorted(n for n in dump.keys() ^ exact.keys() if not n.startswith(("first.", "second.")))
    return rows, strangers


def scalars(metrics: dict[str, float]) -> dict[str, np.ndarray]:
    return {"metric." + k: np.array([v]) for k, v in metrics.items()}


def read(folder: str, step: int) -> dict[str, np.ndarray]:
    dump = load_file(path_of(folder, step))
    return {re.sub(r"^target\.critic\.", "target.", n): t for n, t in dump.items()}


def check(folder: str, tolerance: float, rows_shown: int, shared_only: bool) -> bool:
    with open(os.path.join(folder, "configuration.json")) as file:
        fields = json.load(file)
    c: Configuration = replace(CONFIGURATIONS[fields.pop("configuration")], **{"dropout": 0.0} | fields)
    steps = sorted(int(m[1]) for m in (re.fullmatch(r"step-(\d{4})\.safetensors", n) for n in os.listdir(folder)) if m)
    if not steps:
        print(f"{folder}: no step-NNNN.safetensors")
        return False
    free, reached, good = Learner(c, torch.float64), 0, True
    for step in steps:
        dump = read(folder, step)
        before = read(folder, step - 1) if step - 1 in steps else {}
        shared = step == 1 or any(n.startswith("first.") for n in before)
        if shared_only and not shared:
            continue
        if shared:
            learner = Learner(c, torch.float64)
            if step > 1:
                restore(learner, before, step - 1)
        else:
            learner = free
            while reached < step - 1:
                free.gradients(make_batch(c, reached, torch.float64))
                free.step()
                reached += 1
            reached += 1
        batch = make_batch(c, step - 1, torch.float64)
        kink = kinks(learner, batch)
        metrics = learner.gradients(batch)
        learner.step()
        exact = state_of(learner) | {n: s for n, s in scalars(metrics).items() if n in dump}
        if not shared:
            dump = {n: t for n, t in dump.items() if not n.startswith(("first.", "second."))}
        rows, strangers = compared(dump, exact, kink, tolerance)
        failed = sum(not row[3] for row in rows)
        kind = "shared" if shared else "free"
        print(f"step {step} ({kind}): {len(rows)} tensors, {failed} beyond {tolerance:g}, {len(strangers)} unmatched")
        for relative, largest, allowed, passed, name in rows[: max(rows_shown, min(failed, 40))]:
            verdict = "    " if passed else "FAIL"
            print(f"  {verdict} {relative:8.1e} relative {largest:8.1e} largest {allowed:8.1e} kink  {name}")
        for name in strangers[:10]:
            print(f"  FAIL in {'the dump' if name in dump else 'the reference'} only: {name}")
        good = good and failed == 0 and not strangers
    return good


def write(folder: str, name: str, steps: list[int]) -> None:
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "configuration.json"), "w") as file:
        json.dump({"configuration": name}, file)
    c = replace(CONFIGURATIONS[name], dropout=0.0)
    learner = Learner(c, torch.float32)
    for step in range(1, max(steps) + 1):
        metrics = learner.gradients(make_batch(c, step - 1, torch.float32))
        learner.step()
        if step in steps:
            dump = state_of(learner) | scalars(metrics)
            save_file({n: np.ascontiguousarray(t, dtype=np.float32) for n, t in dump.items()}, path_of(folder, step))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="DIR")
    parser.add_argument("--tolerance", type=float, default=1e-4)
    parser.add_argument("--rows", type=int, default=8, help="tensors to print for each step")
    parser.add_argument("--write", choices=CONFIGURATIONS, help="write dumps of a float32 run instead")
    parser.add_argument("--steps", type=int, nargs="+", default=[1, 10, 100])
    parser.add_argument("--shared", action="store_true", help="leave out steps whose predecessor was not dumped")
    options = parser.parse_args()
    if options.write:
        write(options.folder, options.write, options.steps)
        return 0
    return 0 if check(options.folder, options.tolerance, options.rows, options.shared) else 1


if __name__ == "__main__":
    sys.exit(main())
