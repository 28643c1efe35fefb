#!/bin/sh
# RG-VLM's Table I and Figure 4, by experiment.sh and reproduce.yaml:
#
#   sh Pipelines/reproduce.sh [key.path=value ...]
#
# The settings win over reproduce.yaml, as in label.provider=openai. The rest is in the environment:
#
#   ALFRED_ROOT    folder of the release, for real trajectories and floor plans; without it data are generated
#   BUDGET         small, default or long: see below
#   EVAL_INSTRUCT  SPRINT's task file (default: eval_instruct.json in ALFRED_ROOT); without it tasks are drawn from splits
#   SEEDS          as in 1,2,3 (default: those of reproduce.yaml)
#   JOBS, BIN, RESTART  as for experiment.sh
#   OUT, STORE     where everything goes (default: a folder in Datasets/generated for each budget)
set -eu
cd "$(dirname "$0")/.."

# The one place where budgets are set. Each of the cells gets as many updates.
budget=${BUDGET:-default}
given=$#
case $budget in
small) set -- "$@" train.steps=800 ;;
default) ;; # as in reproduce.yaml
long) set -- "$@" train.steps=20000 ingest.limit=1000000 ;;
*) printf 'BUDGET=%s: expected small, default or long\n' "$budget" >&2; exit 64 ;;
esac

[ -z "${SEEDS:-}" ] || set -- "$@" "experiment.seeds=[$(printf '%s' "$SEEDS" | tr -s ' ' ',')]"

# Text between double quotes in YAML.
yaml() { printf '%s' "$1" | sed 's/[\\"]/\\&/g'; }

root=${ALFRED_ROOT:-}
if [ -n "$root" ]; then
    data=real
    splits=train
    for split in valid_seen valid_unseen; do
        for folder in "$root/$split" "$root"/*/"$split" "$root"/data/*/"$split"; do
            if [ -d "$folder" ]; then
                splits="$splits, $split"
                break
            fi
        done
    done
    set -- "$@" "ingest.splits=[$splits]"
    tasks=${EVAL_INSTRUCT:-$root/eval_instruct.json}
    if [ -f "$tasks" ]; then
        file="\"$(yaml "$tasks")\""
        sets="{name: eval_instruct, file: $file}, {name: eval_instruct_random, file: $file, start: random}"
        set -- "$@" "ingest.include=$file"
    elif [ -n "${EVAL_INSTRUCT:-}" ]; then
        printf 'EVAL_INSTRUCT=%s: there is no such file\n' "$EVAL_INSTRUCT" >&2
        exit 66
    else
        printf 'There is no %s, and EVAL_INSTRUCT names no other: the tasks are drawn from the splits.\n' "$tasks" >&2
        sets="{name: train, split: train, tasks: 100}, {name: train_random, split: train, tasks: 100, start: random}"
    fi
    for split in valid_seen valid_unseen; do
        case $splits in *$split*) sets="$sets, {name: $split, split: $split, tasks: 60}" ;; esac
    done
    set -- "$@" "evaluate.sets=[$sets]"
else
    data=generated
    if [ -n "${EVAL_INSTRUCT:-}" ]; then
        printf 'EVAL_INSTRUCT: its tasks are set in the floor plans of the release; set ALFRED_ROOT too\n' >&2
        exit 64
    fi
    printf 'ALFRED_ROOT is not set: data are generated. make alfred fetches the release.\n' >&2
fi

# What the user has set comes last, and wins.
while [ "$given" -gt 0 ]; do
    given=$((given - 1))
    set -- "$@" "$1"
    shift
done

out=${OUT:-Datasets/generated/reproduce-$data-$budget}
ROOT=$root
export ROOT
exec sh Pipelines/experiment.sh Pipelines/reproduce.yaml "${STORE:-$out/reproduce.sqlite}" "$out" "$@"
