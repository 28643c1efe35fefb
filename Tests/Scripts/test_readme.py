"""Every command in the fenced blocks of README.md and its neighbours is run, on a small generated dataset.

Each section of a document is a test with a folder of its own that looks like a checkout; its commands are run in their
order. RULES says which commands are changed or treated differently, and why; a command without a rule is run as it is.
Stores and folders that a section only reads are made when they are first named.

Needs the built stages in .build/release (RGVLM_BIN names another folder). Nothing is compiled, installed, submitted
or fetched. RGVLM_README_TIMES=1 prints what each command took.
"""
import collections
import contextlib
import functools
import glob
import json
import os
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import unittest
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import test_fetch_alfred as fetching

PACKAGE = os.path.abspath(os.path.join(HERE, "..", ".."))
BIN = os.path.abspath(os.environ.get("RGVLM_BIN") or os.path.join(PACKAGE, ".build", "release"))
PYTHON = os.environ.get("RGVLM_PYTHON") or os.path.join(PACKAGE, ".venv", "bin", "python")
STAGES = ["simulate", "ingest", "label", "train", "evaluate", "report", "inspect", "experiment"]
IS_BUILT = all(os.access(os.path.join(BIN, "rgvlm-" + stage), os.X_OK) for stage in STAGES)
CAN_FETCH = bool(fetching.UNPACKER and shutil.which("curl"))
DOCUMENTS = [os.path.relpath(name, PACKAGE)
             for pattern in ("README.md", "CONTRIBUTING.md", "*/README.md", "Tests/*/README.md")
             for name in sorted(glob.glob(os.path.join(glob.escape(PACKAGE), pattern)))]
PATIENCE = 600

# --- What a document holds.

Block = collections.namedtuple("Block", "language lines number")
Section = collections.namedtuple("Section", "document title blocks")


def sections(document, text):
    """The sections that have fenced blocks. A block's number is that of its first line."""
    found, title, fence, block = [], "", None, None
    for number, line in enumerate(text.splitlines(), 1):
        if fence is None:
            opening = re.match(r" {0,3}(`{3,}|~{3,}) *([^`]*)$", line)
            if opening:
                fence, block = opening[1], Block(opening[2].strip(), [], number + 1)
                if not found or found[-1].title != title:
                    found.append(Section(document, title, []))
            elif re.match(r"#+ ", line):
                title = line.lstrip("#").strip()
        elif re.match(r" {0,3}" + fence + r"[`~]* *$", line):
            found[-1].blocks.append(block)
            fence = None
        else:
            block.lines.append(line)
    if fence is not None:
        raise ValueError("%s: the block at line %d has no end" % (document, block.number))
    return found


def is_output(block):
    """What a command prints, or a drawing. Everything else without a language has to be commands."""
    lines = [line for line in block.lines if line.strip()]
    return (block.language in ("text", "yaml", "json", "swift", "mermaid")
            or any(re.search("[\u2500-\u25ff]", line) for line in lines)
            or len(lines) > 1 and re.fullmatch(r"[ -]+", lines[1]) is not None
            or all(re.match(r"[a-z]+:\s", line) for line in lines))


def commands(block):
    """The block's commands without comments, each with the number of its line."""
    if is_output(block) or block.language in ("sql", "python"):
        return []
    lines, found = list(enumerate(block.lines, block.number)), []
    if any(line.startswith("$ ") for line in block.lines):
        lines = [(number, line[2:]) for number, line in lines if line.startswith("$ ")]
    begun = ""
    for number, line in lines:
        begun += line
        if begun.endswith("\\"):
            begun = begun[:-1]
            continue
        command = without_comment(begun).strip()
        if command:
            found.append((number, command))
        begun = ""
    return found


def without_comment(line):
    quote, before = None, " "
    for place, character in enumerate(line):
        if quote:
            quote = None if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "#" and before.isspace():
            return line[:place]
        before = character
    return line


# --- How commands are treated. The first rule whose pattern is found in a command is taken.

