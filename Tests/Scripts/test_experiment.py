"""Pipelines/experiment.sh with stages that only pretend (fake_stage.py): what is done is skipped, what was killed goes on,
nothing that fails is hidden, nothing is left running.
"""
import collections
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
PIPELINES = os.path.join(HERE, "..", "..", "Pipelines")
SCRIPT = os.path.join(PIPELINES, "experiment.sh")
STAGES = ["simulate", "ingest", "label", "train", "evaluate", "report"]
CELLS = ["a-s1", "b-s1", "c-s1", "a-s2", "b-s2", "c-s2"]
PATIENCE = 600
VARIABLES = ["ROOT", "JOBS", "STEPS", "BUDGET", "ALFRED_ROOT", "EVAL_INSTRUCT", "SEEDS", "OUT", "STORE", "RESTART"]

Event = collections.namedtuple("Event", "kind pid what stage text")


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return not os.path.isdir("/proc/self")


class Experiment(unittest.TestCase):
    shell = ["sh"]
    tables = {}

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="it's an experiment ")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.bin = self.path("bin")
        os.mkdir(self.bin)
        with open(os.path.join(HERE, "fake_stage.py")) as file:
            text = f"#!{sys.executable} -S\n" + file.read()
        for stage in STAGES:
            program = os.path.join(self.bin, "rgvlm-" + stage)
            with open(program, "w") as file:
                file.write(text)
            os.chmod(program, 0o755)
        self.config = {"cells": CELLS, "updates": 10}

    def path(self, name):
        return os.path.join(self.folder, name)

    def configure(self, **changes):
        self.config.update(changes)
        with open(self.path("new.yaml"), "w") as file:
            json.dump(self.config, file)
        os.replace(self.path("new.yaml"), self.path("c.yaml"))

    def start(self, *settings, **environment):
        self.configure()
        return self.call(
            [SCRIPT, self.path("c.yaml"), self.path("s.sqlite"), self.path("out"), *settings], environment)

    def call(self, command, environment):
        variables = {key: value for key, value in os.environ.items() if key not in VARIABLES}
        variables.update(BIN=self.bin, JOBS="2", INTERVAL="60")
        variables.update(environment)
        self.output, self.errors = tempfile.TemporaryFile("w+"), tempfile.TemporaryFile("w+")
        self.addCleanup(self.output.close)
        self.addCleanup(self.errors.close)
        process = subprocess.Popen(
            [*self.shell, *command], env=variables, stdin=subprocess.DEVNULL, stdout=self.output, stderr=self.errors, start_new_session=True)
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        if process.poll() is None:
            process.kill()
            process.wait()
        for event in self.events():
            if event.kind == "start" and is_alive(event.pid):
                os.kill(event.pid, signal.SIGKILL)

    def finish(self, process):
        code = process.wait(PATIENCE)
        texts = []
        for stream in (self.output, self.errors):
            stream.seek(0)
            texts.append(stream.read())
        return (code, *texts)

    def experiment(self, *settings, **environment):
        return self.finish(self.start(*settings, **environment))

    def events(self):
        try:
            with open(self.path("s.sqlite.fake/events")) as file:
                return [
                    Event(kind, int(pid), what, stage, text)
                    for kind, pid, what, stage, text in (line.rstrip("\n").split("\t") for line in file if line.endswith("\n"))
                ]
        except FileNotFoundError:
            return []

    def wait_for(self, condition, what):
        end = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), end, what)
            time.sleep(0.01)

    def training(self):
        """The training processes that are alive."""
        return [e.pid for e in self.events() if e.kind == "start" and e.stage == "rgvlm-train" and is_alive(e.pid)]

    def nothing_is_left(self):
        pids = {event.pid for event in self.events()}
        self.wait_for(lambda: not any(map(is_alive, pids)), "processes are left")

    def table(self):
        with open(self.path("out/table.md")) as file:
            return file.read()

    def wanted(self):
        """The table of an experiment that nothing disturbed."""
        updates = self.config["updates"]
        if updates not in self.tables:
            undisturbed = Experiment()
            undisturbed.setUp()
            try:
                undisturbed.config["updates"] = updates
                self.assertEqual(undisturbed.experiment()[0], 0)
                self.tables[updates] = undisturbed.table()
            finally:
                undisturbed.doCleanups()
        return self.tables[updates]

    def test_goes_from_data_to_report_and_skips_what_is_done(self):
        code, output, errors = self.experiment("train.x=it's $HOME", "evaluate.sets=[{name: a}]")
        self.assertEqual(code, 0, errors)
        self.assertTrue(output.startswith("time left: "), output)
        out = self.path("out")
        self.assertTrue(
            output.endswith(
                f"{self.table()}\ntable:  {out}/table.md\nfigure: {out}/figure4.png\nreport: {out}/report.html\n"), output)
        self.assertNotIn("-\n", self.table())
        self.assertNotIn("failed", errors)
        stages = list(dict.fromkeys(e.stage + " " + (e.what if e.stage == "rgvlm-label" else "") for e in self.events()))
        self.assertEqual(
            stages, ["rgvlm-simulate ", "rgvlm-ingest ", "rgvlm-label label run", "rgvlm-label label lint", "rgvlm-train ",
                     "rgvlm-evaluate ", "rgvlm-report "])
        given = [json.loads(e.text) for e in self.events() if e.kind == "settings"]
        self.assertEqual(given, [[out + "/data", "train.x=it's $HOME", "evaluate.sets=[{name: a}]"]])
        self.assertEqual(sorted(os.listdir(out)), ["data", "figure4.png", "lint.html", "logs", "report.html", "table.md"])
        self.nothing_is_left()

        before, table = len(self.events()), self.table()
        code, _, errors = self.experiment("train.x=it's $HOME", "evaluate.sets=[{name: a}]")
        self.assertEqual(code, 0, errors)
        self.assertEqual(self.table(), table)
        again = [e for e in self.events()[before:] if e.kind == "start" and e.stage == "rgvlm-train"]
        self.assertEqual([e.text for e in again], ["10"] * len(CELLS))

    def test_a_release_is_read_where_it_is(self):
        code, _, errors = self.experiment(ROOT=self.path("nowhere"))
        self.assertEqual(code, 66, errors)
        os.mkdir(self.path("alfred"))
        code, _, errors = self.experiment(ROOT=self.path("alfred"))
        self.assertEqual(code, 0, errors)
        self.assertNotIn("rgvlm-simulate", [e.stage for e in self.events()])
        self.assertEqual([json.loads(e.text) for e in self.events() if e.kind == "settings"], [[self.path("alfred")]])

    def test_steps_can_be_chosen(self):
        code, _, errors = self.experiment(STEPS="data ingest")
        self.assertEqual((code, {e.stage for e in self.events()}), (0, {"rgvlm-simulate", "rgvlm-ingest"}), errors)
        # What is not trained is not evaluated, and the table does not hide it.
        code, _, errors = self.experiment(STEPS="evaluate report")
        self.assertEqual(code, 65, errors)
        self.assertNotIn("rgvlm-evaluate", [e.stage for e in self.events()])
        for run in CELLS:
            self.assertIn(f"failed: {run} (exit code 65)", errors)
        code, _, errors = self.experiment(STEPS="evaluat")
        self.assertEqual(code, 64, errors)

    def test_a_cell_that_fails_is_told_and_the_others_go_on(self):
        self.config.update(fail={"b-s1": 65, "a-s2": 9}, fail_evaluation={"c-s1": 66})
        code, output, errors = self.experiment()
        self.assertEqual(code, 65, errors)
        end = errors[errors.index("failed: "):]
        for run, status in (("b-s1", 65), ("a-s2", 9), ("c-s1", 66)):
            self.assertIn(f"failed: {run} (exit code {status}), log {self.path('out')}/logs/{run}.log", end)
            with open(self.path(f"out/logs/{run}.log")) as file:
                self.assertIn("it was to fail", file.read())
        self.assertIn("3 failed", end)
        for run in ("a-s1", "b-s2", "c-s2"):
            self.assertNotIn(f"failed: {run}", end)
            self.assertNotIn(f"| {run} | - |", self.table())
        for run in ("b-s1", "a-s2", "c-s1"):
            self.assertIn(f"| {run} | - |", self.table())
        evaluated = [e.what for e in self.events() if e.kind == "start" and e.stage == "rgvlm-evaluate"]
        self.assertEqual(evaluated, ["a-s1", "c-s1", "b-s2", "c-s2", "expert", "random"])
        self.assertIn(self.table(), output)
        # Once the reason is gone the same command makes up for it.
        self.config.update(fail={}, fail_evaluation={})
        code, _, errors = self.experiment()
        self.assertEqual(code, 0, errors)
        self.assertEqual(self.table(), self.wanted())

    def test_a_cell_trained_for_longer_than_planned_is_told(self):
        self.assertEqual(self.experiment(STEPS="data ingest label train")[0], 0)
        self.config["updates"] = 5
        code, _, errors = self.experiment()
        self.assertEqual(code, 65, errors)
        self.assertIn('its state is "longer" after 10 of 5 updates', errors)
        self.assertNotIn("-\n", self.table().replace("| - |\n", ""))

    def test_a_stage_that_fails_ends_it(self):
        for stage, status in (("simulate generate", 73), ("ingest alfred", 65), ("label run", 75), ("label run", 69)):
            self.config["fail"] = {stage: status}
            code, _, errors = self.experiment()
            self.assertEqual(code, status, errors)
            self.assertIn(f"failed with exit code {status}", errors)
            self.assertNotIn("rgvlm-train", [e.stage for e in self.events()])
        # Spans that cannot be shown stay so; others may be waiting for their answers.
        self.config.update(fail={"label run": 66}, pending=True)
        self.assertEqual(self.experiment()[0], 66)
        self.assertNotIn("rgvlm-train", [e.stage for e in self.events()])
        self.config["pending"] = False
        self.assertEqual(self.experiment()[0], 0)

    def test_a_lint_that_does_not_pass_is_told(self):
        self.config["fail"] = {"label lint": 65}
        code, _, errors = self.experiment()
        self.assertEqual(code, 0, errors)
        self.assertIn("lint does not trust the scores", errors)
        self.assertEqual(self.table(), self.wanted())
        self.config["fail"] = {"label lint": 73}
        self.assertEqual(self.experiment()[0], 73)

    def test_labels_that_cost_are_estimated_first(self):
        self.config["asking"] = True
        self.assertEqual(self.experiment(STEPS="data ingest label")[0], 0)
        labels = [e.what for e in self.events() if e.kind == "start" and e.stage == "rgvlm-label"]
        self.assertEqual(labels, ["label estimate", "label run"])

    def test_cells_begin_anew_on_demand_only(self):
        def given():
            return [e.text for e in self.events() if e.kind == "restart"]

        self.config["other"] = CELLS[1:2]
        code, _, errors = self.experiment()
        self.assertEqual(code, 65, errors)
        self.assertIn("with RESTART=1", errors)
        self.assertEqual(given(), [])
        code, _, errors = self.experiment(RESTART="1")
        self.assertEqual(code, 0, errors)
        self.assertEqual(sorted(given()), sorted(CELLS))
        self.assertEqual(self.table(), self.wanted())

    def test_so_many_cells_are_trained_at_once(self):
        for jobs in (1, 3, 6):
            with self.subTest(jobs=jobs):
                shutil.rmtree(self.path("s.sqlite.fake"), ignore_errors=True)
                # Nobody ends before so many have begun.
                self.config["meet"] = jobs
                code, _, errors = self.experiment(JOBS=str(jobs))
                self.assertEqual(code, 0, errors)
                at_once, most = 0, 0
                for event in self.events():
                    if event.stage == "rgvlm-train":
                        at_once += {"start": 1, "end": -1}.get(event.kind, 0)
                        most = max(most, at_once)
                self.assertEqual(most, jobs)
        self.assertEqual(self.experiment(JOBS="0")[0], 64)
        self.assertEqual(self.experiment(JOBS="two")[0], 64)

    def test_progress_is_a_line(self):
        self.config.update(pause=0.05, updates=20)
        code, _, errors = self.experiment(INTERVAL="1", STEPS="train")
        self.assertEqual(code, 0, errors)
        self.assertRegex(
            errors,
            r"(?m)^cells [0-6]/6 done, 2 running \([abc]-s[12] \d+ %, [abc]-s[12] \d+ %\), \d+(\.\d)?/s, \d+ (s|min) left$")

    def test_control_c_ends_all_jobs_once_and_it_goes_on_later(self):
        self.config.update(pause=0.02, updates=100)
        process = self.start()
        self.wait_for(lambda: len(self.training()) == 2, "no training began")
        # As a terminal does: to the whole foreground group.
        os.killpg(process.pid, signal.SIGINT)
        code, _, errors = self.finish(process)
        self.assertEqual(code, 130, errors)
        self.nothing_is_left()
        told = [e for e in self.events() if e.kind == "signal"]
        self.assertEqual(len({e.pid for e in told}), 2)
        self.assertEqual(len(told), 2, "a second signal ends a stage before it has saved")
        self.assertFalse(os.path.exists(self.path("out/jobs")))
        self.config["pause"] = 0
        self.assertEqual(self.experiment()[0], 0)
        self.assertEqual(self.table(), self.wanted())

    def test_a_second_control_c_ends_what_does_not_listen(self):
        self.config.update(pause=0.02, updates=1000, stubborn=["a-s1"])
        process = self.start()
        self.wait_for(lambda: len(self.training()) == 2, "no training began")
        os.kill(process.pid, signal.SIGTERM)
        self.wait_for(lambda: len(self.training()) == 1, "nobody ended")
        self.assertIsNone(process.poll())
        os.kill(process.pid, signal.SIGINT)
        self.assertEqual(self.finish(process)[0], 130)
        self.nothing_is_left()

    def test_whatever_is_killed_the_table_is_the_same(self):
        self.config.update(pause=0.01, updates=20)
        wanted = self.wanted()
        generator = random.Random(6)
        for victim in ("script", "job", "group"):
            with self.subTest(victim=victim):
                for name in ("out", "s.sqlite.fake"):
                    shutil.rmtree(self.path(name), ignore_errors=True)
                for _ in range(3):
                    process = self.start()
                    begun = len(self.events())
                    more = generator.randint(1, 12)
                    self.wait_for(lambda: process.poll() is not None or len(self.events()) >= begun + more, "it hangs")
                    alive = [e.pid for e in self.events() if e.kind == "start" and is_alive(e.pid)]
                    if victim == "job":
                        for pid in alive:
                            os.kill(pid, signal.SIGKILL)
                        code, _, errors = self.finish(process)
                        if alive and code == 0:
                            # It had done its work already.
                            self.assertEqual(self.table(), wanted)
                        continue
                    process.kill()
                    process.wait()
                    for pid in alive if victim == "group" else []:
                        if is_alive(pid):
                            os.kill(pid, signal.SIGKILL)
                    if generator.random() < 0.5:
                        # Without the script nothing goes on for long.
                        self.nothing_is_left()
                code, _, errors = self.experiment()
                self.assertEqual(code, 0, errors)
                self.assertEqual(self.table(), wanted)
                self.nothing_is_left()

    def test_a_killed_job_is_told(self):
        self.config.update(pause=0.02, updates=60)
        process = self.start()
        self.wait_for(lambda: len(self.training()) == 2, "no training began")
        self.configure(pause=0)
        os.kill(self.training()[0], signal.SIGKILL)
        code, _, errors = self.finish(process)
        self.assertEqual(code, 137, errors)
        self.assertRegex(errors, r"failed: [ab]-s1 \(exit code 137\)")

    def test_one_at_a_time(self):
        self.config.update(pause=0.02, updates=1000)
        first = self.start()
        self.wait_for(lambda: len(self.training()) == 2, "no training began")
        code, _, errors = self.experiment()
        self.assertEqual(code, 73, errors)
        self.assertEqual(len(self.training()), 2)
        self.assertIsNone(first.poll())
        os.kill(first.pid, signal.SIGTERM)
        self.assertEqual(first.wait(PATIENCE), 130)


