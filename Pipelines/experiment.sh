#!/bin/sh
# An experiment from its data to its report:
#
#   sh Pipelines/experiment.sh CONFIG STORE OUT [key.path=value ...]
#
# CONFIG lists the rows and seeds (see demo.yaml), STORE is the SQLite file, OUT the folder of the report and of the logs;
# settings behind them win over CONFIG. The stages skip what is done and go on where they were stopped or killed, and so does
# this script when it is given again. Ctrl-C, or SIGTERM, ends everything it has started.
#
# Environment:
#   ROOT      folder of an ALFRED release; without it a dataset is generated in OUT/data, as CONFIG's section simulate says
#   JOBS      cells trained at once (default: one a core), each with one thread
#   RESTART   1: cells that were trained with other settings or data than now begin anew (default: they are an error)
#   STEPS     what to do of: data ingest label lint train evaluate references report (default: all)
#   BIN       folder of the stages (default: .build/release)
#   INTERVAL  seconds between two looks at the progress (default: 5 on a terminal, else 60)
#
# Exit codes: 0 done; 130 stopped; else that of the stage, or of the first cell, that failed.
set -u

[ $# -ge 3 ] || { sed -n '2,20s/^# \{0,1\}//p' "$0" >&2; exit 64; }
config=$1 store=$2 out=$3
shift 3

BIN=${BIN:-.build/release}
JOBS=${JOBS:-$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)}
STEPS=${STEPS:-data ingest label lint train evaluate references report}
if [ -t 2 ]; then on_terminal=1; else on_terminal=0; fi
INTERVAL=${INTERVAL:-$([ $on_terminal = 1 ] && echo 5 || echo 60)}
for name in $STEPS; do
    case $name in
    data | ingest | label | lint | train | evaluate | references | report) ;;
    *) printf 'STEPS: %s is none of data ingest label lint train evaluate references report\n' "$name" >&2; exit 64 ;;
    esac
done
case $JOBS in '' | *[!0-9]* | 0*) printf 'JOBS=%s: expected a number of processes\n' "$JOBS" >&2; exit 64 ;; esac

tab=$(printf '\t')
jobs=$out/jobs/$$
logs=$out/logs
stopping=0
first_failure=0
line_shown=0

quote() {
    case $1 in
    '' | *[!A-Za-z0-9_./=:,@%+-]*) printf '%s' "$1" | sed "s/'/'\\\\''/g; 1s/^/'/; \$s/\$/'/" ;;
    *) printf '%s' "$1" ;;
    esac
}

say() {
    [ $line_shown = 0 ] || printf '\r\033[K' >&2
    line_shown=0
    printf '%s\n' "$*" >&2
}

# A line that the next one replaces.
show() {
    if [ $on_terminal = 1 ]; then
        printf '\r\033[K%s' "$1" >&2
        line_shown=1
    else
        printf '%s\n' "$1" >&2
    fi
}

# Commands are lines for a shell, as rgvlm-report plan --list prints them.
common="--config $(quote "$config") --store $(quote "$store")"
for setting in "$@"; do common="$common --set $(quote "$setting")"; done
stage() { printf '%s %s' "$(quote "$BIN/$1")" "$2 $common"; }

# --- Processes. Each job has a session of its own, so that Ctrl-C reaches it once, through this script.

if command -v setsid >/dev/null 2>&1; then apart=setsid
elif command -v perl >/dev/null 2>&1; then apart='perl -e setpgrp;exec@ARGV'
else apart=
fi

# start NAME LOG COMMAND: LOG may be empty, for the terminal. The process is $!.
start() {
    if [ -n "$2" ]; then
        # shellcheck disable=SC2016,SC2086
        $apart sh -c 'echo $$ >"$1" && eval "exec $2"' sh "$jobs/$1.pid" "$3" >>"$2" 2>&1 </dev/null 9>&- &
    else
        # shellcheck disable=SC2016,SC2086
        $apart sh -c 'echo $$ >"$1" && eval "exec $2"' sh "$jobs/$1.pid" "$3" </dev/null 9>&- &
    fi
    # The job writes it too, in case this script is killed before it does.
    echo $! >"$jobs/$1.pid"
}

