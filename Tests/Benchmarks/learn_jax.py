#!/usr/bin/env python3
"""Full IQL updates a second in JAX on the CPU: one jitted update with donated state.

    python3 -m venv .venv && .venv/bin/pip install jax numpy
    .venv/bin/python Tests/Benchmarks/learn_jax.py --preset small --threads 1 --seconds 10 \
        [--windows lengths.json] [--features bytes|float]

--windows is a JSON list of batches, each a list of [words, steps], one pair a window; without it 4 batches of 64
windows have the lengths of the parity tests. All batches are padded to one shape. The formulation is that of
learn_torch.py; gathers have gathers as gradients and small embeddings are products with one-hot rows, because XLA's
scatter is slow on a CPU. One thread means one core: the process keeps to as many cores as --threads says.
"""
import argparse
import json
import os
import sys
import time

for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(name, None)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--preset", choices=["small", "medium"], default="small")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--windows", help="JSON: a list of batches of [words, steps]")
    parser.add_argument("--vocabulary", type=int, default=120)
    parser.add_argument("--features", choices=["bytes", "float"], default="bytes")
    return parser.parse_args()


if __name__ == "__main__":
    options = arguments()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.threads])
    if options.threads == 1:
        os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    os.environ["JAX_PLATFORMS"] = "cpu"

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Parity"))

import jax
import jax.numpy as jnp
import numpy as np

import deterministic
from packed import Room, collate

PRESETS = {
    "small": dict(width=128, heads=4, text_layers=2, layers=2, conv1=64, conv2=32),
    "medium": dict(width=384, heads=6, text_layers=2, layers=2, conv1=128, conv2=64),
}
CHANNELS, CELLS, EPSILON = 192, 49, 1e-5
DISCOUNT, EXPECTILE, TEMPERATURE, CLIP = 0.97, 0.8, 5.0, 100.0
RATE, DECAY, FIRST, SECOND, POLYAK = 1e-4, 0.1, 0.9, 0.999, 0.005
ONE_HOT_LIMIT = 512


# Parameters


