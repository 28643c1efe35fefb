#!/bin/sh
# Runs rgvlm-experiment submit for real: a tiny experiment through a cluster of two nodes that share a folder, with training tasks that
# are stopped half-way, and the same stages one after the other. Both must end with the same table and weights, and nobody
# but those that ingest and merge may have the store open for writing.
#
#   Tests/Slurm/test.sh     BIN=folder of the programs (default: .build/release)
set -eu

here=$(cd "$(dirname "$0")" && pwd -P)
root=$(cd "$here/../.." && pwd -P)
bin=$(cd "${BIN:-$root/.build/release}" && pwd -P)
if ! why=$("$here/two_nodes.sh" check); then
    echo "skipped: the Slurm test; $why"
    exit 0
fi

work=$(mktemp -d)
cleanup() {
    code=$?
    trap - EXIT INT TERM
    "$here/two_nodes.sh" stop "$work/cluster"
    if [ $code = 0 ]; then rm -rf "$work"; else echo "FAILED; what is left is in $work" >&2; fi
    exit $code
}
trap cleanup EXIT
trap 'exit 130' INT TERM

fail() { echo "FAILED: $*" >&2; exit 1; }
unset ALFRED_ROOT || :

cat >"$work/tiny.yaml" <<'END'
simulate:
  scenes: 4
  episodes: 24
  size: 60
label:
  splits: [train]
train:
  steps: 60
  batch: 8
  log_every: 5
  checkpoint_every: 5
evaluate:
  sets:
    - {name: seen, split: valid_seen, tasks: 4, lengths: [1, 2]}
experiment:
  name: tiny
  seeds: [1, 2]
  rows:
    - {name: sparse, kind: baseline, set: [train.reward.source=none]}
    - {name: rgvlm, set: [train.reward.source=labels, train.reward.sparse=0]}
    - {name: shuffled, kind: control, set: [train.reward.source=shuffled]}
END
config=$work/tiny.yaml
# One path for both, since commands with it are part of what is made.
out=$work/experiment
store=$out/tiny.sqlite

echo "one after the other ..."
one_after_the_other() {
    mkdir "$out"
    "$bin/rgvlm-simulate" generate --config "$config" --out "$out/data"
    "$bin/rgvlm-ingest" alfred --config "$config" --store "$store" --root "$out/data"
    # In the same shards: what the scripted annotator errs at depends on the numbers that spans have in their store.
    mkdir "$out/shards"
    for shard in 1 2 3; do
        cp "$store" "$out/shards/$shard.sqlite"
        ln -s "$store.alfred.frames" "$out/shards/$shard.sqlite.alfred.frames"
        "$bin/rgvlm-label" run --config "$config" --store "$out/shards/$shard.sqlite" --shard $shard/3
    done
    "$bin/rgvlm-label" merge --config "$config" --store "$store" "$out"/shards/?.sqlite
    for list in train evaluate references; do
        "$bin/rgvlm-experiment" plan --config "$config" --store "$store" --list $list >"$work/$list"
        sh -e "$work/$list"
    done
    "$bin/rgvlm-label" lint --config "$config" --store "$store" --results "$out/lint.json" || [ $? = 65 ]
    "$bin/rgvlm-report" make --config "$config" --store "$store" --out "$out" --lint "$out/lint.json"
}
one_after_the_other >"$work/one.log" 2>&1 || { tail -n 20 "$work/one.log" >&2; fail "the stages by themselves"; }
mv "$out" "$work/alone"

echo "through Slurm ..."
"$here/two_nodes.sh" start "$work/cluster"
. "$work/cluster/env"

# Waits until no job is left.
drain() {
    waited=0
    while [ -n "$(squeue -h)" ]; do
        waited=$((waited + 1))
        [ $waited -le 600 ] || { squeue >&2; fail "the chain does not end"; }
        sleep 0.5
    done
}

