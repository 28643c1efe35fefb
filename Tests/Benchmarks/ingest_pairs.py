#!/usr/bin/env python3
"""Runs rgvlm-ingest and ingest_reference.py in turn and prints wall time, memory and store size of both."""
import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def run(command):
    """Wall seconds, CPU seconds and peak memory in MB of one process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        sys.exit("%s failed with status %d" % (command[0], status))
    scale = 1 if sys.platform == "darwin" else 1024
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * scale / 1e6


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", required=True)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    binary = os.path.join(HERE, "..", "..", ".build", "release", "rgvlm-ingest")
    data = next((path for path in (options.root, os.path.join(options.root, "data", "json_2.1.0"))
                 if os.path.isdir(os.path.join(path, "train"))), options.root)
    sizes = {}
    ours, theirs, ratios = [], [], []
    for number in range(options.runs + 1):
        folder = tempfile.mkdtemp()
        store, peer = os.path.join(folder, "a.sqlite"), os.path.join(folder, "b.sqlite")
        a = run([binary, "alfred", "--root", options.root, "--store", store, "--quiet"])
        b = run([sys.executable, os.path.join(HERE, "ingest_reference.py"), "--root", options.root, "--store", peer])
        sizes = {"rgvlm-ingest": os.path.getsize(store), "Python": os.path.getsize(peer)}
        shutil.rmtree(folder)
        if number:
            ours.append(a)
            theirs.append(b)
            ratios.append(b[0] / a[0])
    for name, values in (("rgvlm-ingest", ours), ("Python", theirs)):
        wall, cpu, memory = zip(*values)
        print("%-13s %.2f s wall (%.2f-%.2f), %.2f s CPU, %.0f MB peak, store %.1f MB" % (
            name, statistics.median(wall), min(wall), max(wall), statistics.median(cpu), max(memory),
            sizes[name] / 1e6))
    print("Python / rgvlm-ingest: %.2f (median of pairs; %.2f-%.2f)" % (
        statistics.median(ratios), min(ratios), max(ratios)))

    # How far from the limit: the bytes must at least be read, and once they are, the cores can share the work.
    start, total = time.perf_counter(), 0
    for folder, _, names in os.walk(data):
        if "traj_data.json" in names:
            with open(os.path.join(folder, "traj_data.json"), "rb", buffering=0) as file:
                total += len(file.read())
    seconds = time.perf_counter() - start
    wall = statistics.median(value[0] for value in ours)
    print("reading the %.0f MB of JSON alone takes one core %.2f s; ingest takes %.1f times that (%.0f MB/s)" % (
        total / 1e6, seconds, wall / seconds, total / 1e6 / wall))


if __name__ == "__main__":
    main()
