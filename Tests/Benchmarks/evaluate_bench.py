#!/usr/bin/env python3
"""Evaluation: steps a second of a policy over many tasks.

A small generated dataset is made, a policy of preset small gets one update, and is taken through the same tasks several
times; the first time counts as a warm-up. A policy that knows nothing uses up every task's steps, so that all of the work is done.
"""
import argparse
import json
import pathlib
import sqlite3
import statistics
import subprocess
import tempfile


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", default=".build/release", type=pathlib.Path)
    parser.add_argument("--runs", default=3, type=int)
    parser.add_argument("--tasks", default=128, type=int)
    options = parser.parse_args()
    binary = options.bin.resolve()

    with tempfile.TemporaryDirectory() as folder:
        def stage(name: str, *arguments: str) -> str:
            command = [str(binary / name), *arguments]
            return subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout

        stage("rgvlm-simulate", "generate", "--scenes", "12", "--episodes", "60", "--size", "112", "--mix", "expert:1",
              "--out", "data", "--quiet")
        stage("rgvlm-ingest", "alfred", "--root", "data", "--store", "x.sqlite", "--quiet")
        stage("rgvlm-train", "run", "--store", "x.sqlite", "--run", "bench", "--steps", "1", "--quiet",
              "--set", "train.validation=[]")
        for threads in ["1", "2"]:
            rates = []
            for number in range(options.runs + 1):
                with sqlite3.connect(f"{folder}/x.sqlite") as store:
                    store.execute("PRAGMA foreign_keys = ON")
                    store.execute("DELETE FROM eval_runs")
                text = stage("rgvlm-evaluate", "run", "--store", "x.sqlite", "--run", "bench", "--tasks", "train",
                             "--count", str(options.tasks), "--threads", threads, "--json")
                result = json.loads(text)[0]
                if number:
                    rates.append(result["steps"] / result["seconds"])
            print(f"{threads} thread(s): {statistics.median(rates):,.0f} steps/s "
                  f"({min(rates):,.0f}-{max(rates):,.0f}), {result['steps']:,} steps, {options.tasks} tasks at once")


if __name__ == "__main__":
    main()
