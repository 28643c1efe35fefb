"""Writes rliable.json: what the Python package rliable says about a few matrices of scores.

    python3 -m venv venv && venv/bin/pip install rliable==1.2.0 arch==7.2.0 scipy==1.17.1 numpy==2.4.6 'pandas<3'
    venv/bin/python rliable_golden.py > rliable.json

Interval ends come with their Monte Carlo error: the spread of the ends of ten runs with a tenth of the repetitions each,
over the square root of ten.
"""

import importlib.metadata
import json

import numpy as np
from rliable import library, metrics

REPETITIONS = 50_000
REPETITIONS_OF_PAIRS = 20_000
AGGREGATES = {
    "mean": metrics.aggregate_mean,
    "median": metrics.aggregate_median,
    "iqm": metrics.aggregate_iqm,
    "optimalityGap": metrics.aggregate_optimality_gap,
}
THRESHOLDS = [-1.0, 0.0, 0.25, 0.5, 2 / 3, 1.0, 3.0]


def ends(scores, function, repetitions, tasks):
    def interval(count):
        _, intervals = library.get_interval_estimates(
            {"x": scores}, lambda *x: np.array([function(*x)]), task_bootstrap=tasks, reps=count
        )
        return intervals["x"][:, 0]

    whole = interval(repetitions)
    parts = np.array([interval(repetitions // 10) for _ in range(10)])
    error = parts.std(axis=0, ddof=1) / np.sqrt(10)
    return {"low": whole[0], "high": whole[1], "lowError": error[0], "highError": error[1]}


def main():
    np.random.seed(20240)  # rliable draws from numpy's global generator
    draw = np.random.default_rng(7)
    skill = draw.uniform(0.1, 0.9, 40)
    matrices = {
        "normal 5 x 12": draw.normal(0.5, 0.4, (5, 12)),
        "proportions 3 x 40": draw.binomial(3, skill, (3, 40)) / 3,
        "heavy tails 6 x 7": draw.standard_t(2, (6, 7)),
        "one task 8 x 1": draw.normal(1, 1, (8, 1)),
        "one run 1 x 5": draw.normal(0, 1, (1, 5)),
        "two by two": np.array([[0.0, 1.0], [0.25, 3.0]]),
    }
    cases = []
    for name, scores in matrices.items():
        case = {
            "name": name,
            "scores": scores.tolist(),
            "values": {key: float(function(scores)) for key, function in AGGREGATES.items()},
            "profile": library.score_distributions(scores, THRESHOLDS).tolist(),
            "runs": {},
            "runsAndTasks": {},
        }
        # Of few cells a resample has few different values, and an end may jump from one to the next.
        if min(scores.shape) > 2:
            for key, function in AGGREGATES.items():
                case["runs"][key] = ends(scores, function, REPETITIONS, False)
                case["runsAndTasks"][key] = ends(scores, function, REPETITIONS, True)
        cases.append(case)

    pairs = []
    for name, x, y in [
        ("normal", draw.normal(0.3, 1, (6, 5)), draw.normal(0, 1, (9, 5))),
        ("ties", draw.integers(0, 4, (5, 6)), draw.integers(0, 3, (5, 6))),
    ]:
        x, y = x.astype(float), y.astype(float)
        pairs.append({
            "name": name,
            "x": x.tolist(),
            "y": y.tolist(),
            "value": float(metrics.probability_of_improvement(x, y)),
            "runs": ends((x, y), metrics.probability_of_improvement, REPETITIONS_OF_PAIRS, False),
        })
    versions = {name: importlib.metadata.version(name) for name in ["rliable", "arch", "numpy", "scipy"]}
    print(json.dumps({"versions": versions, "thresholds": THRESHOLDS, "cases": cases, "pairs": pairs}, indent=1))


main()
