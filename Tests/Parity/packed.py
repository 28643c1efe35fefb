"""Batches of one shape, as a PyTorch or JAX user who cares about speed would collate them. No dependency but numpy.

Frames and steps are packed: rows of all steps (N, with room for more up to `steps`), then each window's last frame.
The transformer sees [B, longest]. Index arrays go from one to the other and back, so that both directions of a
gather's gradient are gathers. Masks are additive: 0 where a row sees a column, -1e9 where not.
"""
from dataclasses import dataclass

import numpy as np

import deterministic


@dataclass(frozen=True)
class Room:
    """What every batch is padded to: words and steps of a window, steps of a batch."""

    words: int
    window: int
    steps: int

    @staticmethod
    def of(lengths: list[list[tuple[int, int]]]) -> "Room":
        """Room for each of the batches, given [L, T] of their windows."""
        every = [pair for batch in lengths for pair in batch]
        return Room(max(p[0] for p in every), max(p[1] for p in every), max(sum(p[1] for p in b) for b in lengths))


def hidden(mask: np.ndarray) -> np.ndarray:
    return np.where(mask, np.float32(0), np.float32(-1e9))


def collate(windows: list[deterministic.Window], room: Room, features: str) -> dict[str, np.ndarray]:
    b, n = len(windows), sum(len(w.actions) for w in windows)
    length, window, steps = room.words, room.window, room.steps
    shown = window + 1
    cut = deterministic.patches if features == "float" else deterministic.cells
    sample = cut(windows[0].frames[:1])
    a = {
        "words": np.zeros((b, length), np.int64),
        "frames": np.zeros((steps + b,) + sample.shape[1:], sample.dtype),
        "frame_valid": np.zeros(steps + b, np.float32),
        "frame_cell": np.zeros(steps + b, np.int64),     # packed row -> b * shown + t
        "frame_row": np.zeros(b * shown, np.int64),      # and back; 0 for padding
        "frame_real": np.zeros(b * shown, np.float32),
        "next_row": np.zeros(steps, np.int64),           # step -> packed row of the frame after it
        "first_word": np.zeros((b, 1), np.int64),
        "slot_actions": np.zeros((b, window), np.int64),
        "slot_objects": np.zeros((b, window), np.int64),
        "actions": np.zeros(steps, np.int64),
        "objects": np.zeros(steps, np.int64),
        "rewards": np.zeros(steps, np.float32),
        "terminals": np.zeros(steps, np.float32),
        "step_weight": np.zeros(steps, np.float32),      # 1 / N for a step, 0 for room
        "object_weight": np.zeros(steps, np.float32),
    }
    seen_words = np.zeros((b, length), bool)
    real_frames, real_slots = np.zeros((b, shown), bool), np.zeros((b, window), bool)
    at = 0
    for i, w in enumerate(windows):
        l, t = len(w.words), len(w.actions)
        rows = slice(at, at + t)
        a["words"][i, :l], seen_words[i, :l], a["first_word"][i] = w.words, True, l
        a["slot_actions"][i, :t], a["slot_objects"][i, :t] = w.actions, w.objects
        real_frames[i, : t + 1], real_slots[i, :t] = True, True
        a["actions"][rows], a["objects"][rows] = w.actions, w.objects
        a["rewards"][rows], a["terminals"][rows] = w.rewards, w.terminals
        a["step_weight"][rows] = 1 / n
        packed = np.append(np.arange(at, at + t), steps + i)
        a["frames"][packed], a["frame_valid"][packed] = cut(w.frames), 1
        a["frame_cell"][packed] = i * shown + np.arange(t + 1)
        a["frame_row"][i * shown : i * shown + t + 1] = packed
        a["frame_real"][i * shown : i * shown + t + 1] = 1
        a["next_row"][rows] = packed[1:]
        at += t
    named = (a["objects"] >= 1) & (a["objects"] <= 81) & (a["step_weight"] > 0)
    a["object_weight"] = named.astype(np.float32) / max(1, int(named.sum()))
    causal = np.tril(np.ones((shown, shown), bool))
    row, column = np.arange(shown)[:, None], np.arange(window)[None, :]
    for name, slot in (("v_mask", column == row - 1), ("q_mask", column == row)):
        rows = np.concatenate([causal, slot], axis=1)
        rows = np.concatenate([rows, rows[:window]], axis=0)
        real = np.concatenate([real_frames, real_slots], axis=1)
        words = np.broadcast_to(seen_words[:, None, :], (b, shown + window, length))
        a[name] = hidden(np.concatenate([words, rows[None] & real[:, None, :]], axis=2))[:, None]
    a["word_mask"] = hidden(seen_words)[:, None, None, :]
    return a
