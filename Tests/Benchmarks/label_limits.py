"""What a call cannot do without, by the C routines behind Python: its frames read, hashed and encoded once, its bytes copied
and sent. And what the server takes from a client that does nothing but send bytes it has ready."""
import base64
import hashlib
import json
import os
import socket
import sqlite3
import time

from label_processes import Server


def best(body, repeats=5):
    def once():
        start = time.thread_time()
        body()
        return time.thread_time() - start

    return min(once() for _ in range(repeats))


def limits(bench, count=2000, pictures_a_call=8):
    os.sched_setaffinity(0, {bench.options.cores[0]})
    database = sqlite3.connect("file:%s?mode=ro" % bench.store, uri=True)
    paths = [os.path.join(*row) for row in database.execute(
        "SELECT d.root, f.path FROM frames f JOIN episodes e ON e.id = f.episode_id JOIN datasets d ON d.id = e.dataset_id"
        " WHERE f.status = 'present' LIMIT ?", (count,))]

    def read():
        data = []
        for path in paths:
            with open(path, "rb", buffering=0) as file:
                data.append(file.read())
        return data

    frames = read()
    texts = [base64.b64encode(frame) for frame in frames]
    size, text = sum(map(len, frames)) / len(frames), sum(map(len, texts)) / len(texts)
    costs = {
        "read": best(read), "SHA-256": best(lambda: [hashlib.sha256(frame).digest() for frame in frames]),
        "base64": best(lambda: [base64.b64encode(frame) for frame in frames]),
        "copy": best(lambda: [bytes(bytearray(text)) for text in texts]) / 2,
        "send on a socket": sending(bench, texts)}
    print("%d frames of %.1f kB, base64 %.1f kB" % (len(frames), size / 1e3, text / 1e3))
    for name, seconds in costs.items():
        of = text if name in ("copy", "send on a socket") else size
        print("%-17s %6.1f us a frame, %5.2f GB/s" % (
            name, seconds / len(frames) * 1e6, of * len(frames) / seconds / 1e9))
    # A window of eight begins with the picture the one before ended with: seven are new.
    once = sum(costs[name] for name in ("read", "SHA-256", "base64")) * (pictures_a_call - 1) / len(frames)
    each = sum(costs[name] for name in ("copy", "send on a socket")) * pictures_a_call / len(frames)
    print("a call of %d pictures: %.0f us for seven new frames, %.0f us to copy and send: %.0f us" % (
        pictures_a_call, once * 1e6, each * 1e6, (once + each) * 1e6))
    serving(bench)


def serving(bench, connections=32):
    """The server's limit, asked over kept connections by a client on the other core."""
    requests = []
    for path in bench.questions():
        with open(path, "rb") as file:
            for line in file:
                entry = json.loads(line)
                body = json.dumps(entry["body"], separators=(",", ":"), ensure_ascii=False).encode()
                requests.append((
                    "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                    "X-Client-Request-Id: %s\r\nContent-Length: %d\r\n\r\n" % (entry["custom_id"], len(body))).encode() + body)
    with Server(bench.label, bench.asked, bench.options.cores[1]) as server:
        host, port = server.url.rsplit("/", 1)[1].split(":")
        sockets = [socket.create_connection((host, int(port))) for _ in range(connections)]
        start, cpu, served = time.perf_counter(), time.process_time(), server.cpu
        for number, request in enumerate(requests):
            connection = sockets[number % connections]
            if number >= connections:
                receive(connection)
            connection.sendall(request)
        for number in range(min(connections, len(requests))):
            receive(sockets[(len(requests) + number) % connections])
        seconds, cpu, served = time.perf_counter() - start, time.process_time() - cpu, server.cpu - served
        answered = server.stats["billed_calls"]
        for connection in sockets:
            connection.close()
    print("bytes ready to be sent: %d calls, %.0f calls/s, %.3f ms CPU a call; the server %.3f ms, %.0f %% of its core" % (
        answered, answered / seconds, cpu / answered * 1e3, served / answered * 1e3, served / seconds * 100))


def receive(connection):
    """One reply with a length."""
    data = connection.recv(1 << 18)
    while b"\r\n\r\n" not in data:
        data += connection.recv(1 << 18)
    head, body = data.split(b"\r\n\r\n", 1)
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    missing = int(fields[b"content-length"]) - len(body)
    while missing > 0:
        missing -= len(connection.recv(missing))


def sending(bench, texts):
    """CPU of the sender alone, to a reader on the other core."""
    listener = socket.create_server(("127.0.0.1", 0))
    reader = os.fork()
    if reader == 0:
        os.sched_setaffinity(0, {bench.options.cores[1]})
        connection, _ = listener.accept()
        room = bytearray(1 << 20)
        while connection.recv_into(room):
            pass
        os._exit(0)
    with socket.create_connection(listener.getsockname()) as connection:
        seconds = best(lambda: [connection.sendall(text) for text in texts])
    os.waitpid(reader, 0)
    listener.close()
    return seconds
