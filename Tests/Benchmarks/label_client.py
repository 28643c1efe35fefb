#!/usr/bin/env python3
"""The peer of rgvlm-label run: asks the questions of batch files with AsyncOpenAI and writes the answers to SQLite.

What is loaded, and imported, is loaded before the clock starts. Prints one line of JSON.
"""
import argparse
import asyncio
import json
import resource
import sqlite3
import time

from openai import AsyncOpenAI


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def ask_all(client, questions, concurrency, database, raw):
    limit = asyncio.Semaphore(concurrency)

    async def ask(name, body):
        async with limit:
            start = time.perf_counter()
            reply = await client.chat.completions.create(**body, extra_headers={"X-Client-Request-Id": name})
            latency = time.perf_counter() - start
        text = reply.choices[0].message.content
        scores = json.dumps(json.loads(text)["scores"]) if "response_format" in body else None
        usage = reply.usage
        database.execute(
            "INSERT INTO calls VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (name, reply.model, text, scores, reply.choices[0].finish_reason, usage.prompt_tokens,
             usage.completion_tokens, latency))
        if raw is not None:
            raw.append({"custom_id": name, "response": {"status_code": 200, "body": reply.model_dump()}})

    await asyncio.gather(*(ask(name, body) for name, body in questions))


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--base-url", required=True)
    parser.add_argument("--out", required=True, help="SQLite file for the answers")
    parser.add_argument("--batch-output", help="the answers as a batch's output file too")
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("files", nargs="+")
    options = parser.parse_args()

    questions = []
    for path in options.files:
        with open(path, "rb") as file:
            for line in file:
                entry = json.loads(line)
                questions.append((entry["custom_id"], entry["body"]))
    database = sqlite3.connect(options.out, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    database.execute(
        "CREATE TABLE calls (name TEXT PRIMARY KEY, model TEXT, answer TEXT, scores TEXT, finish_reason TEXT,"
        " prompt_tokens INTEGER, completion_tokens INTEGER, latency REAL)")
    raw = [] if options.batch_output else None
    async with AsyncOpenAI(base_url=options.base_url, api_key="none") as client:
        cpu_before, start = cpu(), time.perf_counter()
        await ask_all(client, questions, options.concurrency, database, raw)
        seconds, cpu_seconds = time.perf_counter() - start, cpu() - cpu_before
    stored = database.execute("SELECT count(*) FROM calls").fetchone()[0]
    database.close()
    if raw is not None:
        with open(options.batch_output, "w") as file:
            for entry in raw:
                file.write(json.dumps(entry) + "\n")
    print(json.dumps({"calls": stored, "seconds": seconds, "cpu": cpu_seconds}))


if __name__ == "__main__":
    asyncio.run(main())
