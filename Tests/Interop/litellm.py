#!/usr/bin/env python3
"""Labels through a LiteLLM proxy, which is not ours: keys, rate limits, errors and answers as LiteLLM makes them.

    python3 Tests/Interop/litellm.py [VENV] [--bin .build/release] [--spans 40]

Installs LiteLLM's proxy into a virtual environment (default: .venv/litellm), makes a small dataset with a store, and starts
two proxies on loopback before a model that answers both stages and logs every answer (litellm_scorer.py):
- one with a virtual key that may make a few requests in five seconds, so that many are answered with 429;
- one with a master key and no limits.

"rgvlm-label run" labels instructions through the first and whole tasks through the second. Then
- every span has to be scored, with the numbers the model gave, and every picture has to have arrived as it was sent;
- each question has one answer in the model's log and one call in the store, with the same tokens; attempts in the store are
  requests in the proxy's log, and those with 429 are among them;
- a wrong key has to end the run with 69 and a message, without a score;
- no key may be in the store, its log, the output, or a command line.

Exits 0 when all holds, else 1; 0 with "skipped: ..." where LiteLLM cannot be installed. Takes a minute or two.
"""
import argparse
import base64
import collections
import glob
import json
import os
import re
import secrets
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
REPOSITORY = os.path.dirname(os.path.dirname(HERE))
PACKAGE = "litellm[proxy]==1.106.2"
WINDOW, LIMIT = 5, 25
CONTROLS = 2
UNREACHABLE = 69
CONFIG = """model_list:
  - model_name: scorer
    litellm_params:
      model: interop/scorer
litellm_settings:
  custom_provider_map:
    - {provider: interop, custom_handler: litellm_scorer.scorer}
router_settings:
  num_retries: 0
"""
CUSTOM_AUTH = "general_settings:\n  custom_auth: litellm_scorer.user_api_key_auth\n"


class Failure(Exception):
    """The test cannot go on."""


def install(folder):
    """The Python with LiteLLM, or None."""
    python = os.path.join(folder, "bin", "python")
    proxy = os.path.join(folder, "bin", "litellm")
    if not os.path.exists(proxy):
        for command in ([sys.executable, "-m", "venv", folder], [python, "-m", "pip", "install", "-q", PACKAGE]):
            try:
                done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            except OSError as error:
                return None, str(error)
            if done.returncode:
                return None, (done.stderr.strip().splitlines() or ["no message"])[-1]
    return proxy, None


