#!/bin/sh
# A Slurm cluster of two nodes that both are this machine, with its state in a folder of its own, on free ports, without systemd.
#
#   two_nodes.sh start DIR   starts it; DIR/env is to be sourced
#   two_nodes.sh stop DIR    ends its jobs and its daemons
#   two_nodes.sh check       exit code 0 if it can be started here, else says what is missing
#
# Needs slurm-wlm and munge (apt install slurm-wlm munge). All daemons run as whoever calls.
set -eu

PATH=$PATH:/usr/sbin:/sbin
export PATH

check() {
    for program in slurmctld slurmd sbatch munged; do
        command -v "$program" >/dev/null 2>&1 || { echo "no $program here; apt install slurm-wlm munge"; return 1; }
    done
    [ -r /proc/net/tcp ] || { echo "needs Linux"; return 1; }
}

# The first of four ports in a row that nobody uses.
free_port() {
    port=$((20000 + $$ % 20000))
    while :; do
        taken=0
        for p in $port $((port + 1)) $((port + 2)) $((port + 3)); do
            grep -qs ":$(printf %04X "$p") " /proc/net/tcp /proc/net/tcp6 && taken=1
        done
        [ $taken = 0 ] && break
        port=$((port + 4))
    done
    echo "$port"
}

# Ends the daemon of a pid file, if it is still the one that was started: no other has the folder in its command line.
end() {
    [ -s "$1" ] || return 0
    pid=$(cat "$1")
    tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF "$dir" || return 0
    kill "$pid" 2>/dev/null || return 0
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        kill -0 "$pid" 2>/dev/null || return 0
        sleep 0.25
    done
    kill -9 "$pid" 2>/dev/null || :
}

stop() {
    if [ -s "$dir/slurmctld.pid" ] && [ -s "$dir/munged.pid" ]; then
        SLURM_CONF=$dir/slurm.conf timeout 10 scancel --user="$(id -un)" --full >/dev/null 2>&1 || :
        for _ in 1 2 3 4 5 6 7 8; do
            [ -n "$(SLURM_CONF=$dir/slurm.conf timeout 10 squeue -h 2>/dev/null)" ] || break
            sleep 0.5
        done
    fi
    end "$dir/slurmd-first.pid"
    end "$dir/slurmd-second.pid"
    end "$dir/slurmctld.pid"
    end "$dir/munged.pid"
}

start() {
    check
    mkdir -p "$dir/state" "$dir/spool-first" "$dir/spool-second" "$dir/munge"
    chmod 755 "$dir" "$dir/munge"
    host=$(hostname -s)
    user=$(id -un)
    port=$(free_port)
    # Half of it each, so that both have something to do.
    cpus=$((($(nproc) + 1) / 2))
    memory=$(awk '/^MemTotal/ { print int($2 / 1024 * 0.45) }' /proc/meminfo)

    (umask 077; head -c 1024 /dev/urandom >"$dir/munge/key")
    cat >"$dir/slurm.conf" <<END
ClusterName=one
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
AuthInfo=socket=$dir/munge/socket
CredType=cred/munge
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool-%n
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd-%n.pid
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SwitchType=switch/none
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=defer_batch,batch_sched_delay=1,sched_interval=2,bf_interval=2,sched_min_interval=200000
JobRequeue=1
KillWait=2
MinJobAge=3600
ReturnToService=2
SlurmdTimeout=60
SlurmdParameters=config_overrides
NodeName=first NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 1)) CPUs=$cpus RealMemory=$memory State=UNKNOWN
NodeName=second NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 2)) CPUs=$cpus RealMemory=$memory State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
    cat >"$dir/env" <<END
export SLURM_CONF="$dir/slurm.conf"
END
    munged --force --key-file="$dir/munge/key" --socket="$dir/munge/socket" --pid-file="$dir/munged.pid" \
        --log-file="$dir/munge/log" --seed-file="$dir/munge/seed"
    export SLURM_CONF="$dir/slurm.conf"
    slurmctld -f "$dir/slurm.conf" >"$dir/start.log" 2>&1
    for node in first second; do slurmd -N $node -f "$dir/slurm.conf" >>"$dir/start.log" 2>&1; done

    tries=0
    until [ "$(sinfo -h -N -o %T 2>/dev/null | tr '\n' ' ')" = "idle idle " ]; do
        tries=$((tries + 1))
        if [ $tries -gt 60 ]; then
            echo "the nodes do not come up; its logs:" >&2
            tail -n 5 "$dir/start.log" "$dir/slurmctld.log" "$dir"/slurmd-*.log >&2 || :
            return 1
        fi
        sleep 0.5
    done
}

case "${1:-}" in
check) check ;;
start | stop)
    [ $# = 2 ] || { echo "usage: $0 $1 DIR" >&2; exit 64; }
    mkdir -p "$2"
    dir=$(cd "$2" && pwd -P)
    if [ "$1" = stop ]; then stop; exit; fi
    start || { stop; exit 69; }
    ;;
*) echo "usage: $0 start|stop DIR, or $0 check" >&2; exit 64 ;;
esac
