#!/usr/bin/env python3
"""What an experienced Python user would write for `rgvlm-ingest alfred`: json.load, the same fields, executemany.

Stores the same rows as the Swift ingest of a release without pictures: episodes, annotations, sub-goals, sub-tasks,
transitions, frames and instructions. It checks less (masks and image lists are loaded, not validated).

    python3 Tests/Benchmarks/ingest_reference.py --root DIR --store FILE
"""
import argparse
import hashlib
import json
import os
import sqlite3
import sys

ACTIONS = {
    "LookDown_15": 1, "MoveAhead_25": 2, "RotateLeft_90": 3, "PickupObject": 4, "SliceObject": 5, "LookUp_15": 6,
    "RotateRight_90": 7, "OpenObject": 8, "PutObject": 9, "CloseObject": 10, "ToggleObjectOn": 11,
    "ToggleObjectOff": 12,
}

TABLES = """
CREATE TABLE scenes (id INTEGER PRIMARY KEY, floor_plan TEXT UNIQUE, number INTEGER);
CREATE TABLE episodes (id INTEGER PRIMARY KEY, scene_id INTEGER REFERENCES scenes (id), split TEXT, key TEXT,
    task_id TEXT, task_type TEXT, object_target TEXT, object_sliced INTEGER, parent_target TEXT, movable_target TEXT,
    toggle_target TEXT, step_count INTEGER, image_count INTEGER, source_bytes INTEGER, source_sha256 BLOB,
    UNIQUE (split, key));
CREATE TABLE annotations (episode_id INTEGER REFERENCES episodes (id), repeat_idx INTEGER, in_split INTEGER,
    task_desc TEXT, high_descs TEXT, votes TEXT, PRIMARY KEY (episode_id, repeat_idx)) WITHOUT ROWID;
CREATE TABLE subtasks (episode_id INTEGER REFERENCES episodes (id), idx INTEGER, kind TEXT, first_step INTEGER,
    step_count INTEGER, object_id TEXT, receptacle_id TEXT, PRIMARY KEY (episode_id, idx)) WITHOUT ROWID;
CREATE TABLE subgoals (episode_id INTEGER REFERENCES episodes (id), idx INTEGER, subtask INTEGER, kind TEXT,
    first_step INTEGER, step_count INTEGER, PRIMARY KEY (episode_id, idx)) WITHOUT ROWID;
CREATE TABLE transitions (episode_id INTEGER REFERENCES episodes (id), t INTEGER, action INTEGER, object_class TEXT,
    object_id TEXT, subtask INTEGER, PRIMARY KEY (episode_id, t)) WITHOUT ROWID;
CREATE TABLE frames (episode_id INTEGER REFERENCES episodes (id), t INTEGER, name TEXT, status TEXT,
    PRIMARY KEY (episode_id, t)) WITHOUT ROWID;
CREATE TABLE instructions (id INTEGER PRIMARY KEY, episode_id INTEGER REFERENCES episodes (id), repeat_idx INTEGER,
    kind TEXT, first_subtask INTEGER, subtask_count INTEGER, first_step INTEGER, step_count INTEGER, text TEXT);
CREATE INDEX instructions_by_episode ON instructions (episode_id, repeat_idx);
"""


def subgoals_of(plan):
    high = plan["high_pddl"]
    if high and high[-1]["discrete_action"]["action"] == "NoOp":
        high = high[:-1]
    spans = [None] * len(high)
    for t, low in enumerate(plan["low_actions"]):
        first, _ = spans[low["high_idx"]] or (t, t)
        spans[low["high_idx"]] = (first, t + 1)
    return [(step, span) for step, span in zip(high, spans)]


def merged(subgoals):
    tasks, first = [], 0
    for index, (step, span) in enumerate(subgoals):
        action = step["discrete_action"]["action"]
        if action == "GotoLocation" and index < len(subgoals) - 1:
            continue
        planner = step["planner_action"]
        tasks.append((action, subgoals[first][1][0], span[1], first, index + 1, planner.get("cleanObjectId")
                      or planner.get("objectId"), planner.get("receptacleObjectId")))
        first = index + 1
    return tasks


def sentence(text):
    text = " ".join(text.split())
    return text if text and text[-1] in ".!?" else text + "."


