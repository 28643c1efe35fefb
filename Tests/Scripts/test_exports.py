"""rgvlm-inspect export read back with csv, json, numpy and safetensors, beside what the store says in SQL.

Needs the built stages in .build/release (RGVLM_BIN names another folder). Arrays need numpy: from this interpreter, else
from RGVLM_PYTHON or .venv/bin/python; without it they are skipped.
"""
import csv
import hashlib
import json
import math
import os
import sqlite3
import subprocess
import sys
import tempfile
import unittest

try:
    import numpy
except ImportError:
    numpy = None
try:
    from safetensors.numpy import load_file
except ImportError:
    load_file = None

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGE = os.path.join(HERE, "..", "..")
BIN = os.environ.get("RGVLM_BIN") or os.path.join(PACKAGE, ".build", "release")
PYTHON = os.environ.get("RGVLM_PYTHON") or os.path.join(PACKAGE, ".venv", "bin", "python")
IS_BUILT = all(os.access(os.path.join(BIN, name), os.X_OK) for name in ("rgvlm-ingest", "rgvlm-inspect", "rgvlm-simulate"))

KINDS = ["primitive", "composite", "task"]
TEXTS = [
    "=1+1", "+a", "-b", "@c", 'say "hi", twice', "two\nlines\r\nand a tab\t", "\u00e9\u65e5\U0001f600 \u2028 \u202e",
    " spaces ", "null", "nan", "",
]


