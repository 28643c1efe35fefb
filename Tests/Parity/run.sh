#!/bin/sh
# make parity: updates of the Swift learner against float64 PyTorch, each from the very state before it, element by element.
# Needs PyTorch: RGVLM_PYTHON names an interpreter that has torch, numpy and safetensors, else .venv/bin/python is tried.
set -eu
cd "$(dirname "$0")/../.."
python=${RGVLM_PYTHON:-.venv/bin/python}
if ! "$python" -c 'import torch, numpy, safetensors' 2>/dev/null; then
    echo "skipped: parity needs PyTorch; python3 -m venv .venv && .venv/bin/pip install torch torchvision numpy safetensors"
    exit 0
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
compare() {
    echo "$1, steps $2"
    RGVLM_PARITY_DUMP="$folder/$1" RGVLM_PARITY_RUN="$1" RGVLM_PARITY_STEPS="$2" \
        swift test -c release --skip-build --filter ParityDump >"$folder/log" 2>&1 || { cat "$folder/log"; exit 1; }
    "$python" Tests/Parity/compare.py "$folder/$1" --shared --rows 1
    rm -rf "${folder:?}/$1"
}
compare small "${SMALL_STEPS:-$(seq -s , 1 100)}"
compare sprint2 "${SPRINT2_STEPS:-1,2,29,30,99,100}"
