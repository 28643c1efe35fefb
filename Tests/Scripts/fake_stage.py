"""Stands in for every stage in test_experiment.py; the file is called by the stages' names.

The "configuration", or the file that FAKE_CONFIG names, is JSON: cells (names of runs), updates, pause (seconds an update), and by run or stage: fail (exit
codes), other (begun with other settings), stubborn (does not end when told), meet (waits until so many train at once). What a stage has done lies in
STORE.fake/; each start, end and signal is a line of STORE.fake/events.
"""
import fcntl
import hashlib
import json
import os
import shlex
import signal
import sys
import time

name = os.path.basename(sys.argv[0])
arguments = sys.argv[1:]
command = arguments[0]


def option(key, default=None):
    return arguments[arguments.index(key) + 1] if key in arguments else default


settings = [arguments[i + 1] for i, word in enumerate(arguments) if word == "--set"]
store = option("--store")
state = store + ".fake"
with open(os.environ.get("FAKE_CONFIG") or option("--config")) as file:
    config = json.load(file)
what = option("--run") or option("--agent") or name.removeprefix("rgvlm-") + " " + command
signals = []


def path(*parts):
    return os.path.join(state, *parts)


def event(kind, text=""):
    with open(path("events"), "a") as file:
        file.write(f"{kind}\t{os.getpid()}\t{what}\t{name}\t{text}\n")


def read(file, default=""):
    try:
        with open(path(file)) as stream:
            return stream.read()
    except FileNotFoundError:
        return default


def write(file, text):
    with open(path(file + ".new"), "w") as stream:
        stream.write(text)
    os.replace(path(file + ".new"), path(file))


def told(number, _):
    event("signal", str(number))
    if what in config.get("stubborn", []):
        return
    if signals:
        os._exit(130)
    signals.append(number)


def finish(code, text=""):
    event("end", str(code))
    if text:
        print(text, file=sys.stderr)
    sys.exit(code)


def exclusive(file):
    """A lock that the kernel drops with the process, as the stages' own."""
    lock = open(path(file), "a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        finish(73, "error: another process works on " + file)
    return lock


def work(count):
    """Counts a number in a file up to count, as training does: what was counted is not counted again."""
    lock = exclusive(what + ".lock")
    steps, digest = json.loads(read(what + ".json", '[0, ""]'))
    event("start", str(steps))
    open(path(what + ".on"), "w").close()
    meet = config.get("meet", 0)
    while name == "rgvlm-train" and meet and not signals:
        on = [run for run in config["cells"] if os.path.exists(path(run + ".on"))]
        if len(on) >= meet or steps == count:
            break
        time.sleep(0.01)
    code = config.get("fail", {}).get(what)
    while steps < count:
        if code is not None and steps * 2 >= count:
            finish(code, "error: it was to fail")
        steps += 1
        digest = hashlib.sha256(f"{what} {steps} {digest}".encode()).hexdigest()[:12]
        if steps % 5 == 0 or steps == count:
            write(what + ".json", json.dumps([steps, digest]))
        time.sleep(config.get("pause", 0))
        if signals:
            write(what + ".json", json.dumps([steps, digest]))
            finish(130, "interrupted")
    if code is not None:
        finish(code, "error: it was to fail")
    lock.close()
    finish(0, f"{what}: {steps} updates")


def cell_state(run):
    steps, digest = json.loads(read(run + ".json", '[0, ""]'))
    if steps == 0:
        return "open", 0
    if steps != config["updates"]:
        return ("begun" if steps < config["updates"] else "longer"), steps
    return ("evaluated" if read(run + ".score") else "trained"), steps


def line(program, *words):
    shared = ["run", "--config", option("--config"), "--store", store]
    for setting in settings:
        shared += ["--set", setting]
    return shlex.join([os.path.join(os.path.dirname(sys.argv[0]), program), *shared, *words])


def plan():
    listed = option("--list")
    if listed == "state":
        for run in config["cells"]:
            print(run, *cell_state(run), config["updates"], sep="\t")
    elif listed == "train":
        for run in config["cells"]:
            print(line("rgvlm-train", "--run", run, "--threads", "1"))
    elif listed == "evaluate":
        for run in config["cells"]:
            print(line("rgvlm-evaluate", "--run", run))
    elif listed == "references":
        for agent in ("expert", "random"):
            print(line("rgvlm-evaluate", "--agent", agent))
    elif "--json" in arguments:
        print(json.dumps({"estimate": {"is_asking": config.get("asking", False)}}, indent=2, separators=(",", " : ")))
    else:
        print("time left: about 1 min")


def main():
    os.makedirs(state, exist_ok=True)
    if name == "rgvlm-report" and command == "plan":
        sys.exit(plan())
    signal.signal(signal.SIGINT, told)
    signal.signal(signal.SIGTERM, told)
    if name == "rgvlm-label" and command == "status":
        left = "pending" if config.get("pending") else "blocked"
        print(json.dumps({"spans": {"scored": 3, left: 1}}, indent=2))
    elif name == "rgvlm-label" and command == "estimate":
        event("start")
        finish(0)
    elif name == "rgvlm-simulate":
        os.makedirs(option("--out"), exist_ok=True)
        work(10)
    elif name == "rgvlm-ingest":
        if not os.path.isdir(option("--root")):
            finish(66, "error: no such root")
        open(store, "a").close()
        event("settings", json.dumps([option("--root"), *settings]))
        work(10)
    elif name == "rgvlm-label" and command == "run":
        work(10)
    elif name == "rgvlm-label":
        event("start")
        with open(option("--page"), "w") as file:
            file.write("lint")
        finish(config.get("fail", {}).get(what, 0))
    elif name == "rgvlm-train":
        if "--restart" in arguments:
            event("restart", what)
        elif what in config.get("other", []):
            event("start")
            finish(65, "error: begun otherwise; use --restart")
        work(config["updates"])
    elif name == "rgvlm-evaluate":
        event("start")
        run = option("--run")
        if run and cell_state(run)[0] not in ("trained", "evaluated"):
            finish(66, f"error: {run} is not trained")
        time.sleep(config.get("pause", 0))
        code = config.get("fail_evaluation", {}).get(what)
        if code is not None:
            finish(code, "error: it was to fail")
        write(what + ".score", hashlib.sha256((what + read(what + ".json")).encode()).hexdigest()[:6])
        finish(0)
    elif name == "rgvlm-report":
        event("start")
        out = option("--out")
        names = [*config["cells"], "expert", "random"]
        with open(os.path.join(out, "table.md"), "w") as file:
            file.write("".join(f"| {run} | {read(run + '.score', '-')} |\n" for run in names))
        for result in ("figure4.png", "report.html"):
            open(os.path.join(out, result), "w").close()
        finish(0)
    else:
        finish(64, f"error: {name} {command}")


main()