class Rule:
    """how: run; serve (start, ask once, end); ci (.ci/run does it); dry (make -n); state (changes the shell's variables)."""

    def __init__(self, pattern, why="", says="", how="run", add="", env=None, stdin="", needs=None, swap=()):
        self.pattern, self.why, self.says, self.how, self.add = pattern, why, says, how, add
        self.env, self.stdin, self.needs, self.swap = env or {}, stdin, needs, swap


LABEL_SERVER = (r"(--provider openai)(?: --base-url \S+)?", r"\1 --base-url {server}/v1")
RULES = [
    Rule(r"^export ", "holds for the commands behind it", how="state"),
    Rule(r"(\bmake (demo|test|fuzz)|^swift format lint)\b", "takes minutes; CI runs it", how="ci"),
    Rule(r"\bmake (bench|soak|interop|sanitize|parity|slurm|kills|screenshots|format)\b",
         "compiles, takes minutes or changes the checkout", how="dry"),
    Rule(r"\bmake alfred\b|fetch_alfred\.sh", "from a mirror on loopback", "make ingest ROOT=", needs="mirror"),
    Rule(r"\bmake reproduce\b.*label\.provider", "asks a provider for money", how="dry"),
    Rule(r"\bmake reproduce\b", "one seed in place of three, and SMALLER", "report.html", env={"SEEDS": "1"}),
    Rule(r"\bmake simulate\b", "few and small", "rooms of train", add="EPISODES=7 SCENES=4"),
    Rule(r"\bmake replay\b", says="reached|goal"),
    Rule(r"rgvlm-simulate generate\b", "few and small", "rooms of train", add="--scenes 4 --episodes 10 --size 56"),
    Rule(r"rgvlm-simulate grade\b", "the prepared dataset is small", "expert"),
    Rule(r"rgvlm-simulate render\b", says="png"),
    Rule(r"rgvlm-simulate play\b", "asked on stdin", "holding nothing", stdin="help\nquit\n"),
    Rule(r"\bmake ingest\b|rgvlm-ingest alfred\b", says="transitions written"),
    Rule(r"rgvlm-label estimate\b.*--provider openai", "", "tokens"),
    Rule(r"rgvlm-label run\b.*--provider openai", "asks rgvlm-label serve in place of OpenAI or a server of one's own",
         "answered by", swap=[LABEL_SERVER]),
    Rule(r"rgvlm-label (run|retry)\b.*--provider (gemini|anthropic)",
         "no server here speaks like these, and nothing goes to theirs: the command fails",
         add="--base-url http://127.0.0.1:9"),
    Rule(r"rgvlm-label run\b|\bmake label\b", says="not a VLM"),
    Rule(r"rgvlm-label status\b", says="scored"),
    Rule(r"rgvlm-label lint\b|\bmake lint\b", says="Coverage"),
    Rule(r"rgvlm-train run\b", "2 updates", "checkpoint: ", add="--steps 2 --set train.batch=4"),
    Rule(r"\bmake train\b", "an epoch in place of 20", "checkpoint: ", add="EPOCHS=1"),
    Rule(r"rgvlm-train status\b", says="my-run"),
    Rule(r"^tensorboard\b", "any free port", "TensorBoard", how="serve", add="--host 127.0.0.1 --port 0",
         needs="tensorboard"),
    Rule(r"\bmake inspect\b|rgvlm-inspect summary\b", says="valid_seen"),
    Rule(r"rgvlm-inspect serve\b", "any free port, no browser", "<html", how="serve", add="--port 0 --open no"),
    Rule(r"rgvlm-inspect episode\b", says="sub-task"),
    Rule(r"rgvlm-inspect labels\b", says="score"),
    Rule(r"rgvlm-inspect instructions\b", says="of [0-9,]+ instructions"),
    Rule(r"rgvlm-inspect verify\b", says="foreign keys"),
    Rule(r"rgvlm-inspect export\b", says="rows|transitions"),
    Rule(r"rgvlm-evaluate run\b|\bmake evaluate\b", says="sub-tasks"),
    Rule(r"rgvlm-evaluate frames\b", says="sheet.png"),
    Rule(r"rgvlm-report make\b|\bmake report\b", says="report.html"),
    Rule(r"rgvlm-report table\b", says=r"\| "),
    Rule(r"rgvlm-experiment plan\b", says="sparse"),
    Rule(r"rgvlm-experiment run\b", "see SMALLER", "report.html"),
    Rule(r"rgvlm-experiment submit\b", "Slurm's commands only pretend; make slurm runs it on a cluster", "report\t8"),
]

