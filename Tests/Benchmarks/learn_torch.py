#!/usr/bin/env python3
"""Full IQL updates a second in PyTorch on the CPU: the networks of Tests/Parity/iql_torch.py in their fast form.

    python3 -m venv .venv && .venv/bin/pip install torch numpy safetensors
    .venv/bin/python Tests/Benchmarks/learn_torch.py --preset small --threads 1 --mode eager --seconds 10 \
        [--windows lengths.json] [--features bytes|float] [--check]

--windows is a JSON list of batches, each a list of [words, steps], one pair a window; without it 4 batches of 64
windows have the lengths of the parity tests. eager pads each batch to its own longest window, compile all of them to
the longest of all.

What is done once instead of twice: frames are packed for the per-frame stack; words see only words, so they run once
for V and Q; V and Q share the first projection; the last layer is computed for frames only; the target's batch
normalisation is folded into its weights. Batches are in memory, collated, masks included. --check compares the first
losses with the plain form of the update.
"""
import argparse
import ctypes
import json
import os
import sys
import time
from dataclasses import replace

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
    parser.add_argument("--mode", choices=["eager", "compile"], default="eager")
    parser.add_argument("--check", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    options = arguments()
    os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = str(options.threads)

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Parity"))

import torch
import torch.nn.functional as F
from torch import Tensor

import deterministic
from iql_torch import CELLS, CONFIGURATIONS, EPSILON, Configuration, FeatureFlat, Head, Learner, Policy, Trunk, pad
from iql_torch import positions
from packed import Room, collate


class Permute(torch.autograd.Function):
    """Rows of x by index; the gradient comes back by the inverse index, where `real` is 1."""

    @staticmethod
    def forward(ctx, x, index, inverse, real):
        ctx.save_for_backward(inverse, real)
        return x.index_select(0, index)

    @staticmethod
    def backward(ctx, gradient):
        inverse, real = ctx.saved_tensors
        return gradient.index_select(0, inverse) * real[:, None], None, None, None


def split(x: Tensor, heads: int, parts: int) -> tuple[Tensor, ...]:
    """[B, S, parts * d] to `parts` of [B, H, S, d / H]."""
    b, s, width = x.shape
    return x.view(b, s, parts, heads, width // parts // heads).permute(2, 0, 3, 1, 4).unbind(0)


def finish(layer, x: Tensor, mixed: Tensor) -> Tensor:
    """What follows attention in an encoder layer."""
    x = layer.norm1(x + layer.attention.out(mixed.transpose(1, 2).flatten(2)))
    return layer.norm2(x + layer.linear2(F.relu(layer.linear1(x))))


def encode(layer, x: Tensor, mask: Tensor) -> Tensor:
    q, k, v = split(getattr(layer.attention, "in")(x), layer.attention.heads, 3)
    return finish(layer, x, F.scaled_dot_product_attention(q, k, v, attn_mask=mask))


def normalise(bn, x: Tensor, valid: Tensor | None) -> Tensor:
    """Batch normalisation in training; `valid` [rows] marks the rows that count, None all."""
    if valid is None:
        return F.batch_norm(x, bn.mean, bn.variance, bn.weight, bn.bias, training=True, momentum=0.1, eps=EPSILON)
    count = valid.sum()
    mean = (x * valid[:, None]).sum(0) / count
    variance = ((x - mean).square() * valid[:, None]).sum(0) / count
    with torch.no_grad():
        bn.mean.lerp_(mean, 0.1)
        bn.variance.lerp_(variance * count / (count - 1), 0.1)
    return (x - mean) * (torch.rsqrt(variance + EPSILON) * bn.weight) + bn.bias


def flat(stack: FeatureFlat, frames: Tensor, valid: Tensor | None) -> Tensor:
    """The biases before batch normalisation get no gradient, for it is zero."""
    rows = None if valid is None else valid[:, None].expand(-1, CELLS).reshape(-1)
    h = F.linear(frames.flatten(0, 1), stack.conv1.weight, stack.conv1.bias.detach())
    h = F.linear(F.relu(normalise(stack.bn1, h, rows)), stack.conv2.weight, stack.conv2.bias.detach())
    return stack.out(F.relu(normalise(stack.bn2, h, rows)).view(frames.shape[0], -1))


def flat_folded(stack: FeatureFlat, frames: Tensor) -> Tensor:
    h = frames.flatten(0, 1)
    for conv, bn in ((stack.conv1, stack.bn1), (stack.conv2, stack.bn2)):
        scale = bn.weight * torch.rsqrt(bn.variance + EPSILON)
        h = F.relu(F.linear(h, conv.weight * scale[:, None], (conv.bias - bn.mean) * scale + bn.bias))
    return stack.out(h.view(frames.shape[0], -1))


def pictures(batch: dict[str, Tensor]) -> Tensor:
    frames = batch["frames"]
    return frames if frames.dtype == torch.float32 else frames.float().mul_(1 / 255).sub_(0.5)


def joint(trunk: Trunk, batch: dict[str, Tensor], frames: Tensor, slots: Tensor, masks: list[Tensor]) -> Tensor:
    """Final outputs [modes * B, F, d] of the frames; all modes share words, frames and slots."""
    heads, modes, shown, width = trunk.configuration.heads, len(masks), frames.shape[1], frames.shape[2]
    words = trunk.text.norm(F.embedding(batch["words"], trunk.text.words) + batch["word_positions"])
    for layer in trunk.text.layers:
        words = encode(layer, words, batch["word_mask"])
    place = batch["positions"]
    x = trunk.norm(torch.cat([frames + place[:, :shown], slots + place[:, : slots.shape[1]]], dim=1))
    words = trunk.norm(words)
    mask = torch.cat(masks) if modes > 1 else masks[0]
    for i, layer in enumerate(trunk.layers):
        last = i == len(trunk.layers) - 1
        project = getattr(layer.attention, "in")
        if last:
            kw, vw = split(F.linear(words, project.weight[width:], project.bias[width:]), heads, 2)
            kx, vx = split(F.linear(x, project.weight[width:], project.bias[width:]), heads, 2)
            x = x[:, :shown]
            (q,) = split(F.linear(x, project.weight[:width], project.bias[:width]), heads, 1)
            mask = mask[:, :, :shown]
        else:
            qw, kw, vw = split(project(words), heads, 3)
            words = finish(layer, words, F.scaled_dot_product_attention(qw, kw, vw, attn_mask=batch["word_mask"]))
            q, kx, vx = split(project(x), heads, 3)
        if x.shape[0] == kw.shape[0]:
            k, v = torch.cat([kw, kx], dim=2), torch.cat([vw, vx], dim=2)
            if modes > 1:
                q, k, v, x = (t.repeat(modes, *[1] * (t.dim() - 1)) for t in (q, k, v, x))
        else:
            k = torch.cat([kw.repeat(modes, 1, 1, 1), kx], dim=2)
            v = torch.cat([vw.repeat(modes, 1, 1, 1), vx], dim=2)
        x = finish(layer, x, F.scaled_dot_product_attention(q, k, v, attn_mask=mask))
    return x


def head(h: Head, x: Tensor) -> Tensor:
    x = F.relu(h.norm1(h.linear1(x)))
    return h.linear3(F.relu(h.norm2(h.linear2(x)))).squeeze(-1)


def slots_of(critic, batch: dict[str, Tensor]) -> Tensor:
    taken = [F.embedding(batch["slot_objects"], critic.objects), F.embedding(batch["slot_actions"], critic.actions)]
    return critic.pair(torch.cat(taken, dim=-1))


def padded(batch: dict[str, Tensor], x: Tensor) -> Tensor:
    """Packed frames [M, d] to [B, F, d]."""
    rows = Permute.apply(x, batch["frame_row"], batch["frame_cell"], batch["frame_valid"])
    return rows.view(batch["words"].shape[0], -1, x.shape[1])


def packed(batch: dict[str, Tensor], x: Tensor) -> Tensor:
    return Permute.apply(x.flatten(0, 1), batch["frame_cell"], batch["frame_row"], batch["frame_real"])


def losses(c: Configuration, learner: Learner, batch: dict[str, Tensor], exact: bool) -> list[Tensor]:
    """q1, q2, v, action and object loss. `exact`: the batch has no room for more frames."""
    critic, target, policy = learner.critic, learner.target, learner.policy
    n = batch["actions"].shape[0]
    shown = pictures(batch)
    valid = None if exact else batch["frame_valid"]
    with torch.no_grad():
        frames = padded(batch, flat_folded(target.frames, shown))
        q = packed(batch, joint(target, batch, frames, slots_of(target, batch), [batch["q_mask"]]))[:n]
        target_q = torch.minimum(head(target.q1, q), head(target.q2, q))
    frames = padded(batch, flat(critic.frames, shown, valid))
    both = joint(critic, batch, frames, slots_of(critic, batch), [batch["v_mask"], batch["q_mask"]])
    h_v, h_q = both.chunk(2)
    values, q = head(critic.v, packed(batch, h_v)), packed(batch, h_q)[:n]
    weight = batch["step_weight"]
    y = batch["rewards"] + (1 - batch["terminals"]) * c.discount * values.detach().index_select(0, batch["next_row"])
    q1 = (weight * (head(critic.q1, q) - y).square()).sum()
    q2 = (weight * (head(critic.q2, q) - y).square()).sum()
    u = target_q - values[:n]
    v = (weight * torch.where(u < 0, 1 - c.expectile, c.expectile) * u.square()).sum()

    raised = torch.exp(c.temperature * u.detach()).clamp(max=c.clip)
    valid = None if exact else batch["frame_valid"][:n]
    ahead = torch.cat([flat(policy.frames, shown[:n], valid), shown.new_zeros(shown.shape[0] - n, c.width)])
    slots = F.embedding(batch["slot_actions"], policy.actions)
    h = packed(batch, joint(policy, batch, padded(batch, ahead), slots, [batch["v_mask"]]))[:n]
    logits = policy.action_head(h) @ policy.actions.T
    action = (weight * raised * F.cross_entropy(logits, batch["actions"], reduction="none")).sum()
    logits = policy.object_head(h + flat(policy.object_frames, shown[:n], valid))
    named = F.cross_entropy(logits, batch["objects"].clamp(max=81), reduction="none")
    return [q1, q2, v, action, (batch["object_weight"] * raised * named).sum()]


class Update:
    def __init__(self, c: Configuration, mode: str):
        self.c, self.learner = c, Learner(c, torch.float32)
        settings = dict(lr=c.learning_rate, betas=(0.9, 0.999), eps=1e-8, weight_decay=c.weight_decay, fused=True)
        trained = (self.learner.policy, self.learner.critic)
        self.parameters = [p for m in trained for p in m.parameters()]
        self.optimiser = torch.optim.AdamW(self.parameters, **settings)
        named = [(n, p) for m in trained for n, p in m.named_parameters()]
        self.silent = [p for n, p in named if n.endswith(("conv1.bias", "conv2.bias"))]
        self.projections = [p for n, p in named if n.endswith("attention.in.bias")]
        self.old = [list(self.learner.target.parameters()), list(self.learner.target.buffers())]
        self.new = [list(self.learner.critic.parameters()), list(self.learner.critic.buffers())]
        self.exact = mode == "eager"
        self.losses = losses if self.exact else torch.compile(losses, fullgraph=True, dynamic=False)

    def __call__(self, batch: dict[str, Tensor]) -> list[Tensor]:
        self.optimiser.zero_grad(set_to_none=True)
        parts = self.losses(self.c, self.learner, batch, self.exact)
        torch.stack(parts).sum().backward()
        for p in self.silent:
            p.grad = torch.zeros_like(p)
        for p in self.projections:
            p.grad[p.shape[0] // 3 : 2 * p.shape[0] // 3] = 0
        self.optimiser.step()
        with torch.no_grad():
            torch._foreach_lerp_(self.old[0], self.new[0], self.c.polyak)
            torch._foreach_copy_(self.old[1], self.new[1])
        return parts


def tensors(arrays: dict, width: int, exact: bool) -> dict[str, Tensor]:
    batch = {name: torch.from_numpy(a) for name, a in arrays.items()}
    length, window = batch["words"].shape[1], batch["slot_actions"].shape[1]
    table = positions(length + window + 1, width, torch.float32)
    batch["positions"] = table[batch.pop("first_word") + torch.arange(window + 1)]
    batch["word_positions"] = table[:length]
    return batch


def keep_pages() -> None:
    """glibc keeps freed memory, so that large temporaries are not mapped and cleared anew each step."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        for parameter in (-1, -3):  # M_TRIM_THRESHOLD, M_MMAP_THRESHOLD
            libc.mallopt(parameter, 1 << 30)


def main() -> None:
    keep_pages()
    torch.set_num_threads(options.threads)
    c = replace(CONFIGURATIONS[options.preset], vocabulary=options.vocabulary, windows=64)
    drawn = [deterministic.windows(s, c.windows, c.vocabulary) for s in range(4)]
    if options.windows:
        with open(options.windows) as file:
            lengths = json.load(file)
        drawn = [deterministic.windows(s, len(pairs), c.vocabulary, pairs) for s, pairs in enumerate(lengths)]
    lengths = [[(len(w.words), len(w.actions)) for w in windows] for windows in drawn]
    exact = options.mode == "eager"
    rooms = [Room.of([pairs]) for pairs in lengths] if exact else [Room.of(lengths)] * len(lengths)
    batches = [tensors(collate(w, room, options.features), c.width, exact) for w, room in zip(drawn, rooms)]

    update = Update(c, options.mode)
    first = [loss.item() for loss in update(batches[0])]
    result = {"losses": dict(zip(("q1", "q2", "v", "action", "object"), first))}
    if options.check:
        plain = Learner(c, torch.float32)
        for step, w in enumerate(drawn[:2]):
            metrics = plain.gradients(pad(w, c.width, torch.float32))
            plain.step()
            if step == 1:
                first = [loss.item() for loss in update(batches[1])]
            print(f"step {step + 1}: fast {first}, plain {[v for k, v in metrics.items() if k.endswith('loss')]}",
                  file=sys.stderr)
    for i in range(2 * len(batches)):
        update(batches[i % len(batches)])
    start, steps = time.perf_counter(), 0
    while (elapsed := time.perf_counter() - start) < options.seconds:
        update(batches[steps % len(batches)])
        steps += 1
    print(json.dumps({"steps_per_second": steps / elapsed, "seconds": elapsed} | result))


if __name__ == "__main__":
    main()
