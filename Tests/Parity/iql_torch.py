"""The policy, the critic and the IQL update in plain PyTorch, written apart from the Swift code.

    python3 -m venv .venv && .venv/bin/pip install torch numpy safetensors
    .venv/bin/python Tests/Parity/iql_torch.py --configuration small --steps 3 --dtype float64

Batches are padded to [B, longest] with masks; frames are packed before the per-frame stack, so that batch
normalisation sees no padding. Parameters carry the names of the Swift side's checkpoints.
"""
import argparse
import math
from dataclasses import asdict, dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import deterministic

EPSILON = 1e-5
ACTIONS, OBJECTS = 13, 83
CELLS = 49


@dataclass(frozen=True)
class Configuration:
    width: int
    heads: int
    text_layers: int
    layers: int
    conv1: int
    conv2: int
    channels: int = 192
    vocabulary: int = 120
    windows: int = 8
    dropout: float = 0.0
    discount: float = 0.97
    expectile: float = 0.8
    temperature: float = 5.0
    clip: float = 100.0
    learning_rate: float = 1e-4
    weight_decay: float = 0.1
    polyak: float = 0.005


CONFIGURATIONS = {
    "small": Configuration(width=128, heads=4, text_layers=2, layers=2, conv1=64, conv2=32),
    "medium": Configuration(width=384, heads=6, text_layers=2, layers=2, conv1=128, conv2=64),
    "sprint": Configuration(width=768, heads=12, text_layers=2, layers=2, conv1=256, conv2=64, channels=512,
                            vocabulary=2417, dropout=0.1),
    "sprint2": Configuration(width=768, heads=12, text_layers=1, layers=1, conv1=256, conv2=64, windows=4),
}
# At a tenth of the learning rate 100 steps of float32 stay near float64, see make_fixtures.py.
for name in ("small", "sprint2"):
    CONFIGURATIONS[name + "_slow"] = replace(CONFIGURATIONS[name], learning_rate=1e-5)


# Networks


def positions(count: int, width: int, dtype: torch.dtype) -> Tensor:
    """[count, width]: sines at even, cosines at odd channels, over sqrt(width)."""
    p = torch.arange(count, dtype=torch.float64)[:, None]
    angle = p / 10000.0 ** (torch.arange(0, width, 2, dtype=torch.float64) / width)
    return (torch.stack([angle.sin(), angle.cos()], dim=-1).reshape(count, width) / math.sqrt(width)).to(dtype)


