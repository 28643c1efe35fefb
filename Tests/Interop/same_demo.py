"""Whether two checkouts make the same demo, byte for byte: same_demo.py FOLDER FOLDER

Each FOLDER is a checkout in which `make demo` has run, or the demo's folder itself. Compared are table.md, results.json, the weights of
each cell and every score of the label run. Two lines differ by design and are left out: the version of the programs, and, in
results.json, the section `rewards` when --rewards is not given (what the reward figure shows).
"""

import argparse
import hashlib
import json
import pathlib
import sqlite3
import subprocess
import sys


def demo(folder):
    folder = pathlib.Path(folder)
    inner = folder / "Datasets" / "generated" / "demo"
    return inner if inner.is_dir() else folder


def commit(folder):
    result = subprocess.run(["git", "-C", folder, "rev-parse", "HEAD"], capture_output=True, text=True)
    return result.stdout.strip() or "unknown commit"


def table(folder):
    lines = (folder / "table.md").read_text(encoding="utf-8").split("\n")
    return "\n".join(line for line in lines if not line.startswith("| Version |"))


def results(folder, rewards):
    document = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    if not rewards:
        document.pop("rewards", None)

    def versionless(value):
        if isinstance(value, list):
            return [versionless(v) for v in value if not (isinstance(v, dict) and v.get("name") == "Version")]
        if isinstance(value, dict):
            return {k: versionless(v) for k, v in value.items()}
        return value

    return json.dumps(versionless(document), indent=1)


def weights(folder):
    runs = next(folder.glob("*.runs"))
    found = {}
    for model in sorted(runs.rglob("model.safetensors")):
        found[str(model.relative_to(runs))] = hashlib.sha256(model.read_bytes()).hexdigest()
    return found


def scores(folder):
    store = sqlite3.connect(f"file:{next(folder.glob('*.sqlite'))}?mode=ro", uri=True)
    return store.execute(
        """SELECT r.name, e.split, e.key, i.repeat_idx, i.kind, i.first_step, i.step_count, s.control, c.position, c.t, c.score
        FROM label_scores c JOIN label_spans s ON s.id = c.span_id JOIN label_runs r ON r.id = s.run_id
        JOIN instructions i ON i.id = s.instruction_id JOIN episodes e ON e.id = i.episode_id
        ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9""").fetchall()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs=2)
    parser.add_argument("--rewards", action="store_true", help="compare the section rewards too")
    options = parser.parse_args()
    one, two = (demo(f) for f in options.folders)
    print(f"{options.folders[0]}: {commit(options.folders[0])}\n{options.folders[1]}: {commit(options.folders[1])}")
    failed = False
    for name, part in (
        ("table.md", table), ("results.json", lambda f: results(f, options.rewards)), ("weights", weights), ("scores", scores),
    ):
        a, b = part(one), part(two)
        size = f"{len(a)} " + ("cells" if name == "weights" else "scores" if name == "scores" else "characters")
        print(f"{name}: {'the same' if a == b else 'DIFFERENT'} ({size})")
        failed = failed or a != b or not a
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
