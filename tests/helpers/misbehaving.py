"""A server on this machine that misbehaves in a way which the address names, and keeps what it was asked."""

import contextlib
import gzip
import hashlib
import http.server
import json
import threading
import time

FILE = bytes(range(256)) * 200  # 51,200 bytes
OTHER = FILE[::-1]


class Handler(http.server.BaseHTTPRequestHandler):
    """One answer; `/cut/film.h5` is the file film.h5 of a server whose connections are cut."""

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        way, name = self.path.strip("/").split("/", 1)
        before = len([path for path, _ in self.server.asked if path == self.path])
        self.server.asked.append((self.path, self.headers.get("Range")))
        with contextlib.suppress(ConnectionError):
            getattr(self, way)(name, before)

    def _head(self, status, **headers):
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), str(value))
        self.end_headers()

    def _send(self, content=FILE, tag='"1"', ranges=True, until=None, pause=0.0):
        """Send a file, from where it is asked for, up to its byte `until`, after which the connection ends."""
        asked = self.headers.get("Range") if ranges else None
        begin = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        tagged = {"ETag": tag} if tag else {}
        span = {"Content_Range": f"bytes {begin}-{len(content) - 1}/{len(content)}"} if asked else {}
        self._head(206 if asked else 200, Content_Length=len(content) - begin, **tagged, **span)
        for at in range(begin, len(content) if until is None else until, 2000):
            self.wfile.write(content[at : at + 2000])
            self.wfile.flush()
            time.sleep(pause)

    def plain(self, name, before):
        self._send()

    def missing(self, name, before):
        self._head(404)

    def failing(self, name, before):
        if before < 2:
            self._head(500)
        else:
            self._send()

    def down(self, name, before):
        self._head(503, Retry_After=0)

    def cut(self, name, before):  # after 10,000 bytes more each time
        self._send(until=10_000 * (before + 1))

    def whole_only(self, name, before):  # cut once; it knows no ranges
        self._send(ranges=False, until=20_000 if before == 0 else None)

    def untagged(self, name, before):  # cut once; it does not say which version it sends
        self._send(tag=None, until=20_000 if before == 0 else None)

    def replaced(self, name, before):  # cut once; then there is another file
        if before == 0:
            self._send(until=20_000)
        else:
            self._send(OTHER, tag='"2"')

    def mixed(self, name, before):  # cut once; then there is another file under the same tag
        self._send(*((FILE, '"1"', True, 20_000) if before == 0 else (OTHER,)))

    def always_cut(self, name, before):
        self._send(until=20_000, ranges=False)

    def silent(self, name, before):
        self._send(until=20_000) if before == 0 else self._send()
        time.sleep(0.0 if before else 1.0)

    def slow(self, name, before):
        self._send(pause=0.2 if before == 0 else 0.0)

    def gzip(self, name, before):
        packed = gzip.compress(FILE)
        self._head(200, Content_Encoding="gzip", Content_Length=len(packed), ETag='"1"')
        self.wfile.write(packed[: 300 if before == 0 else None])

    def brotli(self, name, before):
        self._head(200, Content_Encoding="br", Content_Length=3)
        self.wfile.write(b"abc")

    def loop(self, name, before):
        self._head(302, Location=self.path)

    def moved(self, name, before):
        self._head(302, Location=f"/plain/{name}")

    def api(self, name, before):  # the record of a repository: one file, as Zenodo describes it
        links = {"self": f"{self.server.address}/plain/film.h5"}
        checksum = f"md5:{hashlib.md5(FILE).hexdigest()}"
        record = {"files": [{"key": "film.h5", "checksum": checksum, "links": links}]}
        if before == 0:
            self._head(502)
            return
        self._head(200, Content_Type="application/json")
        self.wfile.write(json.dumps(record).encode())


@contextlib.contextmanager
def misbehaving():
    """A server with `address`, and `asked`: list of (path, Range) of all requests."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.asked, server.address = [], f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield server
        server.shutdown()
