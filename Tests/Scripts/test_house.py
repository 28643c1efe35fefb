"""The state of the house, counted: what CONTRIBUTING.md promises about the sources. Fails when it gets worse."""

import json
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def files(folder, *suffixes):
    return sorted(p for p in (ROOT / folder).rglob("*") if p.suffix in suffixes and p.is_file())


def lines(path):
    return path.read_text(encoding="utf-8").split("\n")


def code(path):
    """Lines without comments, with their numbers."""
    return [(n, l) for n, l in enumerate(lines(path), 1) if not l.lstrip().startswith("//")]


def found(pattern, paths):
    """Places where a pattern stands in code."""
    expression = re.compile(pattern)
    return [f"{p.relative_to(ROOT)}:{n}" for p in paths for n, l in code(p) if expression.search(l)]


SOURCES = files("Sources", ".swift")
DECLARATION = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*package\s+(?:private\(set\)\s+|internal\(set\)\s+)?"
    r"(?:static\s+|final\s+|mutating\s+|nonisolated\s+|indirect\s+|convenience\s+|borrowing\s+|consuming\s+)*"
    r"(struct|enum|class|actor|protocol|typealias|func|var|let|init|subscript|extension)\b")


def undocumented(path):
    """Package declarations without a doc comment. Initializers that only copy their arguments, and what a protocol asks for by
    a name that says all, need none."""
    result, total = [], 0
    text = lines(path)
    for index, line in enumerate(text):
        match = DECLARATION.match(line)
        if not match or match[1] == "extension":
            continue
        total += 1
        before = index - 1
        while before >= 0 and re.match(r"^\s*(@\w+(\(.*\))?|#if .*|#else)\s*$", text[before]):
            before -= 1
        if before < 0 or not text[before].lstrip().startswith("///"):
            result.append(f"{path.relative_to(ROOT)}:{index + 1}")
    return result, total


def manifest():
    text = subprocess.run(
        ["swift", "package", "dump-package"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    arrows = {}
    for target in json.loads(text)["targets"]:
        names = [(d.get("byName") or d.get("target") or [None])[0] for d in target["dependencies"]]
        arrows[target["name"]] = (target["type"], {n for n in names if n})
    return arrows


class Rules(unittest.TestCase):
    maxDiff = None

    def none(self, places, what):
        self.assertEqual(places, [], f"{what}: {len(places)}")

    def one_file(self, pattern, what, paths=None):
        places = {p.split(":")[0] for p in found(pattern, paths or SOURCES)}
        self.assertEqual(len(places), 1, f"{what} stands in {sorted(places)}")

    def test_sql_stays_in_the_store(self):
        outside = [p for p in SOURCES if "ExperimentStore" not in p.parts]
        self.none(found(r"\bsql:", outside), "SQL outside ExperimentStore")
        self.none(found(r"import GRDB", outside), "imports of GRDB outside ExperimentStore")

    def test_one_definition_each(self):
        self.one_file(r"(?i)0xBF58_?476D_?1CE4_?E5B9", "SplitMix64")
        self.one_file(r'"0123456789abcdef"|%02x|"abcdef"', "hexadecimal text")
        self.one_file(r"&lt;", "an HTML escape")
        rooms = [p for p in SOURCES if "Ground" not in p.parts]
        self.none(found(r"(?<!Folder\.)\brename\(|\brenameat2?\(", rooms), "files put in place elsewhere than in Ground")
        self.one_file(r"\bclass AtomicFile\b|\bstruct AtomicFile\b", "an atomic file")
        self.one_file(r"\bcase moveAhead = ", "the twelve actions")

    def test_rows_are_read_by_name(self):
        by_position = []
        for path in [p for p in SOURCES if "ExperimentStore" in p.parts]:
            text = path.read_text(encoding="utf-8")
            if re.search(r"//.*by position", text):
                continue  # A bulk path, which says why.
            by_position += found(r"\b(?:row|\$0)\[\d+\]", [path])
            by_position += found(r"(?:=|>|<|\bIN|VALUES \(|, )\s*\?(?:\W|$).*", [path]) if "sql:" in text else []
        self.none(by_position, "columns read or bound by position")

    def test_declarations_are_documented(self):
        missing, total = [], 0
        for path in SOURCES:
            here, count = undocumented(path)
            missing += here
            total += count
        share = 1 - len(missing) / max(1, total)
        self.assertGreaterEqual(share, 0.80, f"{len(missing)} of {total} package declarations have no doc comment")

    def test_lines_fit(self):
        long = []
        for path in SOURCES + files("Tests", ".swift") + [ROOT / "Package.swift"]:
            long += [f"{path.relative_to(ROOT)}:{n}" for n, l in enumerate(lines(path), 1) if len(l) > 120]
        self.none(long, "lines over 120 columns")

    def test_executables_are_small(self):
        sizes = {p: len(lines(p)) - 1 for p in SOURCES if p.relative_to(ROOT / "Sources").parts[0].startswith("rgvlm-")}
        self.none([f"{p.relative_to(ROOT)}: {n}" for p, n in sizes.items() if n >= 200], "long files of executables")
        # The aim is 3,000; it must not get further away.
        self.assertLessEqual(sum(sizes.values()), 3220)

    def test_little_shell(self):
        shell = files("Pipelines", ".sh", ".sbatch")
        self.assertLessEqual(sum(len(lines(p)) - 1 for p in shell), 120)

    def test_tests_weigh_enough(self):
        source = sum(len(lines(p)) for p in files("Sources", ".swift", ".c", ".cpp", ".h"))
        tests = sum(len(lines(p)) for p in files("Tests", ".swift", ".py", ".sh"))
        # The aim is 0.6; it must not get further away.
        self.assertGreaterEqual(tests / source, 0.545)

    def test_arrows_point_one_way(self):
        arrows = manifest()
        state = {}

        def visit(name, path):
            self.assertNotIn(name, path, f"a cycle: {path + [name]}")
            if state.get(name):
                return
            for other in arrows.get(name, ("", set()))[1]:
                visit(other, path + [name])
            state[name] = True

        for name in arrows:
            visit(name, [])

    def test_the_drawing_is_true(self):
        """The arrows drawn in CONTRIBUTING.md are those of Package.swift, without those that follow from others."""
        arrows = {n: d for n, (kind, d) in manifest().items() if kind in ("regular", "executable")}
        house = {n for n in arrows if (ROOT / "Sources" / n).is_dir() and files(f"Sources/{n}", ".swift")}
        arrows = {n: arrows[n] & house for n in house}

        def reach(name):
            return set().union(*({d} | reach(d) for d in arrows[name])) if arrows[name] else set()

        reduced = {
            (n, d) for n in house for d in arrows[n] if not any(d in reach(other) for other in arrows[n] - {d})
        }
        text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
        drawing = re.search(r"```mermaid\n(.*?)```", text, re.S)
        self.assertIsNotNone(drawing, "CONTRIBUTING.md has no drawing")
        drawn = set()
        for line in drawing[1].split("\n"):
            match = re.match(r"\s*([\w-]+) --> ([\w &-]+)$", line)
            if match:
                drawn |= {(match[1], other) for other in match[2].split(" & ")}
        self.assertEqual(drawn - reduced, set(), "drawn, but not in Package.swift (or following from other arrows)")
        self.assertEqual(reduced - drawn, set(), "in Package.swift, but not drawn")


if __name__ == "__main__":
    unittest.main()
