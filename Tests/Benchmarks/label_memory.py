"""Memory of rgvlm-label run with 256 calls in flight and a million transitions in the store."""
import os
import signal
import sqlite3
import statistics
import subprocess
import time

from label_processes import Server, copy_store, environment, pinned

IN_FLIGHT = 256
LATENCY_MS = 500
TRANSITIONS = 1_000_000


def enlarge(path):
    """Copies the episodes until there are enough. Each copy's instructions are worded apart, so that no answer is used
    twice. Frames point to the same files."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA synchronous = OFF")
    columns = {
        table: [row[1] for row in database.execute("PRAGMA table_info(%s)" % table)]
        for table in ("episodes", "annotations", "subtasks", "subgoals", "transitions", "frames", "instructions")}
    count, = database.execute("SELECT count(*) FROM transitions").fetchone()
    step = {table: database.execute("SELECT max(id) FROM " + table).fetchone()[0] for table in ("episodes", "instructions")}
    database.execute("BEGIN")
    for copy in range(1, -(-TRANSITIONS // count)):
        for table, names in columns.items():
            values = {
                "id": "id + %d" % (copy * step.get(table, 0)), "episode_id": "episode_id + %d" % (copy * step["episodes"]),
                "key": "key || '-%d'" % copy,
                "text": "text || ' (%d)'" % copy}
            last = "id <= %d" % step[table] if table in step else "episode_id <= %d" % step["episodes"]
            database.execute("INSERT INTO %s (%s) SELECT %s FROM %s WHERE %s" % (
                table, ", ".join(names), ", ".join(values.get(name, name) for name in names), table, last))
    database.execute("COMMIT")
    count, = database.execute("SELECT count(*) FROM transitions").fetchone()
    database.close()
    return count


def resident(pid):
    """Resident MB, and those of them that are no file."""
    with open("/proc/%d/status" % pid) as file:
        fields = dict(line.split(":", 1) for line in file)
    return [int(fields[name].split()[0]) * 1024 / 1e6 for name in ("VmRSS", "RssAnon")]


def memory(bench, seconds=60):
    store = bench.path("many.sqlite")
    copy_store(bench.store, store)
    count = enlarge(store)
    bench.options.spans = 100_000_000
    with Server(bench.label, store, bench.options.cores[1], "latency:%dms" % LATENCY_MS) as server:
        command = [bench.label, "run", "--store", store, "--concurrency", str(IN_FLIGHT)] + bench.what(server.url)
        client = subprocess.Popen(pinned(bench.options.cores[0], command), env=environment(), stdout=subprocess.DEVNULL)
        samples, start = [], time.perf_counter()
        while time.perf_counter() - start < seconds and client.poll() is None:
            samples.append(resident(client.pid))
            time.sleep(0.2)
        elapsed, stats = time.perf_counter() - start, server.stats
        client.send_signal(signal.SIGINT)
        client.wait()
    quarter = len(samples) // 4
    drift = [statistics.median(sample[kind] for sample in samples[3 * quarter:])
             - statistics.median(sample[kind] for sample in samples[quarter:2 * quarter]) for kind in (0, 1)]
    peak = [max(sample[kind] for sample in samples) for kind in (0, 1)]
    print("%s transitions, store %.0f MB; %d calls in %.0f s (%.0f/s), %d in flight at most" % (
        format(count, ","), os.path.getsize(store) / 1e6, stats["requests"], elapsed, stats["requests"] / elapsed,
        stats["max_concurrency"]))
    print("resident %.0f MB at most (%.0f MB without files); last quarter - second quarter: %+.1f MB (%+.1f)" % (
        peak[0], peak[1], drift[0], drift[1]))
    tenth = max(1, len(samples) // 10)
    print("resident over time, MB: " + " ".join("%.0f" % sample[0] for sample in samples[::tenth]))
