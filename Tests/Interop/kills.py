#!/usr/bin/env python3
"""The demo through random kills: every stage is killed with SIGKILL at random, alone or with the driver, and the same
command is given again until it is done. The table, and all numbers behind it, must be those of an undisturbed run.

    make kills [KILLS=12] [SEED=0] [STEPS=60]
"""
import argparse
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILES = ["table.md", "table.csv", "table.tex", "results.json", "lint.json"]


def children(pid: int) -> list[int]:
    """All stages below `pid`."""
    found, new = set(), [pid]
    table = [line.split()[:3] for line in
             subprocess.run(["ps", "-eo", "pid=,ppid=,comm="], stdout=subprocess.PIPE, text=True).stdout.splitlines()]
    while new:
        parent = new.pop()
        for child, above, _ in table:
            if int(above) == parent and int(child) not in found:
                found.add(int(child))
                new.append(int(child))
    return [int(pid) for pid, _, name in table if int(pid) in found and name.startswith("rgvlm-")]


def command(options: argparse.Namespace) -> list[str]:
    settings = [f"train.steps={options.steps}", "train.checkpoint_every=10", "train.validate_every=1000000",
                "simulate.episodes=16"]
    return [str(pathlib.Path(options.bin).resolve() / "rgvlm-experiment"), "run", "--config", "demo.yaml",
            "--store", "out/demo.sqlite", "--out", "out", *settings]


def run(folder: pathlib.Path, options: argparse.Namespace, kills: int, dice: random.Random) -> int:
    (folder / "Pipelines").mkdir(exist_ok=True)
    for name, place in [("demo.yaml", folder), ("demo-recipe.yaml", folder / "Pipelines")]:
        (place / name).write_text((ROOT / "Pipelines" / name).read_text())
    done = 0
    for _ in range(10_000):
        with open(folder / "log.txt", "a") as log:
            process = subprocess.Popen(command(options), cwd=folder, stdout=log, stderr=log)
        while process.poll() is None:
            if done < kills:
                time.sleep(dice.uniform(0.2, options.pause))
                stages = children(process.pid)
                if stages and process.poll() is None:
                    with_driver = dice.random() < 0.5
                    try:
                        if with_driver:
                            process.kill()
                        os.kill(dice.choice(stages), signal.SIGKILL)
                        done += 1
                        print(f"kill {done}: {'a stage and the driver' if with_driver else 'a stage'}", flush=True)
                    except ProcessLookupError:
                        pass
            else:
                time.sleep(0.2)
        if process.returncode == 0:
            return done
    raise SystemExit("it does not end")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", default=ROOT / ".build/release")
    parser.add_argument("--kills", default=12, type=int)
    parser.add_argument("--seed", default=0, type=int)
    parser.add_argument("--steps", default=60, type=int)
    parser.add_argument("--pause", default=6.0, type=float, help="most seconds between two kills")
    options = parser.parse_args()
    dice = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        start = time.monotonic()
        run(pathlib.Path(first), options, 0, dice)
        calm = time.monotonic() - start
        print(f"undisturbed: {calm:.0f} s", flush=True)
        done = run(pathlib.Path(second), options, options.kills, dice)
        print(f"with {done} kills: {time.monotonic() - start - calm:.0f} s")
        different = [name for name in FILES
                     if (pathlib.Path(first) / "out" / name).read_bytes()
                     != (pathlib.Path(second) / "out" / name).read_bytes()]
        if different:
            for name in different:
                subprocess.run(["diff", f"{first}/out/{name}", f"{second}/out/{name}"])
            sys.exit(f"different: {', '.join(different)}")
        print(f"the same: {', '.join(FILES)}")


if __name__ == "__main__":
    main()
