"""What stands in for the outside: job APIs, a receiver of webhooks and a mail server, each on a free port."""

import base64
import email
import email.policy
import hashlib
import hmac
import json
import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import yaml
from aiosmtpd.controller import Controller


def free_port():
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A server whose answers a method gives, with what arrived."""

    def __init__(self):
        """Listen at once."""
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self._answer(b"")

            def do_POST(self):
                self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

            def _answer(self, body):
                status, answer = owner.answer(self.path, self.headers, body)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        """Stop listening."""
        self.server.shutdown()
        self.server.server_close()


class JobApis(Server):
    """Answers like the job APIs, from the bundled answers; the sources named in `broken` refuse."""

    def __init__(self, samples, key):
        """Serve the answers of a folder; `key` is what JSearch wants."""
        self.answers = Path(samples) / "answers"
        self.key = key
        self.broken = set()
        super().__init__()

    def answer(self, path, headers, _body):
        """Find the bundled answer to a request; its path begins with the name of the source."""
        parts = urlsplit(path)
        source, _, rest = parts.path.strip("/").partition("/")
        if source in self.broken or (source == "jsearch" and headers.get("X-API-Key") != self.key):
            return 403, b'{"message": "not today"}'
        # How far back is asked for depends on the day; the bundled answer is the one for a week.
        query = [(name, "week" if name == "date_posted" else value) for name, value in parse_qsl(parts.query)]
        words = [rest, *(f"{name}={value}" for name, value in query)]
        name = re.sub(r"[^A-Za-z0-9._=]+", "-", "-".join(words)) + ".json"
        file = self.answers / source / name
        if not file.is_file():
            return 404, json.dumps({"message": f"no answer is bundled as {source}/{name}"}).encode()
        return 200, file.read_bytes()

    def configuration(self, samples, sources):
        """Return the sources.yml that asks this server what the demo asks."""
        listed = yaml.safe_load((Path(samples) / "config/sources.yml").read_text(encoding="utf-8"))["sources"]
        chosen = {
            name: listed[name] | {"base_url": f"{self.address}/{name}", "requests_per_second": 1000}
            for name in sources
        }
        return yaml.safe_dump({"sources": chosen})


class Webhooks(Server):
    """Takes signed messages as https://www.standardwebhooks.com says."""

    def __init__(self, secret):
        """Take messages that are signed with this secret."""
        self.key = base64.b64decode(secret.removeprefix("whsec_"))
        self.received = []
        super().__init__()

    def answer(self, _path, headers, body):
        """Keep the message and whether its signature is right."""
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        digest = base64.b64encode(hmac.new(self.key, signed, hashlib.sha256).digest()).decode()
        signatures = [part.removeprefix("v1,") for part in (headers["webhook-signature"] or "").split()]
        verified = any(hmac.compare_digest(digest, signature) for signature in signatures)
        self.received.append({"id": headers["webhook-id"], "verified": verified, "body": json.loads(body)})
        return 200, b"{}"


class Mail:
    """A mail server that keeps what it takes."""

    def __init__(self):
        """Listen at once."""
        self.received = []
        self.port = free_port()
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - the name is aiosmtpd's
        """Take a message."""
        parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
        body = parsed.get_body(preferencelist=("html", "plain"))
        self.received.append(
            {"to": envelope.rcpt_tos, "subject": parsed["Subject"], "text": body.get_content()}
        )
        return "250 taken"

    def close(self):
        """Stop listening."""
        self.controller.stop()
