#!/usr/bin/env python3
"""The fault soak: labels spans against a server with faults while the run is killed and the disk fills up.

    python3 Tests/Interop/soak.py [--spans 300] [--kills 4] [--seed 1] [--bin .build/release] [--work DIR]

Makes a dataset with a store, serves the scripted annotator with faults of every kind on 30 % of the requests (and answers in
the wrong form on top), and runs "rgvlm-label run" over a real socket until it ends with 0. On the way
- the first request is answered with "quota exceeded": the run has to end with 69;
- the run is killed with SIGKILL at random moments, a fifth of them within a second of a start, and stopped once with SIGTERM;
- the disk of the store, a tmpfs, is full twice: once for some seconds, which the run has to wait out, and once until the
  run gives up with 73. Mounting needs root; without it this part is skipped and the table says so.

Then the store is compared with the server's ledger, which has a line for each answer that is to be paid. Calls are matched by
reference and tokens. What the ledger has and the store has not must have been in flight (table label_in_flight) when a process
was killed. Exits 0 when all checks hold, else 1. The work folder is left when DIR is given or a check fails.

20,000 spans and 20 kills: some 20 minutes on two cores, 3 GB of disk and 2 GB of memory for the tmpfs. Data in DIR is used
again; store, ledger and logs are made anew.
"""
import argparse
import collections
import glob
import json
import math
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
FAULTS = ("first:1=429-quota,429:0.01,429-after:0.02@1s,429-after-ms:0.02@50ms,500:0.04,503:0.03,slow:0.04@200ms,"
          "cut:0.05,garbage:0.05,refusal:0.02,truncation:0.02")
MALFORMED = 0.05
# Dollars per million tokens; odd, so that the cost of a call has to be rounded.
INPUT, OUTPUT = "0.4000007", "1.6000003"
CONCURRENCY = 64
ATTEMPTS = 6
DONE, UNREACHABLE, CANNOT_WRITE, INTERRUPTED = 0, 69, 73, 130


class Failure(Exception):
    """The soak cannot go on."""


class Checks:
    """Counts what does not hold and shows the first few of each kind."""

    def __init__(self):
        self.failed = collections.Counter()

    def expect(self, holds, text, detail=""):
        if holds:
            return
        self.failed[text] += 1
        if self.failed[text] <= 3:
            print("FAILED: %s%s" % (text, ": %s" % (detail,) if detail != "" else ""), flush=True)


class Disk:
    """A small tmpfs for the store; a plain folder where it cannot be mounted."""

    def __init__(self, folder, size):
        self.folder = folder
        self.filler = os.path.join(folder, "filler")
        os.makedirs(folder, exist_ok=True)
        mount = ["mount", "-t", "tmpfs", "-o", "size=%d" % size, "rgvlm-soak", folder]
        try:
            self.is_mounted = subprocess.run(mount, stderr=subprocess.DEVNULL).returncode == 0
        except OSError:
            self.is_mounted = False

    def fill(self):
        """Leaves no page free, also while the store is being written."""
        with open(self.filler, "ab") as file:
            size = file.tell()
            for step in (1 << 26, 1 << 20, 1 << 12):
                try:
                    while True:
                        os.posix_fallocate(file.fileno(), size, step)
                        size += step
                except OSError:
                    pass

    def free(self):
        if os.path.exists(self.filler):
            os.remove(self.filler)

    def unmount(self):
        if self.is_mounted:
            subprocess.run(["umount", "-l", self.folder])


