#!/usr/bin/env python3
"""IQL updates a second beside PyTorch and JAX: same network, same windows, same cores, in turn.

    python3 -m venv .venv && .venv/bin/pip install torch==2.13.0 jax numpy safetensors
    python3 Tests/Benchmarks/learn_bench.py [--python .venv/bin/python] [--runs 3] [--seconds 5] [--presets small,medium]
        [--threads 1,2] [--compile] [--full]

Each pair runs ours, then the peer, pinned to the same cores; ratios are per pair, their median and range are printed. PyTorch
2.13 is the CPU build of the package index. --compile adds torch.compile (minutes to compile); --full has all windows 12 words
and 17 steps long, so that the peers pad nothing. Without an interpreter that has the peers only our own figures are printed.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
OURS = os.path.join(ROOT, ".build", "release", "LearnBenchmark")
CLEAN = {k: v for k, v in os.environ.items() if not k.startswith("OPENBLAS_")}


def last_json(command: list[str], threads: int, environment: dict | None = None) -> dict:
    cores = ",".join(str(core) for core in sorted(os.sched_getaffinity(0))[:threads])
    result = subprocess.run(["taskset", "-c", cores] + command, capture_output=True, text=True, env=environment or CLEAN)
    lines = [line for line in result.stdout.splitlines() if line.startswith("{")]
    if result.returncode != 0 or not lines:
        sys.exit(f"{' '.join(command)}: {result.stderr.strip()[-800:]}")
    return json.loads(lines[-1])


def ours(preset: str, threads: int, options: list[str]) -> dict:
    return last_json([OURS, "--preset", preset, "--threads", str(threads)] + options, threads)


def spread(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} ({min(values):.2f}-{max(values):.2f})"


def allocations(preset: str) -> None:
    """Heap allocations a step after warm-up, by a preloaded counter."""
    with tempfile.TemporaryDirectory() as folder:
        library = os.path.join(folder, "count.so")
        if subprocess.run(["cc", "-shared", "-fPIC", "-O2", os.path.join(HERE, "count_allocations.c"), "-o", library, "-ldl"]).returncode:
            print("allocations: skipped; needs a C compiler")
            return
        result = subprocess.run(
            [OURS, "--preset", preset, "--threads", "2", "--steps", "60"], capture_output=True, text=True,
            env=CLEAN | {"LD_PRELOAD": library})
        counts = json.loads(result.stdout.splitlines()[-1])
        print(
            f"allocations a step, {preset}: ours {counts['allocations_others']:g},"
            f" oneDNN's own {counts['allocations_onednn']:g}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default=os.path.join(ROOT, ".venv", "bin", "python"))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--presets", default="small,medium")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--full", action="store_true")
    options = parser.parse_args()
    common = ["--seconds", str(options.seconds)]
    windows = None
    if options.full:
        windows = tempfile.NamedTemporaryFile("w", suffix=".json")
        json.dump([[[12, 17]] * 64] * 2, windows)
        windows.flush()
        common += ["--windows", windows.name]
    has = {
        peer: subprocess.run([options.python, "-c", f"import {peer}"], capture_output=True).returncode == 0
        if os.path.exists(options.python) else False for peer in ("torch", "jax")}
    for peer, there in has.items():
        if not there:
            print(f"{peer}: skipped; no interpreter with it (RGVLM_PYTHON or --python)")
    peers = [("PyTorch eager", ["learn_torch.py", "--mode", "eager"])] * has["torch"]
    peers += [("PyTorch compile", ["learn_torch.py", "--mode", "compile"])] * (has["torch"] and options.compile)
    peers += [("JAX jit", ["learn_jax.py"])] * has["jax"]
    for preset in options.presets.split(","):
        for threads in map(int, options.threads.split(",")):
            own, ratios = [], {name: [] for name, _ in peers}
            rates = {name: [] for name, _ in peers}
            for _ in range(options.runs):
                for name, script in peers or [("", [])]:
                    result = ours(preset, threads, common)
                    own.append(result)
                    if not script:
                        continue
                    peer = last_json(
                        [options.python, os.path.join(HERE, script[0])] + script[1:]
                        + ["--preset", preset, "--threads", str(threads)] + common, threads)
                    rates[name].append(peer["steps_per_second"])
                    ratios[name].append(result["steps_per_second"] / peer["steps_per_second"])
            rate = [result["steps_per_second"] for result in own]
            print(
                f"{preset}, {threads} threads: {spread(rate)} updates/s, {own[0]['gflop_per_step']:.1f} GFLOP each,"
                f" {statistics.median(result['gflops'] for result in own):.0f} GFLOP/s, {own[0]['bytes'] >> 20} MB", flush=True)
            for name, _ in peers:
                print(f"  {name}: {spread(rates[name])} updates/s; ours is {spread(ratios[name])} times as fast", flush=True)
            halves = []
            for _ in range(options.runs):
                single = ours(preset, threads, common)
                try:
                    halves.append(ours(preset, threads, common + ["--bf16"])["steps_per_second"] / single["steps_per_second"])
                except SystemExit:
                    break
            if halves:
                print(f"  bfloat16: {spread(halves)} times our float32", flush=True)
    peak = last_json([OURS, "--peak"], 1)
    print(f"float32 products alone, one core: {peak['gflops']:.0f} GFLOP/s")
    for preset in options.presets.split(","):
        allocations(preset)


if __name__ == "__main__":
    main()