class Reproduction(Experiment):
    """Pipelines/reproduce.sh: what it makes of its variables."""

    def reproduce(self, *given, **environment):
        """Exit code, messages and the settings that the stages were given."""
        self.configure()
        before = len(self.events())
        code, _, errors = self.finish(
            self.call(
                [os.path.join(PIPELINES, "reproduce.sh"), *given],
                dict(environment, FAKE_CONFIG=self.path("c.yaml"), OUT=self.path("out"), STORE=self.path("s.sqlite"),
                     STEPS="data ingest")))
        settings = [json.loads(e.text) for e in self.events()[before:] if e.kind == "settings"]
        return code, errors, settings[0] if settings else None

    def test_generated_data(self):
        data = self.path("out/data")
        code, errors, settings = self.reproduce()
        self.assertEqual((code, settings), (0, [data]), errors)
        self.assertIn("ALFRED_ROOT is not set", errors)
        code, errors, settings = self.reproduce(BUDGET="small", SEEDS="4 5  6")
        self.assertEqual(settings[0], data, errors)
        self.assertRegex(settings[1], r"^train\.steps=\d+$")
        self.assertEqual(settings[-1], "experiment.seeds=[4,5,6]")
        small = int(settings[1].split("=")[1])
        long = self.reproduce(BUDGET="long", SEEDS="7,8")[2]
        self.assertGreater(int(long[1].split("=")[1]), small)
        self.assertEqual(long[-1], "experiment.seeds=[7,8]")
        given = ["label.provider=openai", "label.model=it's $HOME"]
        self.assertEqual(self.reproduce(*given, BUDGET="small")[2], [data, f"train.steps={small}", *given])
        self.assertEqual(self.reproduce(BUDGET="huge")[::2], (64, None))
        self.assertEqual(self.reproduce(EVAL_INSTRUCT=self.path("c.yaml"))[::2], (64, None))

    def test_a_release(self):
        root = self.path('a "release"')
        os.makedirs(os.path.join(root, "data", "json_2.1.0", "train"))
        os.makedirs(os.path.join(root, "data", "json_2.1.0", "valid_seen"))
        seen = "{name: valid_seen, split: valid_seen, tasks: 60}"
        unseen = seen.replace("valid_seen", "valid_unseen")
        train = "{name: train, split: train, tasks: 100}, {name: train_random, split: train, tasks: 100, start: random}"
        code, errors, settings = self.reproduce(ALFRED_ROOT=root)
        self.assertEqual(
            (code, settings), (0, [root, "ingest.splits=[train, valid_seen]", f"evaluate.sets=[{train}, {seen}]"]), errors)
        self.assertIn("drawn from the splits", errors)
        self.assertEqual(self.reproduce(ALFRED_ROOT=root, EVAL_INSTRUCT=self.path("nowhere"))[::2], (66, None))
        self.assertEqual(self.reproduce(ALFRED_ROOT=self.path("nowhere"))[::2], (66, None))
        os.mkdir(os.path.join(root, "data", "json_2.1.0", "valid_unseen"))
        with open(os.path.join(root, "eval_instruct.json"), "w"):
            pass
        file = os.path.join(root, "eval_instruct.json").replace('"', '\\"')
        tasks = '{name: eval_instruct, file: "%s"}, {name: eval_instruct_random, file: "%s", start: random}' % (file, file)
        code, errors, settings = self.reproduce(ALFRED_ROOT=root)
        self.assertEqual(
            settings, [root, "ingest.splits=[train, valid_seen, valid_unseen]", f'ingest.include="{file}"',
                       f"evaluate.sets=[{tasks}, {seen}, {unseen}]"], errors)
        other = self.reproduce(ALFRED_ROOT=root, EVAL_INSTRUCT=self.path("c.yaml"))[2]
        self.assertIn(f'file: "{self.path("c.yaml")}"', other[-1])


@unittest.skipUnless(shutil.which("bash"), "there is no bash")
class ExperimentInBash(Experiment):
    """What depends on the shell: macOS has no other."""
    shell = ["bash", "--posix"]


def load_tests(loader, tests, pattern):
    suite = unittest.TestSuite([loader.loadTestsFromTestCase(Experiment)])
    for name in ("generated_data", "a_release"):
        suite.addTest(Reproduction("test_" + name))
    for name in ("goes_from_data_to_report_and_skips_what_is_done", "a_cell_that_fails_is_told_and_the_others_go_on",
                 "control_c_ends_all_jobs_once_and_it_goes_on_later"):
        suite.addTest(ExperimentInBash("test_" + name))
    return suite


if __name__ == "__main__":
    unittest.main()
