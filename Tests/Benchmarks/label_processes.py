"""Processes of the labelling benchmark: a clean environment, a core each, and what each of them used."""
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

MODEL = "bench"
MEGABYTE = 1e6
TICK = os.sysconf("SC_CLK_TCK")


def environment():
    """Without what the shell sets for numeric libraries, Python or proxies; the same for both sides."""
    return {key: os.environ[key] for key in ("PATH", "HOME", "TMPDIR") if key in os.environ} | {"LANG": "C.UTF-8"}


def pinned(core, command):
    """On one core, where the system can do that."""
    return ["taskset", "-c", str(core)] + command if shutil.which("taskset") else command


def run(command, core=None, capture=False, expected=(0,)):
    """Wall seconds, CPU seconds, peak memory in MB and the output of one process."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command if core is None else pinned(core, command), env=environment(), text=True,
        stdout=subprocess.PIPE if capture else subprocess.DEVNULL)
    output = process.stdout.read() if capture else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    if process.returncode not in expected:
        sys.exit("%s failed with status %d" % (" ".join(command[:2]), process.returncode))
    scale = 1 if sys.platform == "darwin" else 1024
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * scale / MEGABYTE, output


def cpu_of(pid):
    """CPU seconds of a running process; Linux only."""
    with open("/proc/%d/stat" % pid) as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def cpu_of_machine():
    """CPU seconds all cores have worked since boot; Linux only."""
    with open("/proc/stat") as file:
        fields = [int(field) for field in file.readline().split()[1:]]
    return (sum(fields[:8]) - fields[3] - fields[4]) / TICK


class Server:
    """`rgvlm-label serve` on a core of its own, with the annotator that gives every transition the same score."""

    def __init__(self, binary, store, core, faults=""):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = "http://127.0.0.1:%d" % port
        command = [binary, "serve", "--store", store, "--port", str(port), "--quiet"]
        command += ["--set", "label.annotator.kind=constant"] + (["--faults", faults] if faults else [])
        self.process = subprocess.Popen(
            pinned(core, command), env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                urllib.request.urlopen(self.url + "/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        else:
            sys.exit("the server did not start")
        self.started_with = cpu_of(self.process.pid)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    @property
    def cpu(self):
        """CPU seconds since the server was ready."""
        return cpu_of(self.process.pid) - self.started_with

    @property
    def stats(self):
        with urllib.request.urlopen(self.url + "/stats") as reply:
            return json.load(reply)


def copy_store(source, target):
    """A fresh copy; pictures are files of the dataset and stay where they are."""
    for suffix in ("", "-wal", "-shm"):
        if os.path.exists(target + suffix):
            os.remove(target + suffix)
    shutil.copyfile(source, target)
    if os.path.exists(source + "-wal"):
        shutil.copyfile(source + "-wal", target + "-wal")


def peer_python(folder):
    """A Python with the openai package, as `pip install openai` gives it."""
    python = os.path.join(folder, "bin", "python")
    if not os.path.exists(python):
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "openai"], check=True)
    return python