class Proxy:
    """LiteLLM on a free port of loopback."""

    def __init__(self, program, folder, key, is_limited):
        self.key, self.folder = key, folder
        os.makedirs(folder)
        shutil.copy(os.path.join(HERE, "litellm_scorer.py"), folder)
        with open(os.path.join(folder, "config.yaml"), "w") as file:
            file.write(CONFIG + (CUSTOM_AUTH if is_limited else ""))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.answers_file = os.path.join(folder, "answers.jsonl")
        environment = {name: value for name, value in os.environ.items()
                       if name in ("PATH", "HOME", "LANG", "TMPDIR")}
        environment.update(
            LITELLM_LOCAL_MODEL_COST_MAP="True", LITELLM_RATE_LIMIT_WINDOW_SIZE=str(WINDOW), LITELLM_MODE="PRODUCTION",
            LITELLM_MASTER_KEY="sk-" + secrets.token_hex(32) if is_limited else key, INTEROP_LOG=self.answers_file,
            INTEROP_KEY=key, INTEROP_LIMIT=str(LIMIT), NO_COLOR="1")
        self.log = os.path.join(folder, "proxy.log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [program, "--config", "config.yaml", "--host", "127.0.0.1", "--port", str(self.port),
                 # Longer than the waits for the limit, so that no attempt meets a connection being closed.
                 "--keepalive_timeout", "75"], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log)

    @property
    def base_url(self):
        return "http://127.0.0.1:%d/v1" % self.port

    def wait(self, seconds=180):
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with urllib.request.urlopen(self.base_url[:-3] + "/health/liveliness", timeout=2):
                    return
            except OSError:
                time.sleep(0.3)
        with open(self.log, errors="replace") as file:
            raise Failure("the proxy did not start:\n" + file.read()[-1500:])

    def answers(self):
        if not os.path.exists(self.answers_file):
            return []
        with open(self.answers_file) as file:
            return [json.loads(line) for line in file]

    def statuses(self):
        """How many chat requests got which status, by the proxy's own log."""
        with open(self.log, errors="replace") as file:
            return collections.Counter(
                int(status) for status in re.findall(r'"POST /v1/chat/completions HTTP/1\.1" (\d+)', file.read()))

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Test:
    def __init__(self, options, work):
        self.options = options
        self.ours = os.path.join(work, "ours")
        os.makedirs(self.ours)
        self.data = os.path.join(self.ours, "data.sqlite")
        self.failed = 0
        self.lines = []
        self.secrets = []
        self.command_lines = set()

    def expect(self, holds, text, detail=""):
        if not holds:
            self.failed += 1
            print("FAILED: %s%s" % (text, ": %s" % (detail,) if detail != "" else ""), flush=True)

    def program(self, name):
        return os.path.join(self.options.bin, name)

    def make_data(self):
        root = os.path.join(self.ours, "data")
        # Some nine primitive instructions an episode, three of them of the first annotation, and a task for each.
        episodes = max(8, self.options.spans // 2)
        for arguments in (["rgvlm-simulate", "generate", "--episodes", str(episodes), "--scenes", "4", "--out", root],
                          ["rgvlm-ingest", "alfred", "--root", root, "--store", self.data, "--frame-size", "0"]):
            done = subprocess.run([self.program(arguments[0])] + arguments[1:] + ["--quiet"], capture_output=True,
                                  text=True)
            if done.returncode:
                raise Failure("%s failed:\n%s" % (arguments[0], done.stderr[-1500:]))

    def label(self, name, proxy, key, unit, spans):
        """Runs rgvlm-label on a copy of the store. Returns the store, the exit status, the output and the seconds."""
        store = os.path.join(self.ours, name + ".sqlite")
        shutil.copy(self.data, store)
        environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        environment["INTEROP_KEY"] = key
        paths = [os.path.join(self.ours, "%s.%s" % (name, end)) for end in ("out", "err")]
        start = time.monotonic()
        with open(paths[0], "wb") as out, open(paths[1], "wb") as err:
            process = subprocess.Popen(
                [self.program("rgvlm-label"), "run", "--store", store, "--run", "interop", "--provider", "openai",
                 "--model", "scorer", "--base-url", proxy.base_url, "--unit", unit, "--limit", str(spans), "--controls",
                 str(CONTROLS), "--set", "label.key_env=INTEROP_KEY", "--log-level", "debug"],
                env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        while process.poll() is None:
            self.look_at(process.pid, store)
            if time.monotonic() - start > 170:
                process.kill()
                process.wait()
            time.sleep(0.05)
        output = ""
        for path in paths:
            with open(path, errors="replace") as file:
                output += file.read()
        return store, process.returncode, output, time.monotonic() - start

    def look_at(self, pid, store):
        """Notes the command line, and keeps a copy of the store's log, which is gone at the end."""
        try:
            for name in ("cmdline", "comm"):
                with open("/proc/%d/%s" % (pid, name), "rb") as file:
                    self.command_lines.add(file.read())
            shutil.copy(store + "-wal", store + "-wal-copy")
        except OSError:
            pass

    # What has to hold

    def check_run(self, title, proxy, result, spans):
        store, code, output, seconds = result
        self.expect(code == 0, "%s: the run ends with 0" % title, (code, output[-800:]))
        db = sqlite3.connect(store)
        db.row_factory = sqlite3.Row
        answers = proxy.answers()
        statuses = proxy.statuses()
        states = dict(db.execute("SELECT status, count(*) FROM label_spans GROUP BY status").fetchall())
        genuine = db.execute("SELECT count(*) FROM label_spans WHERE control = 'none'").fetchone()[0]
        self.expect(genuine == spans and set(states) == {"scored"}, "%s: all spans are scored" % title, states)
        self.check_calls(title, db, answers, statuses)
        self.check_scores(title, db, answers)
        self.check_pictures(title, db, answers)
        self.expect(not db.execute("PRAGMA foreign_key_check").fetchall(), "%s: foreign keys hold" % title)
        attempts = db.execute("SELECT count(*) FROM label_calls WHERE attempts > 1").fetchone()[0]
        self.lines.append(
            "%s: %d spans scored, %d calls, %d with more than one attempt, statuses %s, %d prompt and %d completion "
            "tokens, %.1f s" % (
                title, sum(states.values()), len(answers), attempts,
                ", ".join("%d x %d" % (count, status) for status, count in sorted(statuses.items())),
                sum(line["prompt_tokens"] for line in answers), sum(line["completion_tokens"] for line in answers),
                seconds))
        db.close()
        return statuses, attempts

    def check_calls(self, title, db, answers, statuses):
        calls = db.execute("SELECT * FROM label_calls").fetchall()
        for field in ("reference", "body"):
            twice = [pair for pair in collections.Counter(line[field] for line in answers).items() if pair[1] > 1]
            self.expect(not twice, "%s: each question is answered once" % title, twice[:3])
        served = {line["reference"]: (line["prompt_tokens"], line["completion_tokens"]) for line in answers}
        stored = {call["reference"]: (call["prompt_tokens"], call["completion_tokens"]) for call in calls}
        self.expect(len(calls) == len(stored), "%s: each question has one call" % title)
        self.expect(all(call["failure"] is None for call in calls), "%s: no call failed" % title)
        self.expect(served == stored, "%s: the store has the answers and tokens of the server" % title,
                    list(set(served.items()) ^ set(stored.items()))[:3])
        # A control may ask what its original asked; the answer in the store is then used again.
        idle = db.execute("SELECT count(*) FROM label_calls WHERE id NOT IN (SELECT call_id FROM label_questions)")
        self.expect(idle.fetchone()[0] == 0, "%s: each call answers a question" % title)
        attempts = sum(call["attempts"] for call in calls)
        self.expect(statuses[200] == len(answers), "%s: each answer arrived" % title, (statuses[200], len(answers)))
        self.expect(attempts == sum(statuses.values()), "%s: attempts are requests" % title, (attempts, dict(statuses)))
        self.expect(db.execute("SELECT count(*) FROM label_in_flight").fetchone()[0] == 0,
                    "%s: nothing is in flight" % title)
        self.expect(all(line["has_schema"] == (line["scores"] is not None) for line in answers),
                    "%s: scorings come with the schema" % title)

    def check_scores(self, title, db, answers):
        scores = {line["reference"]: line["scores"] for line in answers}
        given = {row["span_id"]: scores[row["reference"]] for row in db.execute(
            "SELECT q.span_id, c.reference FROM label_questions q JOIN label_calls c ON c.id = q.call_id WHERE q.stage = 2")}
        stored = collections.defaultdict(list)
        for row in db.execute("SELECT span_id, score FROM label_scores ORDER BY span_id, position"):
            stored[row["span_id"]].append(row["score"])
        self.expect(dict(stored) == given, "%s: the scores are those of the answers" % title)
        steps = dict(db.execute("SELECT s.id, i.step_count FROM label_spans s "
                                "JOIN instructions i ON i.id = s.instruction_id").fetchall())
        self.expect({span: len(scores) for span, scores in stored.items()} == steps,
                    "%s: every step has a score" % title)

    def check_pictures(self, title, db, answers):
        shown = collections.defaultdict(list)
        for row in db.execute("SELECT f.span_id, f.window_idx, lower(hex(p.sha256)) AS sha256 FROM label_window_frames f "
                              "JOIN label_pictures p ON p.id = f.picture_id ORDER BY f.span_id, f.window_idx, f.position"):
            shown[row["span_id"], row["window_idx"]].append(row["sha256"])
        pictures = {line["reference"]: line["pictures"] for line in answers}
        arrived = {(row["span_id"], row["window_idx"]): pictures[row["reference"]] for row in db.execute(
            "SELECT q.span_id, q.window_idx, c.reference FROM label_questions q JOIN label_calls c ON c.id = q.call_id "
            "WHERE q.stage = 1")}
        self.expect(dict(shown) == arrived, "%s: the pictures arrived as they were sent" % title)

    def check_wrong_key(self, title, proxy, wrong, words):
        before = len(proxy.answers())
        store, code, output, seconds = self.label("wrong-" + title, proxy, wrong, "task", 8)
        self.expect(code == UNREACHABLE, "%s: a wrong key ends the run with 69" % title, (code, output[-600:]))
        self.expect(words in output, "%s: what is wrong is said" % title, output[-600:])
        db = sqlite3.connect(store)
        states = dict(db.execute("SELECT status, count(*) FROM label_spans GROUP BY status").fetchall())
        scores = db.execute("SELECT count(*) FROM label_scores").fetchone()[0]
        db.close()
        self.expect(set(states) <= {"pending"}, "%s: with a wrong key the spans stay pending" % title, states)
        self.expect(scores == 0 and len(proxy.answers()) == before, "%s: a wrong key gives no score" % title)
        said = [line for line in output.splitlines() if line.startswith("error:")]
        self.lines.append("%s, wrong key: exit %d after %.1f s, %s" % (
            title, code, seconds, re.sub(r"http://\S+ ", "", said[-1]) if said else "no message"))

    def check_secrets(self):
        forms = []
        for secret in self.secrets:
            tail = secret[-24:]
            forms += [tail.encode(), base64.b64encode(secret.encode())[:40]]
        for path in glob.glob(os.path.join(self.ours, "*")):
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    content = file.read()
                self.expect(not any(form in content for form in forms), "no key is in a file", os.path.basename(path))
        self.expect(self.command_lines and not any(form in line for form in forms for line in self.command_lines),
                    "no key is in a command line")
        return len(glob.glob(os.path.join(self.ours, "*")))

    def run(self, limited, open_to_all):
        """`limited` has the virtual key, `open_to_all` the master key."""
        for proxy in (limited, open_to_all):
            proxy.wait()
        self.secrets = [limited.key, open_to_all.key]
        spans = self.options.spans
        title = "virtual key, %d requests in %d s" % (LIMIT, WINDOW)
        result = self.label("limited", limited, limited.key, "instruction", spans)
        statuses, attempts = self.check_run(title, limited, result, spans)
        self.expect(statuses[429] > 0 and attempts > 0, "the limit was met and survived", dict(statuses))
        tasks = min(8, spans)
        result = self.label("tasks", open_to_all, open_to_all.key, "task", tasks)
        self.check_run("master key, unit task", open_to_all, result, tasks)
        for title, proxy, words in (("virtual-key", limited, "Incorrect API key"),
                                    ("master-key", open_to_all, "No connected db")):
            wrong = "sk-" + secrets.token_hex(32)
            self.secrets.append(wrong)
            self.check_wrong_key(title, proxy, wrong, words)
        files = self.check_secrets()
        self.lines.append("no key in %d files and %d command lines" % (files, len(self.command_lines)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("venv", nargs="?", default=os.path.join(REPOSITORY, ".venv", "litellm"))
    parser.add_argument("--bin", default=os.path.join(REPOSITORY, ".build", "release"))
    parser.add_argument("--spans", type=int, default=40)
    options = parser.parse_args()
    options.bin = os.path.abspath(options.bin)
    program, problem = install(os.path.abspath(options.venv))
    if program is None:
        print("skipped: %s cannot be installed: %s" % (PACKAGE, problem))
        return 0
    start = time.monotonic()
    work = tempfile.mkdtemp(prefix="rgvlm-litellm-")
    test = Test(options, work)
    proxies = []
    try:
        for name in ("limited", "open"):
            proxies.append(Proxy(program, os.path.join(work, name), "sk-" + secrets.token_hex(32), name == "limited"))
        test.make_data()
        test.run(*proxies)
    except Failure as failure:
        test.expect(False, str(failure))
    finally:
        for proxy in proxies:
            proxy.stop()
    for line in test.lines:
        print(line)
    if test.failed:
        print("left in %s" % work)
    else:
        shutil.rmtree(work)
    print("LiteLLM: %s in %.0f s" % ("%d checks failed" % test.failed if test.failed else "ok", time.monotonic() - start))
    return 1 if test.failed else 0


if __name__ == "__main__":
    sys.exit(main())
