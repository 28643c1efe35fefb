"""Datasets/fetch_alfred.sh against a local HTTP server: whole, interrupted, damaged, absent, unreachable."""
import http.server
import io
import os
import shutil
import subprocess
import tarfile
import tempfile
import threading
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPT = os.path.join(HERE, "..", "..", "Datasets", "fetch_alfred.sh")
UNPACKER = next((name for name in ("7zz", "7z", "7za") if shutil.which(name)), None)


class Server(http.server.ThreadingHTTPServer):
    """Serves byte ranges; cuts the connection after `cut_after` bytes of an answer while that is set."""

    daemon_threads = True

    def __init__(self, files):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.cut_after, self.requests, self.knows_ranges = files, None, [], True
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self.server_address[1]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        data = self.server.files.get(self.path)
        header = self.headers.get("Range")
        self.server.requests.append((self.path, header))
        if data is None:
            self.send_error(404)
            return
        if not self.server.knows_ranges:
            header = None
        start = int(header.split("=")[1].split("-")[0]) if header else 0
        if start >= len(data):
            self.send_error(416)
            return
        body = data[start:]
        self.send_response(206 if header else 200)
        self.send_header("Content-Length", str(len(body)))
        if header:
            self.send_header("Content-Range", "bytes %d-%d/%d" % (start, len(data) - 1, len(data)))
        self.end_headers()
        cut = self.server.cut_after
        self.wfile.write(body if cut is None else body[:cut])
        if cut is not None:
            self.wfile.flush()
            self.connection.close()

    def log_message(self, *arguments):
        pass


def archive(folder):
    """A json_2.1.0.7z with one trajectory and some bytes that do not compress."""
    top = os.path.join(folder, "json_2.1.0")
    os.makedirs(os.path.join(top, "train", "task", "trial"))
    with open(os.path.join(top, "train", "task", "trial", "traj_data.json"), "w") as file:
        file.write("{}")
    with open(os.path.join(top, "noise"), "wb") as file:
        file.write(os.urandom(300_000))
    target = os.path.join(folder, "json_2.1.0.7z")
    subprocess.run([UNPACKER, "a", target, top], check=True, stdout=subprocess.DEVNULL)
    with open(target, "rb") as file:
        return file.read()


def repository():
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for name in ("alfred-master/data/splits/oct21.json", "alfred-master/gen/layouts/FloorPlan1-layout.npy"):
            data = b"{}"
            item = tarfile.TarInfo(name)
            item.size = len(data)
            tar.addfile(item, io.BytesIO(data))
    return stream.getvalue()


@unittest.skipUnless(UNPACKER and shutil.which("curl"), "needs curl and 7z")
class FetchTests(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.archive = archive(self.folder)
        self.server = Server({"/json_2.1.0.7z": self.archive, "/repository.tar.gz": repository()})
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.target = os.path.join(self.folder, "alfred")

    def fetch(self, *arguments, url=None):
        environment = dict(os.environ, ALFRED_URL=url or self.server.url,
                           ALFRED_REPOSITORY_URL=(url or self.server.url) + "/repository.tar.gz", no_proxy="*")
        return subprocess.run(["sh", SCRIPT, *(arguments or ("json", self.target))], env=environment, text=True,
                              capture_output=True, timeout=600)

    def assert_whole(self):
        for name in ("data/json_2.1.0/train/task/trial/traj_data.json", "data/splits/oct21.json",
                     "gen/layouts/FloorPlan1-layout.npy"):
            self.assertTrue(os.path.isfile(os.path.join(self.target, name)), name)
        leftovers = [name for name in os.listdir(os.path.join(self.target, "data")) if "7z" in name or "unpack" in name]
        self.assertEqual(leftovers, [])

    def test_fetches_everything_once(self):
        result = self.fetch()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("make ingest ROOT=", result.stdout)
        self.assert_whole()
        count = len(self.server.requests)
        self.assertEqual(self.fetch().returncode, 0)
        self.assertEqual(len(self.server.requests), count)

    def test_goes_on_where_it_broke_off(self):
        self.server.cut_after = 100_000
        first = self.fetch()
        self.assertEqual(first.returncode, 69)
        self.assertIn("run it again to go on", first.stderr)
        partial = os.path.join(self.target, "data", "json_2.1.0.7z.partial")
        size = os.path.getsize(partial)
        self.assertGreaterEqual(size, 100_000)
        self.server.cut_after = None
        self.server.requests.clear()
        second = self.fetch()
        self.assertEqual(second.returncode, 0, second.stderr)
        self.assertEqual(self.server.requests[0], ("/json_2.1.0.7z", "bytes=%d-" % size))
        self.assert_whole()

    def test_begins_again_where_the_server_knows_no_ranges(self):
        self.server.cut_after = 100_000
        self.assertEqual(self.fetch().returncode, 69)
        self.server.cut_after, self.server.knows_ranges = None, False
        result = self.fetch()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assert_whole()

    def test_takes_a_partial_file_that_is_whole(self):
        os.makedirs(os.path.join(self.target, "data"))
        with open(os.path.join(self.target, "data", "json_2.1.0.7z.partial"), "wb") as file:
            file.write(self.archive)
        result = self.fetch()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assert_whole()

    def test_names_a_damaged_archive(self):
        self.server.files["/json_2.1.0.7z"] = self.archive[:1000] + b"x" * (len(self.archive) - 1000)
        result = self.fetch()
        self.assertEqual(result.returncode, 65)
        self.assertIn("json_2.1.0.7z: damaged; remove it and run this again", result.stderr)
        self.assertFalse(os.path.exists(os.path.join(self.target, "data", "json_2.1.0")))

    def test_says_when_there_is_no_such_file(self):
        del self.server.files["/json_2.1.0.7z"]
        result = self.fetch()
        self.assertEqual(result.returncode, 69)
        self.assertIn("the server has no such file", result.stderr)

    def test_says_when_there_is_no_network(self):
        result = self.fetch(url="http://127.0.0.1:9")
        self.assertEqual(result.returncode, 69)
        self.assertIn("cannot reach http://127.0.0.1:9/json_2.1.0.7z: is there a network?", result.stderr)

    def test_knows_its_flavours(self):
        result = self.fetch("tiny", self.target)
        self.assertEqual(result.returncode, 64)
        self.assertIn("expected json, json_feat or full", result.stderr)


if __name__ == "__main__":
    unittest.main()