def instructions_of(tasks, subgoal_count, annotation, repeat):
    whole = ("task", 0, len(tasks), tasks[0][1], tasks[-1][2], " ".join(annotation["task_desc"].split()))
    rows = [whole]
    sentences = annotation["high_descs"]
    missing = subgoal_count - len(sentences)
    if missing not in (0, 1):
        return rows
    primitives = []
    for index, task in enumerate(tasks):
        last = task[4] - 1
        at = min(last, len(sentences) - 1)
        if missing == 1 and last == subgoal_count - 1 and primitives and tasks[index - 1][4] - 1 == at:
            kind, a, n, s, _, text = primitives[-1]
            primitives[-1] = (kind, a, n + 1, s, task[2], text)
        else:
            primitives.append(("primitive", index, 1, task[1], task[2], " ".join(sentences[at].split())))
    rows += primitives
    for start in range(len(primitives)):
        text = sentence(primitives[start][5])
        for end in range(start + 1, len(primitives)):
            text += " " + sentence(primitives[end][5])
            a, z = primitives[start], primitives[end]
            rows.append(("composite", a[1], z[1] + z[2] - a[1], a[3], z[4], text))
    return rows


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", required=True)
    parser.add_argument("--store", required=True)
    options = parser.parse_args()
    data = os.path.join(options.root, "data", "json_2.1.0")
    with open(os.path.join(options.root, "data", "splits", "oct21.json")) as file:
        splits = json.load(file)
    db = sqlite3.connect(options.store)
    db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;" + TABLES)
    scenes, episode, transitions = {}, 0, 0
    for split in ("train", "valid_seen", "valid_unseen"):
        if not os.path.isdir(os.path.join(data, split)):
            continue
        samples = {}
        for sample in splits.get(split, []):
            samples.setdefault(sample["task"], set()).add(sample["repeat_idx"])
        rows = {name: [] for name in ("e", "a", "st", "sg", "t", "f", "i")}
        pending = 0

        def flush():
            db.executemany("INSERT INTO episodes VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", rows["e"])
            db.executemany("INSERT INTO annotations VALUES (?,?,?,?,?,?)", rows["a"])
            db.executemany("INSERT INTO subtasks VALUES (?,?,?,?,?,?,?)", rows["st"])
            db.executemany("INSERT INTO subgoals VALUES (?,?,?,?,?,?)", rows["sg"])
            db.executemany("INSERT INTO transitions VALUES (?,?,?,?,?,?)", rows["t"])
            db.executemany("INSERT INTO frames VALUES (?,?,?,?)", rows["f"])
            db.executemany(
                "INSERT INTO instructions (episode_id, repeat_idx, kind, first_subtask, subtask_count, first_step,"
                " step_count, text) VALUES (?,?,?,?,?,?,?,?)", rows["i"])
            db.commit()
            for values in rows.values():
                values.clear()

        for task in sorted(os.listdir(os.path.join(data, split))):
            for trial in sorted(os.listdir(os.path.join(data, split, task))):
                path = os.path.join(data, split, task, trial, "traj_data.json")
                with open(path, "rb") as file:
                    text = file.read()
                trajectory = json.loads(text)
                key, scene, plan = f"{task}/{trial}", trajectory["scene"], trajectory["plan"]
                if scene["floor_plan"] not in scenes:
                    scenes[scene["floor_plan"]] = db.execute(
                        "INSERT INTO scenes (floor_plan, number) VALUES (?, ?)",
                        (scene["floor_plan"], scene["scene_num"])).lastrowid
                episode += 1
                goal, low = trajectory["pddl_params"], plan["low_actions"]
                rows["e"].append((
                    episode, scenes[scene["floor_plan"]], split, key, trajectory["task_id"], trajectory["task_type"],
                    goal["object_target"], goal["object_sliced"], goal["parent_target"], goal["mrecep_target"],
                    goal["toggle_target"], len(low), len(trajectory["images"]), len(text),
                    hashlib.sha256(text).digest()))
                subgoals = subgoals_of(plan)
                tasks = merged(subgoals)
                for index, (kind, first, end, a, z, obj, receptacle) in enumerate(tasks):
                    rows["st"].append((episode, index, kind, first, end - first, obj, receptacle))
                    for number in range(a, z):
                        step, span = subgoals[number]
                        rows["sg"].append((episode, number, index, step["discrete_action"]["action"], span[0],
                                           span[1] - span[0]))
                at = 0
                for t, action in enumerate(low):
                    while t >= tasks[at][2]:
                        at += 1
                    api = action["api_action"]
                    target = api.get("receptacleObjectId") or api.get("objectId")
                    rows["t"].append((episode, t, ACTIONS[action["discrete_action"]["action"]],
                                      target.split("|")[0] if target else None, target, at))
                transitions += len(low)
                kept = 0
                for image in trajectory["images"]:
                    if image["low_idx"] == kept:
                        rows["f"].append((episode, kept, image["image_name"][:-4], "missing"))
                        kept += 1
                rows["f"].append((episode, kept, "%09d" % len(trajectory["images"]), "missing"))
                for repeat, annotation in enumerate(trajectory["turk_annotations"]["anns"]):
                    sampled = repeat in samples.get(key, ())
                    rows["a"].append((episode, repeat, sampled, annotation["task_desc"],
                                      json.dumps(annotation["high_descs"]), json.dumps(annotation["votes"])))
                    if sampled:
                        for kind, a, n, s, e, words in instructions_of(tasks, len(subgoals), annotation, repeat):
                            rows["i"].append((episode, repeat, kind, a, n, s, e - s, words))
                pending += 1
                if pending % 64 == 0:
                    flush()
        flush()
    counts = dict(db.execute("SELECT kind, count(*) FROM instructions GROUP BY kind"))
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    print(json.dumps({"episodes": episode, "transitions": transitions, "instructions": counts}))


if __name__ == "__main__":
    sys.exit(main())
