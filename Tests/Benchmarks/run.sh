#!/bin/sh
# make bench: what the ground floor costs, beside its peers. Pairs run in turn in one session; medians are printed.
set -eu
cd "$(dirname "$0")/../.."
runs=${RUNS:-5}

echo "Simulator: pictures"
.build/release/RenderBenchmark
echo
echo "Simulator: steps"
.build/release/SimulationBenchmark
echo
echo "Pictures, 300 x 300 RGB"
.build/release/PictureBenchmark
echo

if [ "$(uname)" = Linux ] && python3 -c 'import venv, ensurepip' 2>/dev/null; then
    echo "Labelling beside Python's openai, $runs pairs after a warm-up"
    python3 Tests/Benchmarks/label_bench.py --runs "$runs"
    python3 Tests/Benchmarks/label_bench.py --limits
    python3 Tests/Benchmarks/label_bench.py --memory
else
    echo "Labelling: skipped; needs Linux and python3 with venv"
fi
echo

echo "Learning beside PyTorch and JAX, where RGVLM_PYTHON or .venv/bin/python has them"
python3 Tests/Benchmarks/learn_bench.py --python "${RGVLM_PYTHON:-.venv/bin/python}"
echo

echo "Evaluation: a policy of preset small over many tasks at once"
python3 Tests/Benchmarks/evaluate_bench.py
echo

if [ -z "${ALFRED_ROOT:-}" ]; then
    echo "Ingest: skipped; set ALFRED_ROOT (make alfred fetches the release)"
    exit 0
fi
echo "Replay of $ALFRED_ROOT through the simulator's preconditions, train"
.build/release/rgvlm-simulate replay --quiet --split train --masks --failures 0
echo
if ! command -v python3 >/dev/null 2>&1; then
    echo "Ingest: skipped; the peer needs python3"
    exit 0
fi

echo "Ingest of $ALFRED_ROOT beside Python's json and sqlite3, $runs pairs after a warm-up"
python3 Tests/Benchmarks/ingest_pairs.py --root "$ALFRED_ROOT" --runs "$runs"
