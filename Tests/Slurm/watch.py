#!/usr/bin/env python3
"""Says which of a chain's jobs have a store open, and how, until it is ended: watch.py STORE FILE.

A line for each new kind: "write" or "read", and the job, as in "write ingest".
"""
import os
import sys
import time

store, output = os.path.realpath(sys.argv[1]), sys.argv[2]
NAMES = {store + end for end in ("", "-wal", "-shm", "-journal", ".lock")}
seen = set()


def job(pid):
    """The job a process belongs to: Slurm tells it its name."""
    with open(f"/proc/{pid}/environ", "rb") as file:
        for item in file.read().split(b"\0"):
            if item.startswith(b"SLURM_JOB_NAME=rgvlm-"):
                return item.decode().partition("rgvlm-")[2]
    return None


while True:
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            for descriptor in os.listdir(f"/proc/{pid}/fd"):
                if os.readlink(f"/proc/{pid}/fd/{descriptor}") not in NAMES:
                    continue
                with open(f"/proc/{pid}/fdinfo/{descriptor}") as file:
                    flags = next(int(line.split()[1], 8) for line in file if line.startswith("flags:"))
                kind = ("read" if flags & os.O_ACCMODE == os.O_RDONLY else "write", job(pid))
                if kind[1] and kind not in seen:
                    seen.add(kind)
                    with open(output, "a") as file:
                        file.write("%s %s\n" % kind)
        except (OSError, StopIteration):
            continue
    time.sleep(0.002)