class Attention(nn.Module):
    def __init__(self, width: int, heads: int, dropout: float):
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.add_module("in", nn.Linear(width, 3 * width))
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x [B, S, d]; mask [B, S, S] is true where row i sees column j."""
        b, s, d = x.shape
        q, k, v = getattr(self, "in")(x).view(b, s, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(
            q, k, v, attn_mask=mask[:, None], dropout_p=self.dropout if self.training else 0.0)
        return self.out(mixed.transpose(1, 2).reshape(b, s, d))


class EncoderLayer(nn.Module):
    def __init__(self, width: int, heads: int, dropout: float):
        super().__init__()
        self.attention = Attention(width, heads, dropout)
        self.norm1 = nn.LayerNorm(width, EPSILON)
        self.linear1 = nn.Linear(width, width)
        self.linear2 = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width, EPSILON)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        x = self.norm1(x + self.drop(self.attention(x, mask)))
        return self.norm2(x + self.drop(self.linear2(self.drop(F.relu(self.linear1(x))))))


class TextEncoder(nn.Module):
    def __init__(self, c: Configuration):
        super().__init__()
        self.words = nn.Parameter(torch.empty(c.vocabulary, c.width))
        self.norm = nn.LayerNorm(c.width, EPSILON)
        self.layers = nn.ModuleList(EncoderLayer(c.width, c.heads, c.dropout) for _ in range(c.text_layers))

    def forward(self, words: Tensor, word_mask: Tensor, table: Tensor) -> Tensor:
        x = self.norm(F.embedding(words, self.words) + table[: words.shape[1]])
        mask = word_mask[:, None, :].expand(-1, words.shape[1], -1)
        for layer in self.layers:
            x = layer(x, mask)
        return x


class BatchNorm(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(channels))
        self.bias = nn.Parameter(torch.empty(channels))
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("variance", torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        """x [cells, channels]."""
        return F.batch_norm(
            x, self.mean, self.variance, self.weight, self.bias, training=self.training, momentum=0.1, eps=EPSILON)


class FeatureFlat(nn.Module):
    def __init__(self, c: Configuration):
        super().__init__()
        self.conv1 = nn.Linear(c.channels, c.conv1)
        self.bn1 = BatchNorm(c.conv1)
        self.conv2 = nn.Linear(c.conv1, c.conv2)
        self.bn2 = BatchNorm(c.conv2)
        self.out = nn.Linear(CELLS * c.conv2, c.width)

    def forward(self, frames: Tensor) -> Tensor:
        """frames [n, 49, C] to [n, d]."""
        h = F.relu(self.bn1(self.conv1(frames.flatten(0, 1))))
        h = F.relu(self.bn2(self.conv2(h)))
        return self.out(h.view(frames.shape[0], -1))


class Trunk(nn.Module):
    def __init__(self, c: Configuration):
        super().__init__()
        self.configuration = c
        self.text = TextEncoder(c)
        self.frames = FeatureFlat(c)
        self.actions = nn.Parameter(torch.empty(ACTIONS, c.width))
        self.norm = nn.LayerNorm(c.width, EPSILON)
        self.layers = nn.ModuleList(EncoderLayer(c.width, c.heads, c.dropout) for _ in range(c.layers))

    def joint(self, batch: "Batch", text: Tensor, frames: Tensor, slots: Tensor, sees_own_slot: bool) -> Tensor:
        """Final outputs of the frames [B, F, d]. text [B, L, d], frames [B, F, d], slots [B, S, d]."""
        length, shown, slot_count = text.shape[1], frames.shape[1], slots.shape[1]
        x = torch.cat([text, frames + batch.position(shown), slots + batch.position(slot_count)], dim=1)
        mask = batch.mask(shown, slot_count, sees_own_slot)
        x = self.norm(x)
        for layer in self.layers:
            x = layer(x, mask)
        return x[:, length : length + shown]


class Policy(Trunk):
    def __init__(self, c: Configuration):
        super().__init__(c)
        self.action_head = nn.Linear(c.width, c.width)
        self.object_frames = FeatureFlat(c)
        self.object_head = nn.Linear(c.width, OBJECTS - 1)

    def forward(self, batch: "Batch") -> tuple[Tensor, Tensor]:
        """Logits of the real steps: actions [N, 13], objects [N, 82]."""
        text = self.text(batch.words, batch.word_mask, batch.table)
        packed = batch.frames[:, :-1][batch.step_mask]
        frames = batch.unpack(self.frames(packed), batch.step_mask)
        h = self.joint(batch, text, frames, F.embedding(batch.actions, self.actions), sees_own_slot=False)
        h = h[batch.step_mask]
        return self.action_head(h) @ self.actions.T, self.object_head(h + self.object_frames(packed))


class Head(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.linear1 = nn.Linear(width, width)
        self.norm1 = nn.LayerNorm(width, EPSILON)
        self.linear2 = nn.Linear(width, width // 2)
        self.norm2 = nn.LayerNorm(width // 2, EPSILON)
        self.linear3 = nn.Linear(width // 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.norm1(self.linear1(x)))
        return self.linear3(F.relu(self.norm2(self.linear2(x)))).squeeze(-1)


class Critic(Trunk):
    def __init__(self, c: Configuration):
        super().__init__(c)
        self.objects = nn.Parameter(torch.empty(OBJECTS, c.width))
        self.pair = nn.Linear(2 * c.width, c.width)
        self.q1, self.q2, self.v = Head(c.width), Head(c.width), Head(c.width)

    def slots(self, batch: "Batch") -> Tensor:
        taken = [F.embedding(batch.objects, self.objects), F.embedding(batch.actions, self.actions)]
        return self.pair(torch.cat(taken, dim=-1))

    def forward(self, batch: "Batch") -> tuple[Tensor, Tensor, Tensor]:
        """q1 and q2 of the real steps [N], and V of every frame [B, T + 1]."""
        text = self.text(batch.words, batch.word_mask, batch.table)
        frames = batch.unpack(self.frames(batch.frames[batch.frame_mask]), batch.frame_mask)
        slots = self.slots(batch)
        q = self.joint(batch, text, frames[:, :-1], slots, sees_own_slot=True)[batch.step_mask]
        v = self.v(self.joint(batch, text, frames, slots, sees_own_slot=False))
        return self.q1(q), self.q2(q), v

    def action_values(self, batch: "Batch") -> Tensor:
        """min(q1, q2) of the real steps [N]; needs no frame beyond the last action."""
        text = self.text(batch.words, batch.word_mask, batch.table)
        frames = batch.unpack(self.frames(batch.frames[:, :-1][batch.step_mask]), batch.step_mask)
        q = self.joint(batch, text, frames, self.slots(batch), sees_own_slot=True)[batch.step_mask]
        return torch.minimum(self.q1(q), self.q2(q))


# Batches


@dataclass
class Batch:
    words: Tensor        # [B, L]
    word_mask: Tensor    # [B, L]
    actions: Tensor      # [B, T]
    objects: Tensor      # [B, T]
    rewards: Tensor      # [B, T]
    terminals: Tensor    # [B, T]
    frames: Tensor       # [B, T + 1, 49, C]
    step_mask: Tensor    # [B, T]
    frame_mask: Tensor   # [B, T + 1]
    table: Tensor        # [L + T + 1, d]

    def position(self, count: int) -> Tensor:
        """[B, count, d]: the positions that follow each window's own words."""
        first = self.word_mask.sum(dim=1, keepdim=True)
        return self.table[first + torch.arange(count)]

    def mask(self, frames: int, slots: int, sees_own_slot: bool) -> Tensor:
        """[B, S, S] over words, frames, slots. Padding sees the words, so that no row is empty."""
        b, length = self.words.shape
        row, column = torch.arange(frames)[:, None], torch.arange(slots)[None, :]
        causal = torch.arange(frames)[None, :] <= row
        slot = column == (row if sees_own_slot else row - 1)
        rows = torch.cat([causal, slot], dim=1)
        below = torch.cat([rows, torch.cat([causal, slot], dim=1)[:slots]], dim=0)
        real = torch.cat([self.frame_mask[:, :frames], self.step_mask[:, :slots]], dim=1)
        words = self.word_mask[:, None, :].expand(b, length + frames + slots, length)
        acted = torch.cat([torch.zeros(b, length, frames + slots, dtype=torch.bool), below & real[:, None, :]], dim=1)
        return torch.cat([words, acted], dim=2)

    @staticmethod
    def unpack(packed: Tensor, mask: Tensor) -> Tensor:
        padded = packed.new_zeros(mask.shape + packed.shape[1:])
        padded[mask] = packed
        return padded