# Then all must have succeeded.
finish() {
    drain
    states=$(scontrol show job | grep -o 'JobState=[A-Z_]*' | sort | uniq -c)
    [ "$(echo "$states" | grep -vc COMPLETED)" = 0 ] || {
        tail -n 5 "$out"/logs/*.log >&2
        fail "not all jobs succeeded: $states"
    }
}

submit() { "${1:-$bin}/rgvlm-experiment" submit --config "$config" --store "$store" --out "$out" --shards 3; }
python3 "$here/watch.py" "$store" "$work/openings" &
watcher=$!
submit >"$work/submitted" 2>"$work/submit.log" || { cat "$work/submit.log" >&2; fail "submit"; }
[ "$(cut -f1 "$work/submitted" | tr '\n' ' ')" = "ingest label merge train evaluate references collect report " ] || fail "jobs"

if submit >/dev/null 2>"$work/twice.log"; then fail "a chain was submitted beside one that runs"; fi
grep -q "still in the queue" "$work/twice.log" || fail "the refusal says: $(cat "$work/twice.log")"

# After its first checkpoint a training task gets the signal that says that its time is nearly over, and Slurm itself puts
# another back into the queue, if it is running.
train=$(awk '$1 == "train" { print $2 }' "$work/submitted")
cell=$(sed -n 's/.*--run \([^ ]*\) .*/\1/p' "$work/train" | head -n 1)
tries=0
until ls "$store.runs/$cell/checkpoints" 2>/dev/null | grep -q step-; do
    tries=$((tries + 1))
    [ $tries -le 3000 ] || fail "no training has begun"
    [ -n "$(squeue -h)" ] || break
    sleep 0.05
done
# scancel reports a failure and asks again although the signal has arrived (22.05); what counts is below.
timeout 2 scancel --batch --signal=USR1 "${train}_1" 2>/dev/null || :
scontrol requeue "${train}_2" 2>/dev/null || echo "(the second task was not running)"
# Slurm lets what comes back wait for two minutes; that is for broken machines.
tries=0
until grep -q 'start 2$' "$out/logs/slurm-train-1.log"; do
    tries=$((tries + 1))
    [ $tries -le 300 ] || fail "the task does not start again"
    for task in 1 2; do scontrol update jobid="${train}_$task" starttime=now >/dev/null 2>&1 || :; done
    sleep 0.5
done
scontrol update jobid="${train}_2" starttime=now >/dev/null 2>&1 || :
finish
kill "$watcher"
wait "$watcher" 2>/dev/null || :
for job in $(sed -n 's/^write //p' "$work/openings"); do
    case $job in
    ingest | merge | collect | report) ;;
    *) fail "the job $job had the store open for writing" ;;
    esac
done
grep -q '^read train$' "$work/openings" || fail "nobody was seen reading the store: $(sort -u "$work/openings")"
[ -d "$store.results" ] && fail "results wait to be merged"
[ "$(grep -ho ' on [a-z]*, job' "$out"/logs/slurm-*.log | sort -u | wc -l)" = 2 ] || fail "not both nodes had jobs"
grep -q 'back into the queue' "$out/logs/slurm-train-1.log" || fail "the task did not go back by itself"
grep 'going on after update' "$out/logs/slurm-train-1.log" || fail "the task did not go on where it was"

same() { cmp "$work/alone/$1" "$out/$1" || fail "$1 differs from that of the stages by themselves"; }
[ -s "$out/table.md" ] || fail "there is no table"
same table.md
same table.csv
weights() { (cd "$1/tiny.sqlite.runs" && find . -path '*step-*60/*' -name 'model*' -type f -exec sha256sum {} + | sort -k 2); }
weights "$work/alone" >"$work/weights.alone"
weights "$out" >"$work/weights.slurm"
[ "$(wc -l <"$work/weights.alone")" = 6 ] || fail "weights of $(wc -l <"$work/weights.alone") cells in place of 6"
cmp "$work/weights.alone" "$work/weights.slurm" || fail "other weights"
ls -d "$out"/slurm/label-* 2>/dev/null && fail "shards are left"

echo "once more, with everything done ..."
mv "$out/table.md" "$work/table.md"
submit >"$work/submitted" 2>"$work/submit.log" || { cat "$work/submit.log" >&2; fail "submit, once more"; }
finish
cmp "$work/table.md" "$out/table.md" || fail "the table differs the second time"
weights "$out" | cmp - "$work/weights.slurm" || fail "weights changed the second time"

echo "with a cell that fails ..."
mkdir "$work/bin"
for program in ingest simulate label evaluate report experiment; do ln -s "$bin/rgvlm-$program" "$work/bin/"; done
cat >"$work/bin/rgvlm-train" <<END
#!/bin/sh
case "\$*" in *"--run shuffled-s2 "*) echo "error: made to fail"; exit 65 ;; esac
exec "$bin/rgvlm-train" "\$@"
END
chmod +x "$work/bin/rgvlm-train"
rm "$out/table.md"
submit "$work/bin" >"$work/submitted" 2>"$work/submit.log"
drain
# The report shows what there is: here what was trained before. The commands below the table name other programs.
rows() { grep '^|' "$1"; }
[ "$(rows "$work/table.md")" = "$(rows "$out/table.md")" ] || fail "no table, or another one, because a cell has failed"
state() { scontrol show job "$(awk -v s="$1" '$1 == s { print $2 }' "$work/submitted")" | grep -o 'JobState=[A-Z]*' | sort | uniq -c | tr -s ' \n' ' '; }
[ "$(state train)" = " 5 JobState=COMPLETED 1 JobState=FAILED " ] || fail "training: $(state train)"
[ "$(state evaluate)" = " 1 JobState=CANCELLED 5 JobState=COMPLETED " ] || fail "evaluation: $(state evaluate)"
[ "$(state report)" = " 1 JobState=COMPLETED " ] || fail "report: $(state report)"
grep -q 'made to fail' "$out"/logs/slurm-train-*.log || fail "no log says why"
echo "passed: the Slurm chain ends with the table and the weights of the stages by themselves"