# The pipelines of the checkouts, made small: data, updates, seeds, tasks and rows. Each pattern has to be there.
COMMON = [(r"scenes: \d+", "scenes: 4"), (r"episodes: \d+", "episodes: 10"), (r"size: \d+", "size: 56"),
          (r"\n  steps: \d+", r"\n  steps: 2\n  batch: 4"), (r"tasks: \d+", "tasks: 2"), (r"seeds: \[.*\]", "seeds: [1]"),
          (r"(  rows:\n(?:    - .*\n){2})(?:    - .*\n)+", r"\1")]
SMALLER = {"demo.yaml": COMMON + [(r"\n  batch: \d\d", "")],
           "reproduce.yaml": COMMON + [(r"\n  batch: \d\d", ""), (r"limit: \d+", "limit: 2")]}

# Commands that write a store, or plan what will; all others find one there.
WRITERS = r"rgvlm-ingest|make ingest|rgvlm-experiment (plan|run|submit)|make reproduce"

# They stand before the real ones: nothing is compiled, installed or submitted.
SHIMS = {
    "swift": '[ "$1" = --version ] || { echo "swift $*: nothing is compiled here"; exit 70; }; echo "Swift version 6.2"',
    "apt-get": 'echo "left out: apt-get $*"',
    "sudo": 'exec "$@"',
    "sbatch": 'echo x >>"$RGVLM_README/jobs"; wc -l <"$RGVLM_README/jobs" | tr -d " "',
    "squeue": ":",
    "scancel": ":",
}
if shutil.which("brew"):
    SHIMS["brew"] = 'case $1 in list) exec %s "$@" ;; *) echo "left out: brew $*" ;; esac' % shlex.quote(shutil.which("brew"))


def tensorboard():
    beside = os.path.join(os.path.dirname(PYTHON), "tensorboard")
    return beside if os.access(beside, os.X_OK) else shutil.which("tensorboard")


@functools.lru_cache(None)
def python_with_numpy():
    for program in (PYTHON, sys.executable):
        if os.access(program, os.X_OK):
            if subprocess.run([program, "-c", "import numpy"], capture_output=True).returncode == 0:
                return program
    return None