def pad(windows: list[deterministic.Window], width: int, dtype: torch.dtype, frames=deterministic.patches) -> Batch:
    b = len(windows)
    length = max(len(w.words) for w in windows)
    steps = max(len(w.actions) for w in windows)
    first = frames(windows[0].frames)

    def zeros(*shape, dtype=np.int64):
        return np.zeros((b,) + shape, dtype=dtype)

    words, word_mask = zeros(length), zeros(length, dtype=bool)
    actions, objects, step_mask = zeros(steps), zeros(steps), zeros(steps, dtype=bool)
    rewards, terminals = zeros(steps, dtype=np.float32), zeros(steps, dtype=np.float32)
    shown, frame_mask = zeros(steps + 1, *first.shape[1:], dtype=first.dtype), zeros(steps + 1, dtype=bool)
    for i, w in enumerate(windows):
        l, t = len(w.words), len(w.actions)
        words[i, :l], word_mask[i, :l] = w.words, True
        actions[i, :t], objects[i, :t], step_mask[i, :t] = w.actions, w.objects, True
        rewards[i, :t], terminals[i, :t] = w.rewards, w.terminals
        shown[i, : t + 1], frame_mask[i, : t + 1] = frames(w.frames), True
    integers = [torch.from_numpy(a) for a in (words, word_mask, actions, objects)]
    reals = [torch.from_numpy(a).to(dtype) for a in (rewards, terminals, shown)]
    masks = [torch.from_numpy(a) for a in (step_mask, frame_mask)]
    return Batch(*integers, *reals, *masks, positions(length + steps + 1, width, dtype))


# The update


def initialise(policy: nn.Module, critic: nn.Module) -> list[str]:
    """Deterministic values; names in their order."""
    numbered = [("policy." + n, p) for n, p in sorted(policy.named_parameters())]
    numbered += [("critic." + n, p) for n, p in sorted(critic.named_parameters())]
    with torch.no_grad():
        for number, (name, p) in enumerate(numbered):
            p.copy_(torch.from_numpy(deterministic.initial(name, p.shape, number)))
    return [name for name, _ in numbered]


def clear_null_gradients(module: nn.Module) -> None:
    """Zero what is zero in exact arithmetic, so that Adam does not turn rounding into steps."""
    for name, p in module.named_parameters():
        if name.endswith(("conv1.bias", "conv2.bias")):
            p.grad.zero_()
        elif name.endswith("attention.in.bias"):
            third = p.shape[0] // 3
            p.grad[third : 2 * third] = 0