class Soak:
    def __init__(self, options, work, checks):
        self.options, self.work, self.checks = options, work, checks
        self.random = random.Random(options.seed)
        self.label = os.path.join(options.bin, "rgvlm-label")
        disk = os.path.join(work, "disk")
        # A span takes some 35 KB; the log of SQLite grows to 256 MB before it is folded in.
        self.disk = Disk(disk, (600 << 20) + options.spans * 60_000)
        self.store = os.path.join(disk, "soak.sqlite")
        self.ledger = os.path.join(work, "ledger.jsonl")
        self.figures = []
        self.starts, self.kills, self.cpu, self.peak, self.full_seconds = 0, 0, 0.0, 0, 0.0
        self.exits = collections.Counter()
        # The references that were in flight when a process ended otherwise than in order.
        self.flights = []
        # The rows of the last end that no later start has counted as lost, and the count before.
        self.unsettled, self.lost, self.early_deaths = [], 0, 0
        self.server = None

    def note(self, name, value):
        self.figures.append((name, value))

    # The data and the server

    def make_data(self):
        episodes = max(8, math.ceil(self.options.spans / 20))
        root = os.path.join(self.work, "data-%d" % episodes)
        self.call("rgvlm-simulate", "generate", "--episodes", episodes, "--scenes", 12, "--seed", self.options.seed,
                  "--out", root, "--quiet", unless=os.path.exists(os.path.join(root, "generation.json")))
        self.call("rgvlm-ingest", "alfred", "--root", root, "--store", self.store, "--frame-size", 0, "--quiet")

    def call(self, program, *arguments, unless=False):
        if unless:
            return
        command = [os.path.join(self.options.bin, program)] + [str(argument) for argument in arguments]
        with open(os.path.join(self.work, program + ".log"), "wb") as log:
            if subprocess.run(command, stdout=log, stderr=log).returncode:
                raise Failure("%s failed; see %s" % (program, log.name))

    def serve(self):
        log = os.path.join(self.work, "serve.log")
        with open(log, "wb") as file:
            self.server = subprocess.Popen(
                [self.label, "serve", "--store", self.store, "--port", "0", "--seed", str(self.options.seed),
                 "--faults", FAULTS, "--set", "label.annotator.malformed=%s" % MALFORMED, "--ledger", self.ledger],
                stdout=file, stderr=file)
        for _ in range(600):
            with open(log) as file:
                found = re.search(r"http://127\.0\.0\.1:(\d+)/v1", file.read())
            if found:
                self.port = int(found.group(1))
                return
            if self.server.poll() is not None:
                break
            time.sleep(0.05)
        raise Failure("the server did not start; see %s" % log)

    def stats(self):
        with urllib.request.urlopen("http://127.0.0.1:%d/stats" % self.port, timeout=30) as reply:
            return json.load(reply)

    # The run

    def command(self):
        prices = os.path.join(self.work, "prices.yaml")
        with open(prices, "w") as file:
            file.write("- provider: openai\n  model: scripted\n  input: %s\n  output: %s\n" % (INPUT, OUTPUT))
        return [self.label, "run", "--store", self.store, "--run", "soak", "--provider", "openai", "--model", "scripted",
                "--base-url", "http://127.0.0.1:%d/v1" % self.port, "--unit", "instruction",
                "--set", "label.kinds=[primitive,composite]", "--set", "label.annotations=all",
                "--set", "label.prices=%s" % prices, "--limit", str(self.options.spans),
                "--concurrency", str(CONCURRENCY), "--quiet"]

    def query(self, sql):
        """Rows, or None while the store is being set up."""
        try:
            db = sqlite3.connect("file:%s?mode=ro" % self.store, uri=True, timeout=30)
            try:
                return db.execute(sql).fetchall()
            finally:
                db.close()
        except sqlite3.OperationalError:
            return None

    def progress(self):
        """The share of spans that are done."""
        rows = self.query("SELECT count(*), coalesce(sum(status <> 'pending'), 0) FROM label_spans")
        return rows[0][1] / rows[0][0] if rows and rows[0][0] else 0.0

    def schedule(self):
        """What happens after which share of the spans."""
        count = self.options.kills
        early = count // 5
        events = [(self.random.uniform(0.02, 0.93), "kill") for _ in range(count - early)]
        for index in range(early):
            events[index] = (events[index][0], "kill twice")
        events.append((self.random.uniform(0.1, 0.9), "stop"))
        if self.disk.is_mounted:
            events += [(self.random.uniform(0.2, 0.4), "fill"), (self.random.uniform(0.5, 0.7), "fill for long")]
        return collections.deque(sorted(events))

    def start(self):
        self.starts += 1
        path = os.path.join(self.work, "run-%03d" % self.starts)
        with open(path + ".out", "wb") as out, open(path + ".err", "wb") as err:
            process = subprocess.Popen(self.arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        return process

    def errors(self):
        with open(os.path.join(self.work, "run-%03d.err" % self.starts), errors="replace") as file:
            return file.read()

    def poll(self, process):
        """The exit status, negative for a signal; None while it runs."""
        if process.returncode is None:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                process.returncode = os.waitstatus_to_exitcode(status)
                self.cpu += usage.ru_utime + usage.ru_stime
                self.peak = max(self.peak, usage.ru_maxrss)
        return process.returncode

    def wait(self, process, seconds=600):
        end = time.monotonic() + seconds
        while self.poll(process) is None:
            if time.monotonic() > end:
                process.kill()
                raise Failure("the run did not end within %d s" % seconds)
            time.sleep(0.01)
        return process.returncode

    def ended(self, code):
        """Notes what was in flight. The next start has to count exactly that as lost, unless it dies before it comes to it."""
        self.exits[code] += 1
        rows = self.query("SELECT reference, sent_at FROM label_in_flight ORDER BY reference")
        lost = self.query("SELECT lost_calls FROM label_runs")
        if rows is None or not lost:
            raise Failure("the store cannot be read after an end with %d" % code)
        lost = lost[0][0]
        if code in (DONE, UNREACHABLE, INTERRUPTED):
            self.checks.expect(not rows, "calls are in flight after an orderly end", (code, rows[:3]))
        if self.unsettled and lost == self.lost:
            self.checks.expect(rows == self.unsettled, "a start that counts nothing as lost sends nothing", self.starts)
            self.early_deaths += 1
        else:
            self.checks.expect(lost - self.lost == len(self.unsettled), "a start counts what was in flight as lost",
                               (self.starts, lost - self.lost, len(self.unsettled)))
            if rows:
                self.flights.append([row[0] for row in rows])
        self.unsettled, self.lost = rows, lost

    def run(self):
        self.arguments = self.command()
        quota = self.wait(self.start(), 120)
        self.ended(quota)
        self.checks.expect(quota == UNREACHABLE, "a used-up quota ends the run with 69", quota)
        events = self.schedule()
        kill_soon = False
        while True:
            process = self.start()
            expected = {DONE}
            if kill_soon:
                kill_soon = False
                time.sleep(self.random.uniform(0, 1))
                expected = {DONE, self.kill(process)}
            while self.poll(process) is None:
                if events and -signal.SIGKILL not in expected and self.progress() >= events[0][0]:
                    kind = events.popleft()[1]
                    if kind.startswith("kill"):
                        kill_soon = kind == "kill twice"
                        time.sleep(self.random.uniform(0, 0.2))
                        expected.add(self.kill(process))
                    elif kind == "stop":
                        process.terminate()
                        self.wait(process, 150)
                        expected = {INTERRUPTED}
                    else:
                        begun = time.monotonic()
                        if kind == "fill":
                            self.fill_for_a_while(process)
                        else:
                            expected = {self.fill_for_long(process)}
                        self.full_seconds += time.monotonic() - begun
                time.sleep(0.03)
            self.ended(process.returncode)
            if process.returncode not in expected:
                raise Failure("the run ended with %d:\n%s" % (process.returncode, self.errors()[-1500:]))
            if process.returncode == DONE:
                break
        self.checks.expect(not events, "the run was over before all that was planned had happened", list(events))
        self.checks.expect(self.kills == self.options.kills, "as many kills as asked for", self.kills)

    def kill(self, process):
        process.kill()
        self.kills += 1
        return -signal.SIGKILL

    def fill(self):
        """The log is folded in first: SQLite writes over an old one without asking for room."""
        db = sqlite3.connect(self.store, timeout=20, isolation_level=None)
        try:
            for _ in range(20):
                if not db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                    break
        finally:
            db.close()
        self.disk.fill()

    def fill_for_a_while(self, process):
        self.fill()
        end = time.monotonic() + 30
        while "waiting for room" not in self.errors() and time.monotonic() < end and self.poll(process) is None:
            self.disk.fill()
            time.sleep(0.2)
        self.checks.expect("waiting for room" in self.errors(), "a full disk is waited out and said")
        time.sleep(4)
        self.checks.expect(self.poll(process) is None, "a disk that is full for some seconds does not end the run")
        self.disk.free()

    def fill_for_long(self, process):
        """The run has to give up by itself."""
        start = time.monotonic()
        self.fill()
        while self.poll(process) is None and time.monotonic() - start < 180:
            self.disk.fill()
            time.sleep(0.5)
        self.disk.free()
        self.checks.expect(self.poll(process) == CANNOT_WRITE, "a disk that stays full ends the run with 73",
                           process.returncode)
        self.note("gave up on the full disk after", "%.0f s" % (time.monotonic() - start))
        if process.returncode is None:
            self.kill(process)
            self.wait(process, 30)
        return process.returncode

    def run_again(self):
        """All is labelled: nothing is asked."""
        before = self.stats()["requests"]
        code = self.wait(self.start(), 120)
        self.checks.expect(code == DONE, "a finished run ends with 0", code)
        self.checks.expect(self.stats()["requests"] == before, "a finished run asks nothing")

    # The books

    def verify(self, seconds):
        stats = self.stats()
        with open(self.ledger) as file:
            ledger = [json.loads(line) for line in file]
        db = sqlite3.connect("file:%s?mode=ro" % self.store, uri=True)
        db.row_factory = sqlite3.Row
        audit = Audit(db, ledger, stats, self.flights, self.checks)
        audit.run()
        status = json.loads(subprocess.run(
            [self.label, "status", "--store", self.store, "--json"], capture_output=True, check=True).stdout)
        audit.compare_status(status[0])
        requests = stats["requests"]
        faulty = sum(stats["faults"].values())
        self.note("time; requests/s while the disk was not full", "%.0f s; %.0f" % (
            seconds, requests / (seconds - self.full_seconds)))
        self.note("run: CPU, peak memory", "%.0f s, %.0f MB" % (self.cpu, self.peak / 1024))
        self.note("run: starts, kills, ends", "%d, %d, %s" % (self.starts, self.kills, ", ".join(
            "%d x %d" % (count, code) for code, count in sorted(self.exits.items()))))
        self.note("killed before the lost calls were counted", self.early_deaths)
        self.note("disk full", "twice" if self.disk.is_mounted else "skipped: no tmpfs can be mounted (needs root)")
        self.note("requests met by a fault", "%d of %d (%.1f %%)" % (faulty, requests, 100 * faulty / requests))
        self.note("faults", ", ".join("%s %d" % pair for pair in sorted(stats["faults"].items())))
        self.figures += audit.figures

    def close(self):
        if self.server and self.server.poll() is None:
            self.server.terminate()
            try:
                self.server.wait(20)
            except subprocess.TimeoutExpired:
                self.server.kill()
                self.server.wait()
        self.disk.free()


class Audit:
    """Compares a store with the ledger of the server that it asked."""

    def __init__(self, db, ledger, stats, flights, checks):
        self.db, self.ledger, self.stats, self.flights, self.checks = db, ledger, stats, flights, checks
        self.figures = []

    def all(self, sql):
        return self.db.execute(sql).fetchall()

    def one(self, sql):
        return self.db.execute(sql).fetchone()[0]

    def note(self, name, value):
        self.figures.append((name, value))

    def run(self):
        self.database()
        self.money()
        self.calls_are_true()
        self.spans()
        self.scores()

    def database(self):
        self.checks.expect(not self.all("PRAGMA foreign_key_check"), "foreign keys hold")
        self.checks.expect([row[0] for row in self.all("PRAGMA integrity_check")] == ["ok"], "the store is intact")
        self.checks.expect(self.one("SELECT count(*) FROM label_in_flight") == 0, "nothing is in flight at the end")
        self.checks.expect(self.one("SELECT count(*) FROM label_runs") == 1, "there is one run")

    # Every paid call once

    def money(self):
        expect = self.checks.expect
        stats, lost_calls = self.stats, self.one("SELECT lost_calls FROM label_runs")
        keys = collections.Counter(
            (line["reference"], line["prompt_tokens"], line["completion_tokens"]) for line in self.ledger)
        expect(stats["unwritten_calls"] == 0 and stats["billed_calls"] == len(self.ledger), "the ledger is complete")
        calls = self.all("SELECT * FROM label_calls")
        paid = [call for call in calls if call["prompt_tokens"] + call["completion_tokens"] > 0]
        stored = collections.Counter(
            (call["reference"], call["prompt_tokens"], call["completion_tokens"]) for call in paid)
        expect(not stored - keys, "every paid call in the store is in the ledger", list((stored - keys).items())[:3])
        lost = list((keys - stored).elements())
        in_flight = collections.Counter(reference for flight in self.flights for reference in flight)
        lost_references = collections.Counter(key[0] for key in lost)
        expect(not lost_references - in_flight, "what the store does not have was in flight at a kill",
               list((lost_references - in_flight).items())[:3])
        expect(sum(in_flight.values()) == lost_calls, "label_runs.lost_calls counts the calls in flight at the kills",
               (sum(in_flight.values()), lost_calls))
        billed = collections.Counter(line["reference"] for line in self.ledger)
        doubled = {reference: count for reference, count in billed.items() if count > 1}
        expect(all(in_flight[reference] >= count - 1 for reference, count in doubled.items()),
               "a reference was paid twice without a kill",
               [pair for pair in doubled.items() if in_flight[pair[0]] < pair[1] - 1][:3])
        expect(len(doubled) <= lost_calls, "not more calls were paid twice than were in flight at kills")
        expect(stats["doubled_references"] == len(doubled), "the server counts the same doubled references")
        once = collections.Counter(call["reference"] for call in paid)
        expect(max(once.values(), default=0) <= 1, "a reference has one paid call in the store",
               once.most_common(1))
        self.tokens(calls, lost)
        self.cost(calls)
        repeated = self.all("SELECT count(*) - 1 AS n FROM label_calls WHERE failure IS NULL "
                            "GROUP BY request_sha256 HAVING n > 0")
        self.note("requests: answered, in the store, lost at kills",
                  "%d, %d, %d of %d in flight" % (len(self.ledger), len(paid), len(lost), lost_calls))
        self.note("references paid more than once", len(doubled))
        self.note("equal questions paid again under another reference", sum(row["n"] for row in repeated))
        attempts = sum(call["attempts"] for call in calls)
        expect(attempts <= stats["requests"], "not more attempts than requests", (attempts, stats["requests"]))
        self.note("attempts in the store, requests at the server", "%d, %d" % (attempts, stats["requests"]))

    def tokens(self, calls, lost):
        for name, index in (("prompt_tokens", 1), ("completion_tokens", 2)):
            ours = sum(call[name] for call in calls)
            served = sum(line[name] for line in self.ledger)
            gone = sum(key[index] for key in lost)
            self.checks.expect(served == self.stats[name], "the ledger sums up to the server's own count", name)
            self.checks.expect(ours == served - gone, "tokens equal the server's count without the lost ones",
                               (name, ours, served, gone))
            self.note("%s: store, server, lost" % name.replace("_", " "), "%d, %d, %d" % (ours, served, gone))

    def cost(self, calls):
        total = 0
        prices = [round(float(price) * 1e9) for price in (INPUT, OUTPUT)]
        for call in calls:
            exact = call["prompt_tokens"] * prices[0] + call["completion_tokens"] * prices[1]
            cost = -(-exact // 1_000_000)
            total += cost
            self.checks.expect(call["cost_nanodollars"] == cost, "a call costs its tokens times their price",
                               (call["reference"], call["cost_nanodollars"], cost))
        ours = self.one("SELECT sum(cost_nanodollars) FROM label_calls")
        self.checks.expect(ours == total, "the cost is that of the tokens", (ours, total))
        lost = self.one("SELECT lost_nanodollars FROM label_runs")
        self.note("cost; lost at most", "$%.6f; $%.6f" % (total / 1e9, lost / 1e9))

    # Every failure is what it says

    def calls_are_true(self):
        expect = self.checks.expect
        faults = collections.defaultdict(set)
        for line in self.ledger:
            key = (line["reference"], line["prompt_tokens"], line["completion_tokens"])
            faults[key].add(line["fault"] if line["fault"] in ("refusal", "truncation") else None)
        kinds = collections.Counter()
        for call in self.all("SELECT * FROM label_calls"):
            kind, name = call["failure"], call["reference"]
            kinds[kind or "answered"] += 1
            is_paid = call["prompt_tokens"] + call["completion_tokens"] > 0
            key = (name, call["prompt_tokens"], call["completion_tokens"])
            choice = Audit.choice(call["raw"])
            said = faults[key] if is_paid else set()
            if kind is None:
                expect(is_paid and choice and choice["finish_reason"] == "stop" and None in said,
                       "an answer is a complete one", name)
            elif kind == "refusal":
                expect(is_paid and choice and choice["message"].get("refusal") and "refusal" in said,
                       "a refusal is the server's", name)
            elif kind == "truncation":
                # A long analysis may also end at the limit of tokens by itself.
                expect(is_paid and choice and choice["finish_reason"] == "length", "a truncation is the server's", name)
            elif kind == "invalid" and is_paid:
                expect(call["stage"] == 2 and choice and None in said, "an invalid answer is a scoring", name)
            elif kind == "invalid":
                expect(choice is None, "a failure without tokens is no completion", name)
                expect(call["attempts"] == ATTEMPTS or self.is_cut_short(call), "garbage is tried again first",
                       (name, call["attempts"]))
            elif kind == "http":
                is_quota = call["http_status"] == 429 and "quota" in (call["message"] or "").lower()
                expect(not is_paid and call["http_status"] in (429, 500, 503), "an HTTP failure has its status", name)
                expect(call["attempts"] == ATTEMPTS or is_quota or self.is_cut_short(call),
                       "an HTTP failure is tried again first", (name, call["attempts"], call["message"]))
            else:
                expect(not is_paid and call["http_status"] is None, "a transport failure has no status", name)
                expect(call["attempts"] == ATTEMPTS or self.is_cut_short(call),
                       "a transport failure is tried again first", (name, call["attempts"], call["message"]))
        self.note("calls in the store", ", ".join("%s %d" % pair for pair in sorted(kinds.items())))

    @staticmethod
    def choice(raw):
        try:
            return json.loads(raw or "")["choices"][0]
        except (ValueError, KeyError, IndexError, TypeError):
            return None

    def is_cut_short(self, call):
        """A call that a stop cut short between two attempts answers no question."""
        tied = self.db.execute("SELECT count(*) FROM label_questions WHERE call_id = ?", (call["id"],))
        return tied.fetchone()[0] == 0

    def spans(self):
        expect = self.checks.expect
        spans = self.all("SELECT * FROM label_spans")
        states = collections.Counter(span["status"] for span in spans)
        expect(set(states) <= {"scored", "unscored"}, "every span is scored or unscored", dict(states))
        questions = collections.defaultdict(list)
        for row in self.all("SELECT q.*, c.failure, c.message, c.stage AS call_stage FROM label_questions q "
                            "JOIN label_calls c ON c.id = q.call_id"):
            questions[row["span_id"]].append(row)
        expect(not self.all("SELECT 1 FROM label_questions GROUP BY span_id, stage, window_idx, sample, ask "
                            "HAVING count(*) > 1"), "no question has two rows")
        windows = dict(self.all("SELECT span_id, count(*) FROM label_windows GROUP BY span_id"))
        failures = collections.Counter()
        for span in spans:
            rows = questions[span["id"]]
            second = any(row["stage"] == 2 and row["ask"] == 1 for row in rows)
            last = [row for row in rows if not (row["stage"] == 2 and row["ask"] == 0 and second)]
            if span["status"] == "unscored":
                failures[span["failure"]] += 1
                expect(any(row["failure"] == span["failure"] and row["message"] == span["message"] for row in last),
                       "an unscored span has a call that failed so", (span["id"], span["failure"], span["message"]))
            else:
                expect(all(row["failure"] is None for row in last) and sum(row["stage"] == 2 for row in last) == 1
                       and sum(row["stage"] == 1 for row in last) == windows.get(span["id"]),
                       "a scored span has an answer to each of its questions", span["id"])
        genuine = sum(span["control"] == "none" for span in spans)
        self.note("spans", "%d and %d controls: %s" % (
            genuine, len(spans) - genuine, ", ".join("%s %d" % pair for pair in sorted(states.items()))))
        self.note("unscored by", ", ".join("%s %d" % pair for pair in sorted(failures.items())))
        self.count = len(spans)

    def scores(self):
        """The scores are those of the answer, one for each step."""
        expect = self.checks.expect
        scores = collections.defaultdict(list)
        for row in self.all("SELECT span_id, position, score FROM label_scores ORDER BY span_id, position"):
            scores[row["span_id"]].append(row)
        rows = self.all("SELECT s.id, s.status, i.step_count FROM label_spans s "
                        "JOIN instructions i ON i.id = s.instruction_id")
        for span in rows:
            given = scores[span["id"]]
            count = span["step_count"] if span["status"] == "scored" else 0
            expect([row["position"] for row in given] == list(range(count)), "a scored span has a score for each step",
                   (span["id"], span["status"], len(given), span["step_count"]))
        for row in self.all("SELECT q.span_id, c.answer, c.failure, i.step_count FROM label_questions q "
                            "JOIN label_calls c ON c.id = q.call_id JOIN label_spans s ON s.id = q.span_id "
                            "JOIN instructions i ON i.id = s.instruction_id WHERE q.stage = 2"):
            plain = Audit.plain_scores(row["answer"], row["step_count"])
            if row["failure"] == "invalid":
                expect(plain is None, "an answer called invalid is invalid", (row["span_id"], row["answer"]))
            elif row["failure"] is None and plain is not None:
                expect([score["score"] for score in scores[row["span_id"]]] == plain,
                       "the scores are those of the answer", (row["span_id"], row["answer"]))
        self.note("scores", sum(len(given) for given in scores.values()))

    @staticmethod
    def plain_scores(text, count):
        """The numbers of an answer in exactly the form asked for, else None."""
        try:
            numbers = json.loads(text)["scores"]
        except (ValueError, KeyError, TypeError):
            return None
        fits = isinstance(numbers, list) and len(numbers) == count and all(
            type(number) is int and 0 <= number <= 10 for number in numbers)
        return numbers if fits else None

    def compare_status(self, status):
        """What rgvlm-label status says is what the tables hold."""
        for name in ("prompt_tokens", "completion_tokens", "attempts"):
            shown = sum(call[name] for call in status["calls"])
            held = self.one("SELECT sum(%s) FROM label_calls" % name)
            self.checks.expect(shown == held, "status shows what the tables hold", (name, shown, held))
        shown = sum(status["spans"].values()) + sum(sum(counts.values()) for counts in status["controls"].values())
        self.checks.expect(shown == self.count, "status shows all spans", (shown, self.count))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--spans", type=int, default=300)
    parser.add_argument("--kills", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bin", default=os.path.join(HERE, "..", "..", ".build", "release"))
    parser.add_argument("--work", help="folder for data, store, ledger and logs (default: a temporary one)")
    options = parser.parse_args()
    work = os.path.abspath(options.work or tempfile.mkdtemp(prefix="rgvlm-soak-"))
    os.makedirs(work, exist_ok=True)
    for path in [os.path.join(work, "ledger.jsonl")] + glob.glob(os.path.join(work, "run-*")) + glob.glob(
            os.path.join(work, "soak.sqlite*")):
        if os.path.exists(path):
            os.remove(path)
    shutil.rmtree(os.path.join(work, "disk"), ignore_errors=True)
    checks = Checks()
    soak = Soak(options, work, checks)
    try:
        soak.make_data()
        soak.serve()
        start = time.monotonic()
        soak.run()
        seconds = time.monotonic() - start
        soak.run_again()
        soak.verify(seconds)
    except Failure as failure:
        checks.expect(False, "the soak came to its end", failure)
    except Exception as error:
        checks.expect(False, "the soak came to its end", repr(error))
        raise
    finally:
        soak.close()
        if soak.disk.is_mounted and checks.failed:
            for path in glob.glob(soak.store + "*"):
                shutil.copy(path, work)
        soak.disk.unmount()
    for name, value in soak.figures:
        print("%-52s %s" % (name, value))
    is_good = not checks.failed
    if is_good and not options.work:
        shutil.rmtree(work)
    else:
        print("left in %s" % work)
    print("ok" if is_good else "%d kinds of checks failed" % len(checks.failed))
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