class Prepared:
    """Once for all sections: a dataset, and a store with labels and a training run."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="readme-")
        self.data, self.store = self.path("data"), self.path("store.sqlite")

    def make(self):
        self.call("rgvlm-simulate", "generate", "--scenes", "4", "--episodes", "24", "--mix", "expert",
                  "--size", "56", "--out", self.data)
        self.call("rgvlm-ingest", "alfred", "--root", self.data, "--store", self.store)
        self.call("rgvlm-label", "run", "--store", self.store)
        self.call("rgvlm-train", "run", "--store", self.store, "--run", "my-run", "--steps", "2", "--set", "train.batch=4")

    def path(self, name):
        return os.path.join(self.folder, name)

    def call(self, name, *arguments):
        result = subprocess.run([os.path.join(BIN, name), *arguments, "--quiet"], capture_output=True, text=True,
                                stdin=subprocess.DEVNULL, cwd=self.folder, timeout=PATIENCE)
        assert result.returncode == 0, (name, arguments, result)

    def copy_store(self, target):
        for name in os.listdir(self.folder):
            if name.startswith("store.sqlite") and not name.endswith(".lock"):
                source, copy = self.path(name), target + name.removeprefix("store.sqlite")
                shutil.copytree(source, copy) if os.path.isdir(source) else shutil.copyfile(source, copy)

    @functools.cached_property
    def mirror(self):
        """The release as it is fetched, in the flavour json: no pictures."""
        top = self.path("json_2.1.0")
        shutil.copytree(glob.glob(os.path.join(self.data, "data", "full_*"))[0], top,
                        ignore=shutil.ignore_patterns("raw_images", "instance_masks", "*.jpg", "*.png"))
        archive, repository = self.path("json_2.1.0.7z"), self.path("repository.tar.gz")
        subprocess.run([fetching.UNPACKER, "a", "-mx=1", archive, top], check=True, stdout=subprocess.DEVNULL)
        with tarfile.open(repository, "w:gz") as tar:
            for name in ("data/splits", "gen/layouts"):
                tar.add(os.path.join(self.data, name), "alfred-master/" + name)
        files = {}
        for path in (archive, repository):
            with open(path, "rb") as file:
                files["/" + os.path.basename(path)] = file.read()
        return fetching.Server(files)

    def remove(self):
        if "mirror" in self.__dict__:
            self.mirror.shutdown()
            self.mirror.server_close()
        shutil.rmtree(self.folder, ignore_errors=True)


@unittest.skipUnless(IS_BUILT, "the stages are not built")
@unittest.skipIf("RGVLM_README" in os.environ, "a document's command runs these tests")
class Readme(unittest.TestCase):
    """Its tests are made from the documents, at the end of this file."""

    @classmethod
    def setUpClass(cls):
        cls.prepared = Prepared()
        cls.addClassCleanup(cls.prepared.remove)
        cls.prepared.make()

    def setUp(self):
        self.outside = tempfile.mkdtemp(prefix="readme-")
        self.addCleanup(shutil.rmtree, self.outside, ignore_errors=True)
        self.checkout = os.path.join(self.outside, "rgvlm")
        self.servers, self.exported = {}, {}
        os.makedirs(self.path(".build"))
        os.symlink(BIN, self.path(".build/release"))
        for name in ("Makefile", "Package.swift", "Sources", "Tests", ".ci"):
            os.symlink(os.path.join(PACKAGE, name), self.path(name))
        shutil.copytree(os.path.join(PACKAGE, "Pipelines"), self.path("Pipelines"))
        os.mkdir(self.path("Datasets"))
        shutil.copy(os.path.join(PACKAGE, "Datasets", "fetch_alfred.sh"), self.path("Datasets"))
        for name, changes in SMALLER.items():
            with open(self.path("Pipelines", name), "r+") as file:
                text = file.read()
                for pattern, replacement in changes:
                    text, count = re.subn(pattern, replacement, text)
                    self.assertGreater(count, 0, "%s has no %s" % (name, pattern))
                file.seek(0)
                file.truncate()
                file.write(text)
        self.shims = os.path.join(self.outside, "bin")
        os.mkdir(self.shims)
        for name, script in SHIMS.items():
            with open(os.path.join(self.shims, name), "w") as file:
                file.write("#!/bin/sh\n" + script + "\n")
            os.chmod(os.path.join(self.shims, name), 0o755)
        if tensorboard():
            os.symlink(tensorboard(), os.path.join(self.shims, "tensorboard"))

    def path(self, *names):
        return os.path.join(self.checkout, *names)

    def environment(self):
        """No key, address or setting of this machine's user: what a document does not name is left out."""
        kept = {name: os.environ[name] for name in ("LANG", "LC_ALL", "TMPDIR") if name in os.environ}
        made = dict(PATH=self.shims + os.pathsep + os.environ["PATH"], HOME=self.outside, SWIFT="true", JOBS="2",
                    RGVLM_README=self.shims, no_proxy="*")
        return {**kept, **made, **self.exported}

    # --- Processes

    def start(self, command, environment, **options):
        """In a session of its own, which is ended at the end of the test if it is still there."""
        process = subprocess.Popen(["sh", "-c", command], cwd=self.checkout, env=environment, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True, **options)

        def end():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            process.stdout.close()

        self.addCleanup(end)
        return process

    def call(self, command, environment, stdin=""):
        process = self.start(command, environment, stdin=subprocess.PIPE)
        try:
            text, _ = process.communicate(stdin, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.fail("%s: not done after %d s" % (command, PATIENCE))
        return process.returncode, text

    def serve(self, command, environment):
        """Starts a server; its process and the address it prints."""
        process = self.start("exec " + command, environment, stdin=subprocess.DEVNULL)
        text, address, known = [], [], threading.Event()

        def read():
            for line in process.stdout:
                text.append(line)
                found = re.search(r"http://[\w.]+:\d+", line)
                if found and not address:
                    address.append(found[0])
                    known.set()
            known.set()

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        self.addCleanup(reader.join, 10)
        self.assertTrue(known.wait(PATIENCE) and address, "%s: no address in %s" % (command, "".join(text)))
        return process, address[0]

    def label_server(self, store):
        if store not in self.servers:
            command = ".build/release/rgvlm-label serve --port 0 --store " + shlex.quote(store)
            self.servers[store] = self.serve(command, self.environment())[1]
        return self.servers[store].removesuffix("/v1")

    # --- Commands

    def prepare(self, command):
        """What a command reads and no command before it has made."""
        if not re.search(WRITERS, command):
            for name in re.findall(r"[\w./-]+\.sqlite", command):
                if not os.path.exists(self.path(name)):
                    self.prepared.copy_store(self.path(name))
        release = self.path("Datasets", "alfred")
        if "Datasets/alfred" in command and not os.path.exists(release):
            os.mkdir(release)
            for name in os.listdir(self.prepared.data):
                os.symlink(os.path.join(self.prepared.data, name), os.path.join(release, name))

    def run_command(self, command):
        rule = next((rule for rule in RULES if re.search(rule.pattern, command)), Rule(""))
        if rule.needs == "tensorboard" and not tensorboard():
            self.skipTest("tensorboard is not installed: " + command)
        if rule.needs == "mirror" and not CAN_FETCH:
            self.skipTest("curl or 7z is not installed: " + command)
        if rule.how == "ci":
            with open(os.path.join(PACKAGE, ".ci", "run")) as file:
                lines = file.read().splitlines()
            words = [word for word in command.split() if "=" not in word]
            self.assertTrue(any(line.split()[:len(words)] == words for line in lines), ".ci/run does not do " + command)
            return
        if rule.how == "state":
            tell = shlex.join([sys.executable, "-c", "import json, os; print(json.dumps(dict(os.environ)))"])
            status, text = self.call(command + "\n" + tell, self.environment())
            self.assertEqual(status, 0, text)
            before = self.environment()
            self.exported.update((name, value) for name, value in json.loads(text).items()
                                 if before.get(name) != value and name not in ("_", "PWD", "OLDPWD", "SHLVL"))
            return
        if rule.needs != "mirror":
            self.prepare(command)
        changed = command
        for pattern, replacement in rule.swap:
            if "{server}" in replacement:
                replacement = replacement.replace("{server}", self.label_server(re.search(r"--store (\S+)", command)[1]))
            changed, count = re.subn(pattern, replacement, changed)
            self.assertEqual(count, 1, command)
        if rule.how == "dry":
            changed = re.sub(r"\bmake\b", "make -n", changed)
        changed = " ".join(filter(None, [changed, rule.add]))
        environment = {**self.environment(), **rule.env}
        if rule.needs == "mirror":
            url = self.prepared.mirror.url
            environment.update(ALFRED_URL=url, ALFRED_REPOSITORY_URL=url + "/repository.tar.gz")
        if rule.how == "serve":
            process, address = self.serve(changed, environment)
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, timeout=PATIENCE) as answer:
                text = answer.read().decode()
            self.assertRegex(text, rule.says)
            os.killpg(process.pid, signal.SIGINT)
            self.assertIn(process.wait(PATIENCE), (0, 130), "after Ctrl-C: " + changed)
            return
        status, text = self.call(changed, environment, rule.stdin)
        about = "%s%s\n%s" % (changed, rule.why and "   # " + rule.why, text[-4000:])
        self.assertEqual(status, 0, about)
        self.assertRegex(text, rule.says or "(?s).*", about)
        if rule.how == "dry":
            scripts = re.findall(r"\b(?:Tests|Pipelines)/[\w/.]+\.(?:sh|py)", text)
            self.assertTrue(scripts or " format " in text, about)
            for script in scripts:
                self.assertTrue(os.path.isfile(self.path(script)), script)

    # --- Blocks in other languages

    def run_sql(self, text):
        self.prepare("my.sqlite")
        with contextlib.closing(sqlite3.connect(self.path("my.sqlite"))) as db:
            self.assertTrue(db.execute(text).fetchall(), text)

    def run_python(self, text):
        if python_with_numpy() is None:
            self.skipTest("no interpreter with numpy (RGVLM_PYTHON, .venv/bin/python)")
        self.prepare("my.sqlite")
        if "train.npz" in text:
            self.prepared.call("rgvlm-inspect", "export", "--format", "npz", "--out", self.path("train.npz"),
                               "--split", "train", "--store", self.path("my.sqlite"))
        script = self.path("block.py")
        with open(script, "w") as file:
            file.write("path = 'my.sqlite.alfred.frames'\n" + text)
        status, text = self.call(shlex.join([python_with_numpy(), script]), self.environment())
        self.assertEqual(status, 0, text)

    def run_section(self, section):
        for block in section.blocks:
            place = "%s:%d" % (section.document, block.number)
            if block.language == "sql":
                with self.subTest(place):
                    self.run_sql("\n".join(block.lines))
            elif block.language == "python":
                with self.subTest(place):
                    self.run_python("\n".join(block.lines))
            for number, command in commands(block):
                with self.subTest("%s:%d" % (section.document, number), command=command):
                    began = time.monotonic()
                    self.run_command(command)
                    if os.environ.get("RGVLM_README_TIMES"):
                        print("%6.2f s  %s" % (time.monotonic() - began, command), file=sys.stderr)


