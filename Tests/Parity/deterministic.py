"""Inputs that a program in any language can make for itself: a hash, weights and batches from it.

No dependency but numpy. hash(seed, i) is splitmix64's finaliser over seed and index; uniform is its upper 24 bits as a
fraction, which float32 holds exactly. Everything here is float32 or integer; a float64 run widens it.
"""
import math
from dataclasses import dataclass

import numpy as np

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
STRIDE = 0xD1B54A32D192ED03
INTERACTIONS = (4, 5, 8, 9, 10, 11, 12)
SIDE, CELL, GRID = 56, 8, 7


def uniform(seed: int, index) -> np.ndarray:
    """float32 in [0, 1) for each index."""
    with np.errstate(over="ignore"):
        z = np.asarray(index, dtype=np.uint64) * np.uint64(STRIDE) + np.uint64((seed * GOLDEN + GOLDEN) & MASK)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float32) / np.float32(1 << 24)


def signed(seed: int, count: int) -> np.ndarray:
    """float32 in [-1, 1) for indices 0..<count; exact."""
    return np.float32(2) * uniform(seed, np.arange(count, dtype=np.uint64)) - np.float32(1)


def below(seed: int, index, limit: int) -> np.ndarray:
    """An integer in 0..<limit for each index; the product is taken in float64, where it is exact."""
    return np.floor(uniform(seed, index).astype(np.float64) * limit).astype(np.int64)


def initial(name: str, shape, number: int) -> np.ndarray:
    """float32 values of the parameter called `name`, the `number`-th in sorted order."""
    values = signed(1000 + number, math.prod(shape))
    parts = name.split(".")
    tenth = np.float32(0.1)
    if parts[-1] in ("words", "actions", "objects"):
        values = values * tenth
    elif parts[-1] == "weight" and parts[-2].startswith(("norm", "bn")):
        values = np.float32(1) + tenth * values
    elif len(shape) == 1:
        values = values * tenth
    else:
        values = values * (np.float32(1) / np.sqrt(np.float32(shape[1])))
    return values.reshape(tuple(shape))


def patches(frames: np.ndarray) -> np.ndarray:
    """[..., 56, 56, 3] bytes to [..., 49, 192] float32: cells row-major, channel (y * 8 + x) * 3 + c."""
    return cells(frames).astype(np.float32) * (np.float32(1) / np.float32(255)) + np.float32(-0.5)


def cells(frames: np.ndarray) -> np.ndarray:
    """The same cut as `patches`, still bytes."""
    lead = frames.shape[:-3]
    cut = frames.reshape(lead + (GRID, CELL, GRID, CELL, 3))
    return np.moveaxis(cut, -4, -3).reshape(lead + (GRID * GRID, CELL * CELL * 3))


@dataclass
class Window:
    words: np.ndarray      # [L]
    actions: np.ndarray    # [T]
    objects: np.ndarray    # [T]
    rewards: np.ndarray    # [T] float32
    terminals: np.ndarray  # [T] float32
    frames: np.ndarray     # [T + 1, 56, 56, 3] bytes


def window(step: int, w: int, vocabulary: int, length: tuple[int, int] | None = None) -> Window:
    """Window w of batch `step`; `length` gives (L, T) in place of the drawn ones."""
    word_count = 1 + int(below(2000 + step, w, 12))
    steps = 1 if w == 0 else 17 if w == 1 else 1 + int(below(3000 + step, w, 17))
    if length is not None:
        word_count, steps = length
    base = 1000 * w
    at = base + np.arange(steps)
    actions = 1 + below(5000 + step, at, 12)
    objects = np.where(np.isin(actions, INTERACTIONS), 1 + below(6000 + step, at, 82), 0)
    terminals = np.zeros(steps, dtype=np.float32)
    terminals[-1] = 1 if w % 2 == 0 else 0
    pixels = (base + np.arange(steps + 1))[:, None] * 10000 + np.arange(SIDE * SIDE * 3)[None, :]
    return Window(
        words=1 + below(4000 + step, base + np.arange(word_count), vocabulary - 1),
        actions=actions,
        objects=objects,
        rewards=uniform(7000 + step, at) - np.float32(0.25),
        terminals=terminals,
        frames=below(8000 + step, pixels, 256).astype(np.uint8).reshape(steps + 1, SIDE, SIDE, 3),
    )


def windows(step: int, count: int, vocabulary: int, lengths=None) -> list[Window]:
    return [window(step, w, vocabulary, None if lengths is None else tuple(lengths[w])) for w in range(count)]