def shapes(c: dict, vocabulary: int) -> dict[str, tuple[int, ...]]:
    d, found = c["width"], {}

    def linear(name: str, out: int, into: int) -> None:
        found[name + ".weight"], found[name + ".bias"] = (out, into), (out,)

    def norm(name: str, width: int) -> None:
        found[name + ".weight"], found[name + ".bias"] = (width,), (width,)

    def layer(name: str) -> None:
        linear(name + ".attention.in", 3 * d, d)
        for part in (".attention.out", ".linear1", ".linear2"):
            linear(name + part, d, d)
        norm(name + ".norm1", d)
        norm(name + ".norm2", d)

    def flat_stack(name: str) -> None:
        linear(name + ".conv1", c["conv1"], CHANNELS)
        norm(name + ".bn1", c["conv1"])
        linear(name + ".conv2", c["conv2"], c["conv1"])
        norm(name + ".bn2", c["conv2"])
        linear(name + ".out", d, CELLS * c["conv2"])

    for trunk in ("policy", "critic"):
        found[trunk + ".text.words"], found[trunk + ".actions"] = (vocabulary, d), (13, d)
        norm(trunk + ".text.norm", d)
        norm(trunk + ".norm", d)
        flat_stack(trunk + ".frames")
        for i in range(c["text_layers"]):
            layer(f"{trunk}.text.layers.{i}")
        for i in range(c["layers"]):
            layer(f"{trunk}.layers.{i}")
    linear("policy.action_head", d, d)
    linear("policy.object_head", 82, d)
    flat_stack("policy.object_frames")
    found["critic.objects"] = (83, d)
    linear("critic.pair", d, 2 * d)
    for head in ("q1", "q2", "v"):
        linear(f"critic.{head}.linear1", d, d)
        linear(f"critic.{head}.linear2", d // 2, d)
        linear(f"critic.{head}.linear3", 1, d // 2)
        norm(f"critic.{head}.norm1", d)
        norm(f"critic.{head}.norm2", d // 2)
    return found


def initial(c: dict, vocabulary: int) -> dict:
    found = shapes(c, vocabulary)
    policy = sorted(n for n in found if n.startswith("policy."))
    critic = sorted(n for n in found if n.startswith("critic."))
    weights = {n: jnp.asarray(deterministic.initial(n, found[n], k)) for k, n in enumerate(policy + critic)}
    running = {}
    for name in weights:
        if name.endswith(("bn1.weight", "bn2.weight")):
            running[name[: -len("weight")] + "mean"] = jnp.zeros_like(weights[name])
            running[name[: -len("weight")] + "variance"] = jnp.ones_like(weights[name])
    zeros = jax.tree.map(jnp.zeros_like, weights)
    copy = jax.tree.map(jnp.copy, {n: w for n, w in weights.items() if n.startswith("critic.")})
    return {"weights": weights, "running": running, "target": copy, "first": zeros,
            "second": jax.tree.map(jnp.copy, zeros), "step": jnp.zeros((), jnp.float32)}


# Networks. w holds weights by full name, at is a prefix


@jax.custom_vjp
def permute(x, index, inverse, real):
    """Rows of x by index; the gradient comes back by the inverse index, where `real` is 1."""
    return x[index]


permute.defvjp(
    lambda x, index, inverse, real: (x[index], (inverse, real)),
    lambda kept, g: (g[kept[0]] * kept[1][:, None], None, None, None))


def product(x, weight, bias):
    """One plain matrix product whatever the shape of x, so that its gradient is one too."""
    return (x.reshape(-1, x.shape[-1]) @ weight.T + bias).reshape(*x.shape[:-1], -1)


def linear(w, at, x):
    return product(x, w[at + ".weight"], w[at + ".bias"])


def norm(w, at, x):
    mean = x.mean(-1, keepdims=True)
    variance = jnp.square(x - mean).mean(-1, keepdims=True)
    return (x - mean) * jax.lax.rsqrt(variance + EPSILON) * w[at + ".weight"] + w[at + ".bias"]


def embedding(table, ids):
    if table.shape[0] > ONE_HOT_LIMIT:
        return table[ids]
    return jax.nn.one_hot(ids, table.shape[0], dtype=jnp.float32) @ table


def flat(w, at, frames, valid, running):
    """frames [n, 49, C]; rows where valid is 0 do not count. New running statistics go into `running`."""
    count = valid.sum() * CELLS
    h = frames.reshape(-1, CHANNELS)
    rows = jnp.repeat(valid, CELLS)[:, None]
    for i in "12":
        conv, bn = f"{at}.conv{i}", f"{at}.bn{i}"
        h = h @ w[conv + ".weight"].T + jax.lax.stop_gradient(w[conv + ".bias"])
        mean = (h * rows).sum(0) / count
        variance = (jnp.square(h - mean) * rows).sum(0) / count
        h = (h - mean) * (jax.lax.rsqrt(variance + EPSILON) * w[bn + ".weight"]) + w[bn + ".bias"]
        h = jax.nn.relu(h)
        for name, value in ((bn + ".mean", mean), (bn + ".variance", variance * count / (count - 1))):
            running[name] = 0.9 * running[name] + 0.1 * jax.lax.stop_gradient(value)
    return linear(w, at + ".out", h.reshape(frames.shape[0], -1))


def flat_folded(w, at, frames, running):
    h = frames.reshape(-1, CHANNELS)
    for i in "12":
        conv, bn = f"{at}.conv{i}", f"{at}.bn{i}"
        scale = w[bn + ".weight"] * jax.lax.rsqrt(running[bn + ".variance"] + EPSILON)
        shift = (w[conv + ".bias"] - running[bn + ".mean"]) * scale + w[bn + ".bias"]
        h = jax.nn.relu(h @ (w[conv + ".weight"] * scale[:, None]).T + shift)
    return linear(w, at + ".out", h.reshape(frames.shape[0], -1))


def split(x, heads, parts):
    """[B, S, parts * d] to `parts` of [B, H, S, d / H]."""
    b, s, width = x.shape
    return jnp.transpose(x.reshape(b, s, parts, heads, -1), (2, 0, 3, 1, 4))


def attend(q, k, v, mask):
    scores = jnp.einsum("bhqd,bhkd->bhqk", q, k) * (q.shape[-1] ** -0.5) + mask
    mixed = jnp.einsum("bhqk,bhkd->bhqd", jax.nn.softmax(scores, axis=-1), v)
    return jnp.transpose(mixed, (0, 2, 1, 3)).reshape(q.shape[0], q.shape[2], -1)


def finish(w, at, x, mixed):
    x = norm(w, at + ".norm1", x + linear(w, at + ".attention.out", mixed))
    inner = jax.nn.relu(linear(w, at + ".linear1", x))
    return norm(w, at + ".norm2", x + linear(w, at + ".linear2", inner))


def encode(w, at, heads, x, mask):
    return finish(w, at, x, attend(*split(linear(w, at + ".attention.in", x), heads, 3), mask))


def joint(c, w, at, batch, frames, slots, masks):
    """Final outputs [modes * B, F, d] of the frames; all modes share words, frames and slots."""
    heads, d, modes, shown = c["heads"], c["width"], len(masks), frames.shape[1]
    words = norm(w, at + ".text.norm", embedding(w[at + ".text.words"], batch["words"]) + batch["word_positions"])
    for i in range(c["text_layers"]):
        words = encode(w, f"{at}.text.layers.{i}", heads, words, batch["word_mask"])
    place = batch["positions"]
    x = norm(w, at + ".norm", jnp.concatenate([frames + place, slots + place[:, :-1]], axis=1))
    words = norm(w, at + ".norm", words)
    mask = jnp.concatenate(masks)
    for i in range(c["layers"]):
        layer = f"{at}.layers.{i}"
        weight, bias = w[layer + ".attention.in.weight"], w[layer + ".attention.in.bias"]
        if i == c["layers"] - 1:
            kw, vw = split(product(words, weight[d:], bias[d:]), heads, 2)
            kx, vx = split(product(x, weight[d:], bias[d:]), heads, 2)
            x, mask = x[:, :shown], mask[:, :, :shown]
            (q,) = split(product(x, weight[:d], bias[:d]), heads, 1)
        else:
            qw, kw, vw = split(product(words, weight, bias), heads, 3)
            words = finish(w, layer, words, attend(qw, kw, vw, batch["word_mask"]))
            q, kx, vx = split(product(x, weight, bias), heads, 3)
        if kx.shape[0] == kw.shape[0]:
            k, v = jnp.concatenate([kw, kx], axis=2), jnp.concatenate([vw, vx], axis=2)
            q, k, v, x = (jnp.concatenate([t] * modes) for t in (q, k, v, x))
        else:
            k = jnp.concatenate([jnp.concatenate([kw] * modes), kx], axis=2)
            v = jnp.concatenate([jnp.concatenate([vw] * modes), vx], axis=2)
        x = finish(w, layer, x, attend(q, k, v, mask))
    return x


def head(w, at, x):
    x = jax.nn.relu(norm(w, at + ".norm1", linear(w, at + ".linear1", x)))
    return linear(w, at + ".linear3", jax.nn.relu(norm(w, at + ".norm2", linear(w, at + ".linear2", x))))[:, 0]


def slots_of(w, batch):
    taken = [embedding(w["critic.objects"], batch["slot_objects"]),
             embedding(w["critic.actions"], batch["slot_actions"])]
    return linear(w, "critic.pair", jnp.concatenate(taken, axis=-1))


def padded(batch, x):
    rows = permute(x, batch["frame_row"], batch["frame_cell"], batch["frame_valid"])
    return rows.reshape(batch["words"].shape[0], -1, x.shape[1])


def packed(batch, x):
    return permute(x.reshape(-1, x.shape[-1]), batch["frame_cell"], batch["frame_row"], batch["frame_real"])


def entropy(logits, ids):
    return -(jax.nn.log_softmax(logits) * jax.nn.one_hot(ids, logits.shape[1])).sum(-1)


# The update


def losses(c, w, running, target, batch):
    """Sum of q1, q2, v, action and object loss; the five and the new running statistics beside it."""
    n, d = batch["actions"].shape[0], c["width"]
    frames = batch["frames"]
    if frames.dtype != jnp.float32:
        frames = frames.astype(jnp.float32) * (1 / 255) - 0.5
    masks = [batch["v_mask"], batch["q_mask"]]
    old = padded(batch, flat_folded(target, "critic.frames", frames, running))
    h = packed(batch, joint(c, target, "critic", batch, old, slots_of(target, batch), masks[1:]))[:n]
    target_q = jnp.minimum(head(target, "critic.q1", h), head(target, "critic.q2", h))

    running = dict(running)
    seen = padded(batch, flat(w, "critic.frames", frames, batch["frame_valid"], running))
    h_v, h_q = jnp.split(joint(c, w, "critic", batch, seen, slots_of(w, batch), masks), 2)
    values, h_q = head(w, "critic.v", packed(batch, h_v)), packed(batch, h_q)[:n]
    weight = batch["step_weight"]
    bootstrap = jax.lax.stop_gradient(values)[batch["next_row"]]
    y = batch["rewards"] + (1 - batch["terminals"]) * DISCOUNT * bootstrap
    q1, q2 = ((weight * jnp.square(head(w, f"critic.{q}", h_q) - y)).sum() for q in ("q1", "q2"))
    u = target_q - values[:n]
    v = (weight * jnp.where(u < 0, 1 - EXPECTILE, EXPECTILE) * jnp.square(u)).sum()

    raised = jnp.minimum(jnp.exp(TEMPERATURE * jax.lax.stop_gradient(u)), CLIP)
    valid = batch["frame_valid"][:n]
    seen = flat(w, "policy.frames", frames[:n], valid, running)
    seen = jnp.concatenate([seen, jnp.zeros((frames.shape[0] - n, d))])
    slots = embedding(w["policy.actions"], batch["slot_actions"])
    h = packed(batch, joint(c, w, "policy", batch, padded(batch, seen), slots, masks[:1]))[:n]
    logits = linear(w, "policy.action_head", h) @ w["policy.actions"].T
    action = (weight * raised * entropy(logits, batch["actions"])).sum()
    logits = linear(w, "policy.object_head", h + flat(w, "policy.object_frames", frames[:n], valid, running))
    named = (batch["object_weight"] * raised * entropy(logits, batch["objects"])).sum()
    parts = jnp.stack([q1, q2, v, action, named])
    return parts.sum(), (parts, running)


def update(c, state, batch):
    weights = state["weights"]
    target = jax.lax.stop_gradient(state["target"])
    differentiate = jax.value_and_grad(lambda w: losses(c, w, state["running"], target, batch), has_aux=True)
    (_, (parts, running)), gradients = differentiate(weights)
    step = state["step"] + 1
    new = {"weights": {}, "first": {}, "second": {}, "running": running, "step": step}
    for name, p in weights.items():
        g = gradients[name]
        if name.endswith("attention.in.bias"):
            third = p.shape[0] // 3
            g = jnp.where((jnp.arange(p.shape[0]) // third) == 1, 0.0, g)
        first = FIRST * state["first"][name] + (1 - FIRST) * g
        second = SECOND * state["second"][name] + (1 - SECOND) * jnp.square(g)
        scale = jnp.sqrt(second) / jnp.sqrt(1 - SECOND**step) + 1e-8
        new["weights"][name] = p * (1 - RATE * DECAY) - RATE / (1 - FIRST**step) * first / scale
        new["first"][name], new["second"][name] = first, second
    new["target"] = {n: t + POLYAK * (new["weights"][n] - t) for n, t in state["target"].items()}
    return new, parts


def positions(count: int, width: int) -> np.ndarray:
    angle = np.arange(count)[:, None] / 10000.0 ** (np.arange(0, width, 2) / width)
    table = np.stack([np.sin(angle), np.cos(angle)], axis=-1).reshape(count, width)
    return (table / np.sqrt(width)).astype(np.float32)


def arrays(collated: dict[str, np.ndarray], width: int) -> dict:
    length, window = collated["words"].shape[1], collated["slot_actions"].shape[1]
    table = positions(length + window + 1, width)
    collated["positions"] = table[collated.pop("first_word") + np.arange(window + 1)]
    collated["word_positions"] = table[:length]
    return {n: jnp.asarray(a.astype(np.int32) if a.dtype == np.int64 else a) for n, a in collated.items()}


def main() -> None:
    c = PRESETS[options.preset]
    drawn = [deterministic.windows(s, 64, options.vocabulary) for s in range(4)]
    if options.windows:
        with open(options.windows) as file:
            lengths = json.load(file)
        drawn = [deterministic.windows(s, len(pairs), options.vocabulary, pairs) for s, pairs in enumerate(lengths)]
    room = Room.of([[(len(w.words), len(w.actions)) for w in windows] for windows in drawn])
    batches = [arrays(collate(windows, room, options.features), c["width"]) for windows in drawn]

    run = jax.jit(lambda state, batch: update(c, state, batch), donate_argnums=0)
    state = initial(c, options.vocabulary)
    firsts = []
    for i in range(2 * len(batches)):
        state, parts = run(state, batches[i % len(batches)])
        firsts.append([float(x) for x in parts])
    print(f"step 2: {firsts[1]}", file=sys.stderr)
    start, steps = time.perf_counter(), 0
    while (elapsed := time.perf_counter() - start) < options.seconds:
        state, parts = run(state, batches[steps % len(batches)])
        parts.block_until_ready()
        steps += 1
    print(json.dumps({"steps_per_second": steps / elapsed, "seconds": elapsed,
                      "losses": dict(zip(("q1", "q2", "v", "action", "object"), firsts[0]))}))


if __name__ == "__main__":
    main()