def critic_losses(c: Configuration, critic: Critic, batch: Batch, target_q: Tensor) -> dict[str, Tensor]:
    """The losses, and what the policy weighs by; target_q [N] comes from the target critic."""
    steps = batch.step_mask
    q1, q2, v = critic(batch)
    rewards, terminals = batch.rewards[steps], batch.terminals[steps]
    bootstrap = v.detach()[:, 1:][steps]
    y = rewards + (1 - terminals) * c.discount * bootstrap
    values = v[:, :-1][steps]
    u = target_q - values
    weight = torch.where(u.detach() < 0, 1 - c.expectile, c.expectile)
    return {
        "q1": (q1 - y).square().mean(),
        "q2": (q2 - y).square().mean(),
        "v": (weight * u.square()).mean(),
        "advantage": u.detach(),
        "q_values": torch.minimum(q1, q2).detach(),
        "v_values": values.detach(),
    }


def policy_losses(c: Configuration, policy: Policy, batch: Batch, weight: Tensor) -> dict[str, Tensor]:
    steps = batch.step_mask
    action_logits, object_logits = policy(batch)
    objects = batch.objects[steps]
    action = (weight * F.cross_entropy(action_logits, batch.actions[steps], reduction="none")).mean()
    named = (objects >= 1) & (objects <= 81)
    if named.any():
        entropy = F.cross_entropy(object_logits[named], objects[named], reduction="none")
        return {"action": action, "object": (weight[named] * entropy).mean()}
    return {"action": action, "object": 0 * object_logits.sum()}


class Learner:
    def __init__(self, c: Configuration, dtype: torch.dtype):
        self.c = c
        self.policy, self.critic, self.target = (m.to(dtype) for m in (Policy(c), Critic(c), Critic(c)))
        self.names = initialise(self.policy, self.critic)
        self.target.load_state_dict(self.critic.state_dict())
        self.target.eval().requires_grad_(False)
        settings = dict(lr=c.learning_rate, betas=(0.9, 0.999), eps=1e-8, weight_decay=c.weight_decay)
        self.optimisers = [torch.optim.AdamW(m.parameters(), **settings) for m in (self.policy, self.critic)]
        self.dtype = dtype

    def gradients(self, batch: Batch) -> dict[str, float]:
        for optimiser in self.optimisers:
            optimiser.zero_grad()
        with torch.no_grad():
            target_q = self.target.action_values(batch)
        k = critic_losses(self.c, self.critic, batch, target_q)
        raised = torch.exp(self.c.temperature * k["advantage"])
        p = policy_losses(self.c, self.policy, batch, raised.clamp(max=self.c.clip))
        (k["q1"] + k["q2"] + k["v"] + p["action"] + p["object"]).backward()
        clear_null_gradients(self.policy)
        clear_null_gradients(self.critic)
        return {
            "q1_loss": k["q1"].item(),
            "q2_loss": k["q2"].item(),
            "v_loss": k["v"].item(),
            "action_loss": p["action"].item(),
            "object_loss": p["object"].item(),
            "advantage": k["advantage"].mean().item(),
            "clip_rate": (raised >= self.c.clip).to(self.dtype).mean().item(),
            "q": k["q_values"].mean().item(),
            "v": k["v_values"].mean().item(),
        }

    def step(self) -> None:
        for optimiser in self.optimisers:
            optimiser.step()
        with torch.no_grad():
            for old, new in zip(self.target.parameters(), self.critic.parameters()):
                old.lerp_(new, self.c.polyak)
            for old, new in zip(self.target.buffers(), self.critic.buffers()):
                old.copy_(new)

    def parts(self) -> list[tuple[str, nn.Module]]:
        return [("policy.", self.policy), ("critic.", self.critic), ("target.", self.target)]

    def weights(self) -> dict[str, np.ndarray]:
        """Parameters and running statistics of policy, critic and target, by name."""
        return {prefix + n: t.detach().numpy().copy() for prefix, m in self.parts() for n, t in m.state_dict().items()}

    def gradient_values(self) -> dict[str, np.ndarray]:
        return {prefix + n: p.grad.numpy().copy() for prefix, m in self.parts()[:2] for n, p in m.named_parameters()}


def make_batch(c: Configuration, step: int, dtype: torch.dtype) -> Batch:
    return pad(deterministic.windows(step, c.windows, c.vocabulary), c.width, dtype)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--configuration", choices=CONFIGURATIONS, default="small")
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--dtype", choices=["float32", "float64"], default="float64")
    options = parser.parse_args()
    c, dtype = replace(CONFIGURATIONS[options.configuration], dropout=0.0), getattr(torch, options.dtype)
    learner = Learner(c, dtype)
    print(asdict(c), sum(p.numel() for p in learner.policy.parameters()),
          sum(p.numel() for p in learner.critic.parameters()))
    for step in range(options.steps):
        print(step, learner.gradients(make_batch(c, step, dtype)))
        learner.step()


if __name__ == "__main__":
    main()
