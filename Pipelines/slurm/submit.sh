#!/bin/sh
# Submits an experiment to Slurm as a chain of jobs, each after the one before it has succeeded; only the report does not wait
# for that, and shows what there is:
#
#   ingest -> label (array over shards) -> merge -> train (array over rows x seeds) -> evaluate (array) -> report
#                                                -> references (expert, random)     ------------------^
#
#   Pipelines/slurm/submit.sh CONFIG.yaml STORE OUT [key.path=value ...]
#
# Settings behind them win over CONFIG. OUT gets the report, and logs/ with a file a task. Submitting again goes on where a chain ended: what is done is skipped.
#
#   BIN=folder           the programs (default: .build/release)
#   ALFRED_ROOT=folder   the release to read; without it data is generated into OUT/data, as the section simulate says
#   SHARDS=4             jobs that label at once; each asks with label.concurrency and label.budget of its own
#   NODE=name            the machine of all jobs that open the store
#   SBATCH_PARTITION, SBATCH_ACCOUNT, SBATCH_TIMELIMIT, ...: as sbatch has them
#
# The store is one SQLite file with one writer at a time. All jobs but the labelling ones open it, so they must run on one
# machine if it lies on a network's file system: that is what NODE is for.
set -eu

say() { printf '%s\n' "$*" >&2; }
fail() { code=$1; shift; say "error: $*"; exit "$code"; }

[ $# -ge 3 ] || { say "usage: $0 CONFIG.yaml STORE OUT [key.path=value ...]"; exit 64; }
command -v sbatch >/dev/null || fail 69 "no sbatch here; this wants a machine that submits to Slurm"

here=$(cd "$(dirname "$0")" && pwd -P)
absolute() { (cd "$(dirname "$1")" && printf '%s/%s\n' "$(pwd -P)" "$(basename "$1")"); }
[ -f "$1" ] || fail 66 "$1: there is no such file"
RGVLM_CONFIG=$(absolute "$1")
mkdir -p "$(dirname "$2")" "$3"
RGVLM_STORE=$(absolute "$2")
RGVLM_OUT=$(cd "$3" && pwd -P)
RGVLM_BIN=${BIN:-$here/../../.build/release}
for program in ingest simulate label train evaluate report experiment; do
    [ -x "$RGVLM_BIN/rgvlm-$program" ] || fail 66 "$RGVLM_BIN/rgvlm-$program: there is no such program; make build, or set BIN"
done
RGVLM_BIN=$(cd "$RGVLM_BIN" && pwd -P)
shards=${SHARDS:-4}
case $shards in '' | 0* | *[!0-9]*) fail 64 "SHARDS=$shards: expected a whole number of 1 or more" ;; esac
if [ -n "${ALFRED_ROOT:-}" ]; then ALFRED_ROOT=$(cd "$ALFRED_ROOT" && pwd -P) && export ALFRED_ROOT; fi

node=
if [ -n "${NODE:-}" ]; then
    node=--nodelist=$NODE
else
    kind=$(stat -f -c %T "$(dirname "$RGVLM_STORE")" 2>/dev/null || :)
    case $kind in
    nfs* | lustre | gpfs | beegfs* | ceph | cifs | smb* | afs | panfs | fuse* | orangefs)
        fail 64 "$RGVLM_STORE lies on a network's file system ($kind), where machines cannot share a SQLite file;" \
            "NODE=name keeps the jobs that open it on one machine" ;;
    esac
fi

slurm=$RGVLM_OUT/slurm
mkdir -p "$slurm" "$RGVLM_OUT/logs"
if [ -s "$slurm/jobs" ]; then
    running=$(squeue -h -o %i -j "$(cut -f2 "$slurm/jobs" | paste -sd, -)" 2>/dev/null | tr '\n' ' ')
    [ -z "$running" ] || fail 64 "jobs of the last time are still in the queue ($running); wait, or scancel them"
fi

# What each array task runs is settled now.
RGVLM_LISTS=$(mktemp -d "$slurm/lists-XXXXXX")
# Half a chain is of no use.
undo() {
    code=$?
    [ $code = 0 ] || {
        [ ! -s "$slurm/jobs.new" ] || cut -f2 "$slurm/jobs.new" | xargs scancel
        rm -rf "$RGVLM_LISTS" "$slurm/jobs.new"
    }
}
trap undo EXIT
chmod 755 "$RGVLM_LISTS"
shift 3
for setting in "$@"; do
    case $setting in
    *"
"*) fail 64 "a setting has more than one line" ;;
    *=*) printf '%s\n' "$setting" ;;
    *) fail 64 "$setting: expected key.path=value" ;;
    esac
done >"$RGVLM_LISTS/settings"
for setting in "$@"; do
    set -- "$@" --set "$setting"
    shift
done
# What it will take comes first. SHARDS budgets add up.
"$RGVLM_BIN/rgvlm-experiment" plan --config "$RGVLM_CONFIG" --store "$RGVLM_STORE" "$@" >&2
for list in train evaluate references; do
    "$RGVLM_BIN/rgvlm-experiment" plan --config "$RGVLM_CONFIG" --store "$RGVLM_STORE" "$@" --list $list \
        >"$RGVLM_LISTS/$list"
    [ -s "$RGVLM_LISTS/$list" ] || fail 65 "$RGVLM_CONFIG: the plan has nothing to $list"
done
cells=$(wc -l <"$RGVLM_LISTS/train")

RGVLM_SLURM=$here
RGVLM_SHARDS=$shards
export RGVLM_CONFIG RGVLM_STORE RGVLM_OUT RGVLM_BIN RGVLM_LISTS RGVLM_SLURM RGVLM_SHARDS

: >"$slurm/jobs.new"

# submit STAGE LOG [OPTION...]: leaves the job's number in $id.
submit() {
    stage=$1 log=$2
    shift 2
    id=$(sbatch --parsable --export=ALL --requeue --open-mode=append --signal=B:USR1@120 --kill-on-invalid-dep=yes \
        --job-name="rgvlm-$stage" --output="$RGVLM_OUT/logs/$log" "$@" "$here/$stage.sbatch")
    id=${id%%;*}
    printf '%s\t%s\n' "$stage" "$id" >>"$slurm/jobs.new"
}

submit ingest slurm-ingest.log $node
submit label slurm-label-%a.log --dependency=afterok:"$id" --array=1-"$shards"
submit merge slurm-merge.log $node --dependency=afterok:"$id"
merge=$id
submit train slurm-train-%a.log $node --dependency=afterok:"$merge" --array=1-"$cells"
# Each cell is evaluated as soon as it is trained.
submit evaluate slurm-evaluate-%a.log $node --dependency=aftercorr:"$id" --array=1-"$cells"
evaluate=$id
submit references slurm-references.log $node --dependency=afterok:"$merge"
# What some cells lack the report says.
submit report slurm-report.log $node --dependency=afterany:"$evaluate":"$id"

mv "$slurm/jobs.new" "$slurm/jobs"
cat "$slurm/jobs"
say "$cells cells; the report will be in $RGVLM_OUT, logs are in $RGVLM_OUT/logs. squeue --me shows how far it is."
