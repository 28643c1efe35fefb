# What all jobs share; sourced.
set -eu

say() { printf '%s\n' "$*" >&2; }

say "--- $(date -u +%FT%TZ) $SLURM_JOB_NAME ${SLURM_ARRAY_TASK_ID:-} on $(hostname), job $SLURM_JOB_ID, start $((${SLURM_RESTART_COUNT:-0} + 1))"

child=
expired=
# An exit code that the job itself deals with.
accepted=
trap 'expired=1; [ -z "$child" ] || kill -TERM "$child" 2>/dev/null || :' USR1
trap '[ -z "$child" ] || kill -TERM "$child" 2>/dev/null || :' TERM

# Runs a stage. Slurm sends USR1 before the job's time is over: the stage stops where it can go on later, and the job goes
# back into the queue. After a node's failure or a preemption Slurm puts it there by itself.
run() {
    say "\$ $*"
    "$@" &
    child=$!
    status=0
    wait "$child" || status=$?
    # A signal ends the waiting, not the stage.
    while kill -0 "$child" 2>/dev/null; do
        status=0
        wait "$child" || status=$?
    done
    child=
    [ $status = 0 ] && return 0
    [ $status != "$accepted" ] || return $status
    if [ -n "$expired" ]; then
        say "out of time; back into the queue"
        scontrol requeue "$SLURM_JOB_ID" && sleep 600
    fi
    say "exit code $status"
    exit $status
}

# run_line NUMBER LIST [ARGUMENT...]: runs the command in a line of a list, with more arguments.
run_line() {
    line=$(sed -n "${1}p" "$RGVLM_LISTS/$2")
    [ -n "$line" ] || { say "error: $RGVLM_LISTS/$2 has no line $1"; exit 66; }
    shift 2
    run sh -c "exec $line \"\$@\"" sh "$@"
}

stage() {
    program=$1 command=$2
    shift 2
    while IFS= read -r setting; do set -- "$@" --set "$setting"; done <"$RGVLM_LISTS/settings"
    run "$RGVLM_BIN/$program" "$command" --config "$RGVLM_CONFIG" --store "$RGVLM_STORE" "$@"
}

# Takes the labels of shards into the store, then removes the shards.
take() {
    run "$RGVLM_BIN/rgvlm-label" merge --config "$RGVLM_CONFIG" --store "$RGVLM_STORE" "$@"
    for shard; do
        folder=$(dirname "$shard")
        mv "$folder" "$folder.done"
    done
    rm -rf "$RGVLM_OUT"/slurm/label-*.shard.done
}