def stage(name, *arguments, status=0):
    result = subprocess.run(
        [os.path.join(BIN, name), *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert result.returncode == status, (arguments, result)
    return result.stdout


@unittest.skipUnless(IS_BUILT, "the stages are not built")
class Exports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.store = cls.path("x.sqlite")
        stage(
            "rgvlm-simulate", "generate", "--scenes", "3", "--episodes", "12", "--size", "56", "--format", "png",
            "--out", cls.path("data"), "--quiet")
        stage("rgvlm-ingest", "alfred", "--root", cls.path("data"), "--store", cls.store)
        cls.db = sqlite3.connect(cls.store)
        cls.change_store(cls.db)
        cls.db.commit()

    @classmethod
    def tearDownClass(cls):
        cls.db.close()
        cls.folder.cleanup()

    @classmethod
    def path(cls, name):
        return os.path.join(cls.folder.name, name)

    @staticmethod
    def change_store(db):
        """A split without plans, failed tasks, awkward texts, a missing picture, and two runs of labels with gaps and controls."""
        db.execute("PRAGMA foreign_keys = ON")
        test = db.execute("SELECT max(id) FROM episodes WHERE split = 'train'").fetchone()[0]
        for table in ("instructions", "transitions", "frames"):
            db.execute(f"DELETE FROM {table} WHERE episode_id = ?", (test,))
        db.execute("UPDATE episodes SET split = 'tests_seen' WHERE id = ?", (test,))
        db.execute("UPDATE instructions SET fulfilled = 0 WHERE kind = 'task' AND episode_id % 2 = 0")
        for number, text in enumerate(TEXTS):
            db.execute("UPDATE instructions SET text = ? WHERE id = ?", (text, 3 * number + 1))
        db.execute("UPDATE frames SET record = NULL, status = 'missing' WHERE episode_id = 2 AND t IN (0, 3)")
        digest = hashlib.sha256(b"").digest()
        for name in ("analysis", "scoring", "complaint"):
            digest = hashlib.sha256(name.encode()).digest()
            db.execute("INSERT INTO label_prompts VALUES (?, ?, ?, '')", (digest, name, name))
        prompts = [hashlib.sha256(name.encode()).digest() for name in ("analysis", "scoring", "complaint")]
        dataset = db.execute("SELECT id FROM datasets").fetchone()[0]
        for run in ("other", "mine"):
            run_id = db.execute(
                """INSERT INTO label_runs (name, dataset_id, annotator, provider, base_url, model, unit, settings,
                    settings_sha256, analysis_prompt, scoring_prompt, complaint_prompt, created_at)
                VALUES (?, ?, 'scripted', 'scripted', '', 'scripted', 'instruction', '{}', ?, ?, ?, ?, '')""",
                (run, dataset, digest, *prompts)).lastrowid
            rows = db.execute("SELECT id, episode_id, first_step, step_count FROM instructions").fetchall()
            for id, episode, first, count in rows:
                if id % 5 == 4:
                    continue
                for control in ("none", "shuffled"):
                    span = db.execute(
                        """INSERT INTO label_spans (run_id, instruction_id, control, goal_instruction_id, status)
                        VALUES (?, ?, ?, ?, 'scored')""", (run_id, id, control, id)).lastrowid
                    db.execute("INSERT INTO label_windows VALUES (?, 0, 0, ?)", (span, count))
                    for position in range(count):
                        if (id + position) % 7 == 0:
                            continue
                        score = (id * 3 + position + (run == "mine") + 5 * (control == "none")) % 11
                        db.execute(
                            "INSERT INTO label_scores VALUES (?, ?, ?, ?, 0, ?, NULL, 1, NULL)",
                            (span, position, episode, first + position, score))

    def export(self, format, *arguments, status=0):
        path = self.path("out." + format)
        stage("rgvlm-inspect", "export", "--format", format, "--out", path, "--store", self.store, *arguments, status=status)
        return path

    def expected(self, run=None, splits=None, kinds=None):
        """The rows by SQL, one after another."""
        rows = self.db.execute(
            """
            SELECT i.id, e.id, t.t, t.action, a.name, t.object_class, nullif(o.name, 'None'),
                i.fulfilled AND t.t = i.first_step + i.step_count - 1, t.t = i.first_step + i.step_count - 1,
                c.score, b.record, n.record, e.split, i.kind, e.key, i.text
            FROM instructions i JOIN episodes e ON e.id = i.episode_id
            JOIN transitions t ON t.episode_id = e.id AND t.t >= i.first_step AND t.t < i.first_step + i.step_count
            JOIN actions a ON a.id = t.action JOIN object_classes o ON o.id = t.object_class
            LEFT JOIN frames b ON b.episode_id = e.id AND b.t = t.t
            LEFT JOIN frames n ON n.episode_id = e.id AND n.t = t.t + 1
            LEFT JOIN label_spans s ON s.instruction_id = i.id AND s.control = 'none'
                AND s.run_id = (SELECT id FROM label_runs WHERE name = ?)
            LEFT JOIN label_scores c ON c.span_id = s.id AND c.t = t.t
            ORDER BY i.id, t.t
            """, (run,))
        names = [
            "instruction_id", "episode_id", "timestep", "action", "action_name", "object", "object_name", "terminal",
            "last", "score", "observation_record", "next_observation_record", "split", "kind", "episode", "instruction",
        ]
        found = []
        for row in rows:
            row = dict(zip(names, row))
            last = row.pop("last")
            row.update(reward=row["terminal"], mask=1 - row["terminal"], timeout=int(last and not row["terminal"]))
            if run is None:
                del row["score"]
            if row["split"] in (splits or [row["split"]]) and row["kind"] in (kinds or KINDS):
                found.append(row)
        self.assertGreater(len(found), 50)
        return found

    SELECTIONS = [
        (dict(), []), (dict(run="mine"), ["--labels", "mine"]),
        (dict(run="other", splits=["train", "valid_unseen"], kinds=["task", "primitive"]),
         ["--labels", "other", "--split", "valid_unseen, train", "--instructions", "primitive,task"]),
    ]

    def test_json_lines(self):
        for selection, arguments in self.SELECTIONS:
            with open(self.export("jsonl", *arguments), "rb") as file:
                text = file.read().decode("utf-8")
            self.assertEqual([json.loads(line) for line in text.split("\n")[:-1]], self.expected(**selection))
            self.assertFalse(set(text) & set("\u2028\u202e\r\t"))

    def test_csv(self):
        for selection, arguments in self.SELECTIONS:
            expected = self.expected(**selection)
            with open(self.export("csv", *arguments), newline="", encoding="utf-8") as file:
                rows = list(csv.DictReader(file, strict=True))
            self.assertTrue(rows == [{key: self.written(value) for key, value in row.items()} for row in expected])

    @staticmethod
    def written(value):
        """The store has scores of any value; whole ones are written as such."""
        return "" if value is None else str(int(value) if isinstance(value, float) and value.is_integer() else value)

    @unittest.skipIf(numpy is not None or not os.access(PYTHON, os.X_OK), "numpy is here, or no interpreter with it")
    def test_arrays_in_another_interpreter(self):
        result = subprocess.run([PYTHON, os.path.abspath(__file__), "Arrays"], stderr=subprocess.STDOUT, stdout=subprocess.PIPE)
        self.assertEqual(result.returncode, 0, result.stdout)


@unittest.skipUnless(numpy and IS_BUILT, "numpy is missing or the stages are not built")
class Arrays(Exports):
    test_json_lines = test_csv = test_arrays_in_another_interpreter = None

    def load(self, format, *arguments):
        path = self.export(format, *arguments)
        if format == "npz":
            with numpy.load(path, allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files}
            return json.loads(arrays.pop("description.json")), arrays
        with open(path, "rb") as file:
            data = file.read()
        end = 8 + int.from_bytes(data[:8], "little")
        header = json.loads(data[8:end])
        description = json.loads(header.pop("__metadata__")["description"])
        types = {"F32": numpy.float32, "F16": numpy.float16, "I32": numpy.int32, "I64": numpy.int64, "U8": numpy.uint8}
        arrays = {}
        for name, tensor in header.items():
            first, last = tensor["data_offsets"]
            arrays[name] = numpy.frombuffer(data[end + first:end + last], types[tensor["dtype"]]).reshape(tensor["shape"])
        if load_file:
            theirs = load_file(path)
            self.assertEqual(theirs.keys(), arrays.keys())
            for name, array in arrays.items():
                numpy.testing.assert_array_equal(theirs[name], array)
        return description, arrays

    def check(self, description, arrays, rows, has_scores):
        def column(name, missing=None):
            return [missing if row[name] is None else row[name] for row in rows]

        pairs = {
            "actions": ("action", "int32"), "objects": ("object", "int32"), "rewards": ("reward", "float32"),
            "terminals": ("terminal", "float32"), "masks": ("mask", "float32"), "timeouts": ("timeout", "float32"),
            "timesteps": ("timestep", "int32"), "episode_ids": ("episode_id", "int64"),
            "instruction_ids": ("instruction_id", "int64"), "observation_records": ("observation_record", "int64"),
            "next_observation_records": ("next_observation_record", "int64"),
        }
        for name, (key, kind) in pairs.items():
            self.assertEqual(arrays[name].dtype, kind, name)
            self.assertEqual(arrays[name].tolist(), column(key, -1), name)
        self.assertEqual("scores" in arrays, has_scores)
        if has_scores:
            self.assertEqual(arrays["scores"].dtype, "float32")
            numpy.testing.assert_array_equal(arrays["scores"], column("score", math.nan))
            self.assertEqual(description["scored_rows"], int(numpy.isfinite(arrays["scores"]).sum()))
            self.assertEqual(description["labels"]["annotator"], "scripted")
        # A loader's sentence: what a row's instruction is, from the arrays alone.
        text, text_offsets = arrays["instruction_text"].tobytes(), arrays["instruction_text_offsets"]
        offsets = arrays["instruction_row_offsets"]
        instruction = numpy.repeat(numpy.arange(len(offsets) - 1), numpy.diff(offsets))
        for index, row in zip(instruction, rows, strict=True):
            self.assertEqual(text[text_offsets[index]:text_offsets[index + 1]].decode(), row["instruction"])
            self.assertEqual(description["kinds"][arrays["instruction_kinds"][index]], row["kind"])
            self.assertEqual(description["splits"][arrays["instruction_splits"][index]], row["split"])
        self.assertEqual(description["rows"], len(rows))
        self.assertEqual([description["actions"][id] for id in arrays["actions"]], column("action_name"))

    def check_frames(self, arrays):
        path = self.store + ".alfred.frames"
        size, stride = 56 * 56 * 3, (56 * 56 * 3 + 8 + 7) // 8 * 8
        count = (os.path.getsize(path) - 4096) // stride
        stored = numpy.memmap(path, numpy.uint8, "r", 4096, (count, stride))[:, :size].reshape(count, 56, 56, 3)
        frames = arrays["frames"]
        used = set()
        for prefix in ("", "next_"):
            index, record = arrays[prefix + "observation_index"], arrays[prefix + "observation_records"]
            numpy.testing.assert_array_equal(index < 0, record < 0)
            self.assertTrue((index < 0).any() and index.max() < len(frames))
            numpy.testing.assert_array_equal(frames[index[index >= 0]], stored[record[record >= 0]])
            used |= set(index[index >= 0].tolist())
        self.assertEqual(used, set(range(len(frames))))

    def test_npz_and_safetensors(self):
        for format in ("npz", "safetensors"):
            for selection, arguments in self.SELECTIONS:
                with self.subTest(format, arguments=arguments):
                    description, arrays = self.load(format, *arguments)
                    self.check(description, arrays, self.expected(**selection), "run" in selection)
                    self.check_frames(arrays)

    def test_without_frames(self):
        for format in ("npz", "safetensors"):
            description, arrays = self.load(format, "--frames", "no")
            self.check(description, arrays, self.expected(), False)
            self.assertFalse({"frames", "observation_index", "next_observation_index"} & arrays.keys())

    def test_splits_without_plans_give_no_rows(self):
        for format in ("npz", "safetensors"):
            description, arrays = self.load(format, "--split", "tests_seen")
            self.assertEqual(description["rows"], 0)
            self.assertEqual(arrays["actions"].shape, (0,))
            self.assertEqual(arrays["frames"].shape, (0, 56, 56, 3))
            self.assertEqual(arrays["instruction_row_offsets"].tolist(), [0])


if __name__ == "__main__":
    unittest.main()