signal_jobs() {
    for file in "$jobs"/*.pid; do
        [ -f "$file" ] || continue
        read -r job <"$file" || continue
        kill -s "$1" -- "-$job" 2>/dev/null || kill -s "$1" "$job" 2>/dev/null
    done
}

# Whether any process of a job is left.
have_jobs() {
    for file in "$jobs"/*.pid; do
        [ -f "$file" ] || continue
        read -r job <"$file" || continue
        if kill -s 0 -- "-$job" 2>/dev/null || kill -s 0 "$job" 2>/dev/null; then return 0; fi
        rm -f "$file"
    done
    return 1
}

# Longer each time until something has happened.
nap() {
    case $drowsy in 0) length=0.02 ;; 1) length=0.05 ;; 2) length=0.1 ;; 3) length=0.2 ;; *) length=0.5 ;; esac
    drowsy=$((drowsy + 1))
    sleep $length 2>/dev/null || sleep 1
}
drowsy=0

halt() {
    say "stopping: what is under way is saved; press again to stop at once"
    seen=$stopping
    signal_jobs TERM
    naps=0
    drowsy=0
    while have_jobs; do
        nap
        naps=$((naps + 1))
        if [ "$stopping" -gt "$seen" ] || [ $naps -ge 60 ]; then
            signal_jobs KILL
            naps=0
        fi
    done
    say "stopped; the same command goes on from here"
    exit 130
}

# attend NAME: waits for the job started last and sets $status.
attend() {
    wait $!
    status=$?
    [ "$stopping" = 0 ] || halt
    rm -f "$jobs/$1.pid"
}

finish() {
    # Tells the watcher that nobody is to be ended.
    [ ! -p "$jobs/alive" ] || echo end >&9
    rm -rf "$jobs"
    rmdir "$out/jobs" 2>/dev/null
}

arguments_of() {
    if [ -d /proc/self ]; then tr '\0' ' ' <"/proc/$1/cmdline"; else ps -o args= -p "$1"; fi 2>/dev/null
}

# One script at a time in OUT: each has a folder there, named by its process, with those of its jobs. What one that was
# killed has left running is ended first.
take_over() {
    trap 'stopping=$((stopping + 1))' INT TERM HUP
    mkdir -p "$logs" "$jobs" "$(dirname "$store")" || exit 73
    stale=""
    for folder in "$out"/jobs/*/; do
        other=$(basename "$folder")
        [ "$other" != $$ ] || continue
        case $(arguments_of "$other") in
        *experiment.sh*)
            say "another experiment.sh (pid $other) works in $out; wait for it to end"
            rm -rf "$jobs"
            exit 73
            ;;
        esac
        stale="$stale $other"
    done
    own=$jobs
    for other in $stale; do
        jobs=$out/jobs/$other
        for file in "$jobs"/*.pid; do
            [ -f "$file" ] || continue
            read -r job <"$file" || job=
            case $(arguments_of "${job:-0}") in *rgvlm-*) ;; *) rm -f "$file" ;; esac
        done
        naps=0
        drowsy=0
        while have_jobs; do
            [ $naps -gt 0 ] || say "waiting for stages that an earlier run has left"
            [ $naps -lt 20 ] || signal_jobs KILL
            nap
            naps=$((naps + 1))
            if [ "$stopping" != 0 ]; then
                rm -rf "$own"
                exit 130
            fi
        done
        rm -rf "$jobs"
    done
    jobs=$own
    trap finish EXIT
    # The watcher reads from a pipe that only this script holds open: when it is killed, the jobs are told to end.
    mkfifo "$jobs/alive" || exit 73
    exec 9<>"$jobs/alive"
    # shellcheck disable=SC2016,SC2086
    $apart sh -c '
        read -r word && exit
        for file in "$1"/*.pid; do
            read -r job <"$file" || continue
            kill -s TERM -- "-$job" || kill -s TERM "$job"
        done' sh "$jobs" <"$jobs/alive" >/dev/null 2>&1 9>&- &
}

# --- Steps

wants() { case " $STEPS " in *" $1 "*) ;; *) return 1 ;; esac; }

# step NAME COMMAND: on the terminal; sets $status.
step() {
    say ""
    say "$1: $2"
    start "$1" "" "$2"
    attend "$1"
}

fail() {
    [ "$stopping" = 0 ] || halt
    say "$1 failed with exit code $2; the lines above say why. The same command goes on from here."
    exit "$2"
}

plan() { eval "$(stage rgvlm-report plan) $1" 9>&-; }

# remember RUN STATUS: a cell that failed.
remember() {
    [ $first_failure != 0 ] || first_failure=$2
    printf '%s\t%s\n' "$1" "$2" >>"$jobs/failed"
    say "$1 failed with exit code $2: $(tail -n 1 "$logs/$1.log" 2>/dev/null); see $logs/$1.log"
}

# Where the cells are, in a line. $1: cells or evaluations, $2: the names of those running.
progress() {
    plan "--list state" >"$jobs/state" 2>/dev/null || return 0
    now=$(date +%s)
    show "$(awk -F "$tab" -v what="$1" -v running="$2" -v seconds=$((now - began)) -v before="$updates_before" '
        BEGIN { count = split(running, names, " "); for (i in names) runs[names[i]] = 1 }
        {
            total++
            if ($2 == "evaluated" || what == "cells" && $2 == "trained") done++
            step = $3 + 0; all = $4 + 0
            if (all > 0 && step > all) step = all
            sum += step
            if ($2 == "open" || $2 == "begun") left += all - step
            if (all == 0) unknown = 1
            if ($1 in runs) {
                text = $1
                if (what == "cells" && all > 0) text = text " " int(step * 100 / all) " %"
                list = list (list == "" ? "" : ", ") text
            }
        }
        END {
            line = sprintf("%s %d/%d done, %d running%s", what, done, total, count, list == "" ? "" : " (" list ")")
            rate = seconds > 0 ? (sum - before) / seconds : 0
            if (what == "cells" && rate > 0) {
                line = line sprintf(rate >= 10 ? ", %d/s" : ", %.1f/s", rate)
                time = left / rate
                if (unknown) line = line ""
                else if (time >= 3600) line = line sprintf(", %d h %d min left", time / 3600, time % 3600 / 60)
                else if (time >= 60) line = line sprintf(", %d min left", time / 60 + 0.5)
                else line = line sprintf(", %d s left", time + 0.5)
            }
            print line
        }' "$jobs/state")"
}

# pool WHAT SIZE: runs the lines of $jobs/queue, "run<tab>command", SIZE at a time.
pool() {
    running=""
    began=$(date +%s)
    looked=$began
    updates_before=$(awk -F "$tab" '{ sum += $4 > 0 && $3 > $4 ? $4 : $3 } END { print sum + 0 }' "$jobs/state")
    exec 4<"$jobs/queue"
    waiting=1
    while :; do
        count=0
        for entry in $running; do count=$((count + 1)); done
        while [ $waiting = 1 ] && [ $count -lt "$2" ] && [ "$stopping" = 0 ]; do
            if IFS=$tab read -r run line <&4; then
                [ "$1" != cells ] || [ "${RESTART:-}" != 1 ] || line="$line --restart"
                printf -- '-- %s\n' "$line" >>"$logs/$run.log"
                start "$run" "$logs/$run.log" "$line" 4<&-
                running="$running $!:$run"
                count=$((count + 1))
            else
                waiting=0
            fi
        done
        [ "$stopping" = 0 ] || halt
        [ $count -gt 0 ] || break
        nap
        names="" rest=""
        for entry in $running; do
            pid=${entry%%:*} run=${entry#*:}
            if kill -s 0 "$pid" 2>/dev/null; then
                rest="$rest $entry"
                names="$names $run"
                continue
            fi
            wait "$pid"
            status=$?
            [ "$stopping" = 0 ] || halt
            drowsy=0
            rm -f "$jobs/$run.pid"
            [ $status = 0 ] || remember "$run" $status
        done
        running=$rest
        now=$(date +%s)
        if [ -n "$running" ] && [ $((now - looked)) -ge "$INTERVAL" ]; then
            looked=$now
            progress "$1" "$names"
        fi
    done
    exec 4<&-
}

has_failed() { [ -f "$jobs/failed" ] && cut -f 1 "$jobs/failed" | grep -qxF -- "$1"; }

# check STATES MESSAGE: cells in none of the states, separated by |, count as failed.
check() {
    plan "--list state" >"$jobs/state" || fail "rgvlm-report plan" $?
    while IFS=$tab read -r run state steps updates; do
        case "|$1|" in *"|$state|"*) continue ;; esac
        has_failed "$run" && continue
        printf 'error: %s: %s; its state is "%s" after %s of %s updates\n' \
            "$run" "$2" "$state" "$steps" "$updates" >>"$logs/$run.log"
        remember "$run" 65
    done <"$jobs/state"
}

# queue LIST STATES: the commands of the cells that are in one of the states.
queue() {
    plan "--list state" >"$jobs/state" && plan "--list $1" >"$jobs/lines" || fail "rgvlm-report plan" $?
    paste "$jobs/state" "$jobs/lines" | awk -F "$tab" -v states="$2" '
        states == "" || index("|" states "|", "|" $2 "|") { print $1 "\t" substr($0, length($1 $2 $3 $4) + 5) }
    ' >"$jobs/queue"
}

take_over

# What it will take comes first; a configuration that is not understood ends here.
plan "--jobs $JOBS"
status=$?
[ "$stopping" = 0 ] || halt
[ $status = 0 ] || exit $status

if wants data; then
    if [ -z "${ROOT:-}" ]; then
        step data "$(stage rgvlm-simulate "generate --out $(quote "$out/data")")"
        [ $status = 0 ] || fail data $status
    elif [ ! -d "$ROOT" ]; then
        say "$ROOT: there is no such folder; make alfred fetches the release"
        exit 66
    fi
fi

if wants ingest; then
    step ingest "$(stage rgvlm-ingest "alfred --root $(quote "${ROOT:-$out/data}")") --log-level warning"
    [ $status = 0 ] || fail ingest $status
fi

if wants label; then
    case $(plan "--json") in
    *'"is_asking" : true'*)
        step estimate "$(stage rgvlm-label estimate)"
        [ $status = 0 ] || fail "the estimate" $status
        ;;
    esac
    step label "$(stage rgvlm-label run)"
    # 66 is also the code when some spans cannot be shown, which stays so: then nothing else may be waiting.
    if [ $status = 66 ]; then
        eval "$(stage rgvlm-label status) --json" >"$jobs/labels" || fail label 66
        if grep -q '"scored"' "$jobs/labels" && ! grep -q '"pending"' "$jobs/labels"; then status=0; fi
    fi
    [ $status = 0 ] || fail label $status
fi

lint_failed=0
if wants lint; then
    step lint "$(stage rgvlm-label lint) --page $(quote "$out/lint.html") --results $(quote "$out/lint.json")"
    case $status in 0) ;; 65) lint_failed=1 ;; *) fail lint $status ;; esac
fi

if wants train; then
    say ""
    say "train: $JOBS at a time, logs in $logs"
    queue train ""
    pool cells "$JOBS"
    check "trained|evaluated" "was not trained as planned"
fi

if wants evaluate; then
    say ""
    say "evaluate"
    check "trained|evaluated" "is not trained"
    queue evaluate "trained|evaluated"
    # One at a time: it uses all cores by itself.
    pool evaluations 1
    check "evaluated" "was not evaluated on all sets"
fi

if wants references; then
    plan "--list references" >"$jobs/lines" || fail "rgvlm-report plan" $?
    awk '{ print "references-" NR "\t" $0 }' "$jobs/lines" >"$jobs/queue"
    plan "--list state" >"$jobs/state"
    pool evaluations 1
fi

if wants report; then
    report="$(stage rgvlm-report make) --out $(quote "$out")"
    [ ! -f "$out/lint.json" ] || report="$report --lint $(quote "$out/lint.json")"
    step report "$report"
    [ $status = 0 ] || fail report $status
    echo
    # What was found, and the main table; all else is in the file.
    sed '/^Further measures/,$d' "$out/table.md" || exit 73
    echo
    echo "table:  $out/table.md"
    for figure in "$out/figure4.png" "$out/figure4.svg"; do
        if [ -f "$figure" ]; then echo "figure: $figure"; break; fi
    done
    echo "report: $out/report.html"
fi

[ $lint_failed = 0 ] || say "The lint does not trust the scores, or has too few to tell: see $out/lint.html"
if [ -f "$jobs/failed" ]; then
    say ""
    while IFS=$tab read -r run code; do say "failed: $run (exit code $code), log $logs/$run.log"; done <"$jobs/failed"
    say "$(wc -l <"$jobs/failed" | tr -d ' ') failed; the same command tries them again"
    if while IFS=$tab read -r run code; do tail -n 1 "$logs/$run.log"; done <"$jobs/failed" | grep -q -e --restart; then
        say "Some were begun with other settings or data: with RESTART=1 before it, it trains those anew; or give another folder."
    fi
    exit "$first_failure"
fi
exit 0
