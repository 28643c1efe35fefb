#!/usr/bin/env python3
"""rgvlm-label run beside a Python client on the openai package: the same server, the same questions, a core each.

Both ask every analysis and every scoring of the same spans. Ours reads the pictures, encodes and hashes them, puts the
questions together and stores calls and scores; the peer has its messages in memory before its clock starts. So the
ratio is a lower bound.
"""
import argparse
import glob
import json
import os
import statistics
import sys
import tempfile

from label_limits import limits
from label_memory import memory
from label_processes import MODEL, Server, copy_store, cpu_of_machine, peer_python, run

HERE = os.path.dirname(os.path.abspath(__file__))


class Bench:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.label = os.path.join(options.bin, "rgvlm-label")
        self.python = peer_python(options.venv)
        self.store = options.store or self.generated()

    def path(self, name):
        return os.path.join(self.folder, name)

    def generated(self):
        """A store with an episode for each span; with 300 of them the calls are about 2,300."""
        root, store = self.path("data"), self.path("data.sqlite")
        run([os.path.join(self.options.bin, "rgvlm-simulate"), "generate", "--quiet", "--episodes",
             str(self.options.spans), "--out", root])
        run([os.path.join(self.options.bin, "rgvlm-ingest"), "alfred", "--quiet", "--root", root, "--store", store])
        return store

    def what(self, url):
        """The options that say what is asked: 7 actions, hence 8 pictures, a call."""
        return ["--provider", "openai", "--model", MODEL, "--base-url", url + "/v1", "--unit", "task", "--controls", "0",
                "--limit", str(self.options.spans), "--set", "label.window=7", "--quiet"]

    def questions(self):
        """Batch files of both rounds; the scorings quote the analyses, so the first round is answered in between."""
        self.asked = self.path("asked.sqlite")
        copy_store(self.store, self.asked)
        export = [self.label, "export-batch", "--store", self.asked] + self.what("http://127.0.0.1:1")
        first, second, answers = self.path("round1"), self.path("round2"), self.path("answers.jsonl")
        run(export + ["--out", first])
        files = sorted(glob.glob(first + "/*.jsonl"))
        with Server(self.label, self.asked, self.options.cores[1]) as server:
            run(self.peer(server, files) + ["--batch-output", answers], self.options.cores[0])
        run([self.label, "import-batch", "--quiet", "--store", self.asked, answers])
        run(export + ["--out", second])
        return files + sorted(glob.glob(second + "/*.jsonl"))

    def peer(self, server, files):
        out = self.path("peer.sqlite")
        for suffix in ("", "-wal", "-shm"):
            if os.path.exists(out + suffix):
                os.remove(out + suffix)
        return [self.python, os.path.join(HERE, "label_client.py"), "--base-url", server.url + "/v1", "--out", out,
                "--concurrency", str(self.options.concurrency)] + files

    def ours(self, server):
        store = self.path("ours.sqlite")
        copy_store(self.store, store)
        return [self.label, "run", "--store", store, "--concurrency", str(self.options.concurrency)] \
            + self.what(server.url)

    def measure(self, command):
        """One run of one side beside a server of its own."""
        with Server(self.label, self.asked, self.options.cores[1]) as server:
            machine = cpu_of_machine()
            seconds, cpu, peak, output = run(command(server), self.options.cores[0], capture=True)
            served, machine = server.cpu, cpu_of_machine() - machine
            stats = server.stats
        own = json.loads(output) if output.startswith('{"calls"') else {}
        if stats["billed_calls"] != stats["requests"] or stats["doubled_references"]:
            sys.exit("not every request was answered once: %s" % json.dumps(stats))
        return {"calls": stats["requests"], "bytes": stats["request_bytes"], "process_cpu": cpu, "memory": peak,
                "cpu": own.get("cpu", cpu), "seconds": own.get("seconds", seconds), "server_cpu": served,
                "in_flight": stats["max_concurrency"], "others": max(0.0, machine - cpu - served) / seconds}


def describe(name, runs):
    def figures(value):
        values = [value(run) for run in runs]
        return statistics.median(values), min(values), max(values)

    print("%-12s %.3f ms CPU a call (%.3f-%.3f), %.0f calls/s (%.0f-%.0f), %.0f MB peak; the server %.3f ms, %.0f %% "
          "of its core; %.2f cores busy with other work" % (
              (name,) + figures(lambda r: r["cpu"] / r["calls"] * 1e3) + figures(lambda r: r["calls"] / r["seconds"])
              + (max(r["memory"] for r in runs), figures(lambda r: r["server_cpu"] / r["calls"] * 1e3)[0],
                 figures(lambda r: r["server_cpu"] / r["seconds"] * 100)[0], figures(lambda r: r["others"])[0])))


def calls(bench):
    files = bench.questions()
    pairs = []
    for number in range(bench.options.runs + 1):
        sides = [("ours", bench.ours), ("peer", lambda server: bench.peer(server, files))]
        pair = {name: bench.measure(command) for name, command in (sides if number % 2 else sides[::-1])}
        if pair["ours"]["calls"] != pair["peer"]["calls"]:
            sys.exit("the two did not ask the same: %d and %d calls" % (pair["ours"]["calls"], pair["peer"]["calls"]))
        if number:
            pairs.append(pair)
    ours, theirs = [pair["ours"] for pair in pairs], [pair["peer"] for pair in pairs]
    ratios = {key: [pair["peer"][key] / pair["ours"][key] for pair in pairs] for key in ("cpu", "process_cpu", "seconds")}
    version = run([bench.python, "-c", "import openai; print(openai.__version__)"], capture=True)[3].strip()
    if bench.options.json:
        print(json.dumps({"openai": version, "pairs": pairs, "ratios": ratios}))
        return
    print("%d calls, %.0f kB a call, %d at a time, %d pairs after a warm-up; openai %s" % (
        ours[0]["calls"], ours[0]["bytes"] / ours[0]["calls"] / 1e3, bench.options.concurrency, len(pairs), version))
    describe("rgvlm-label", ours)
    describe("Python", theirs)
    for key, text in (("cpu", "CPU, Python's from its first call on"), ("process_cpu", "CPU of the whole process"),
                      ("seconds", "wall")):
        print("Python / rgvlm-label, %s: %.2f (median of pairs; %.2f-%.2f)" % (
            text, statistics.median(ratios[key]), min(ratios[key]), max(ratios[key])))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default=os.path.join(HERE, "..", "..", ".build", "release"), help="folder of binaries")
    parser.add_argument("--store", help="an ingested store with pictures of 300 x 300; made when it is not given")
    parser.add_argument("--venv", default=os.path.join(HERE, "..", "..", ".venv", "openai"))
    parser.add_argument("--spans", type=int, default=300)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--cores", type=int, nargs=2, default=[0, 1], help="of the client and of the server")
    parser.add_argument("--memory", action="store_true", help="memory with 256 calls in flight and 1M transitions")
    parser.add_argument("--limits", action="store_true", help="what the bytes of a call cost at least")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if not sys.platform.startswith("linux"):
        sys.exit("skipped: needs Linux, for /proc and to pin processes")
    with tempfile.TemporaryDirectory(prefix="rgvlm-bench-") as folder:
        bench = Bench(options, folder)
        if options.memory:
            memory(bench)
        elif options.limits:
            limits(bench)
        else:
            calls(bench)


if __name__ == "__main__":
    main()