class Extraction(unittest.TestCase):
    """A reader that overlooks blocks would let everything pass."""

    def test_blocks_belong_to_sections(self):
        text = "# A\n```\nmake a\n```\n# no\n## B\n~~~sh\n# not a title\nmake b\n~~~\n```text\nmake c\n```\n"
        found = sections("x.md", text)
        self.assertEqual([section.title for section in found], ["A", "B"])
        self.assertEqual([commands(block) for section in found for block in section.blocks],
                         [[(3, "make a")], [(9, "make b")], []])

    def test_comments_continuations_prompts(self):
        block = Block("", ["make a   # don't", "make b \\", "  C=1", "echo '# no' \"#\"", "", "# only"], 1)
        self.assertEqual(commands(block), [(1, "make a"), (3, "make b   C=1"), (4, "echo '# no' \"#\"")])
        self.assertEqual(commands(Block("console", ["$ make a", "done"], 1)), [(1, "make a")])

    def test_an_unknown_block_is_commands(self):
        self.assertEqual(commands(Block("", ["unheard of"], 1)), [(1, "unheard of")])
        for lines in (["a  b", "-  -", "1  2"], ["table:  x", "report: y"], [" a \u2500\u2500\u25b6 b"]):
            self.assertTrue(is_output(Block("", lines, 1)), lines)

    def test_a_drawing_is_no_command(self):
        self.assertEqual(commands(Block("mermaid", ["flowchart TD", "    A --> B"], 1)), [])

    def test_a_block_without_an_end_is_named(self):
        with self.assertRaisesRegex(ValueError, "x.md: the block at line 2"):
            sections("x.md", "```\nmake a\n")

    def test_the_documents_have_commands(self):
        found = [command for section in SECTIONS for block in section.blocks for _, command in commands(block)]
        self.assertIn("make demo", found)
        self.assertIn("make test", found)
        for stage in ("simulate", "ingest", "label", "train", "inspect"):
            self.assertTrue(any("rgvlm-" + stage in command for command in found), stage)


SECTIONS = []
for document in DOCUMENTS:
    with open(os.path.join(PACKAGE, document), encoding="utf-8") as stream:
        SECTIONS += sections(document, stream.read())
for index, part in enumerate(SECTIONS):
    if any(commands(block) or block.language in ("sql", "python") for block in part.blocks):
        name = re.sub(r"\W+", "_", "test_%02d_%s_%s" % (index, part.document, part.title)).rstrip("_")
        setattr(Readme, name, lambda self, part=part: self.run_section(part))


if __name__ == "__main__":
    unittest.main()
