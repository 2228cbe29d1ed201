"""Preview: a phase's page in the browser, made anew whenever its notebook, notes, brand or data are saved.

The client runs in a home of its own, a temporary folder that leads to the real data and notebooks: what is published stays as
it is. The report itself holds no script; it lies in a frame of a page that waits for news and loads the frame again.
"""

import json
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from rich.console import Console
from watchfiles import watch

from playbook.engagement import Engagement
from playbook.run.batch import run_clients
from playbook.run.client import Order
from playbook.run.phases import Phase

__all__ = ["Preview", "follow", "preview", "shadow_home", "watched"]

WAIT = 15.0  # seconds after which a browser that waits for news is told that there are none
FRAME = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Preview: {title}</title>
<style>html,body,iframe{{margin:0;width:100%;height:100%;border:0}}body{{display:flex;flex-direction:column}}
p{{margin:0;padding:.4rem 1rem;font:14px system-ui;background:#1b212b;color:#fff;white-space:pre-wrap}}</style>
<p role="status">…</p><iframe title="{title}"></iframe>
<script>
const frame = document.querySelector("iframe"), state = document.querySelector("p");
new EventSource("/news").onmessage = (event) => {{
  const news = JSON.parse(event.data);
  state.textContent = news.state;
  if (news.page && news.page !== frame.dataset.page) {{
    const at = frame.contentWindow.scrollY;
    frame.dataset.page = news.page;
    frame.onload = () => frame.contentWindow.scrollTo(0, at);
    frame.src = news.page;
  }}
}};
</script></html>"""


class Preview:
    """What the browser is told: the state in words and the page's address, which changes with each edition."""

    def __init__(self, engagement: Engagement, phase: Phase, home: Path, console: Console):
        self.engagement, self.phase, self.home, self.console = engagement, phase, home, console
        self.news, self.edition = {"state": "", "page": ""}, 0
        self.changed = threading.Condition()

    def build(self) -> bool:
        """Run the phase as far as anything has changed, and tell the browser; False when it did not come out whole."""
        self._tell(f"{self.phase.title}: being made …")
        as_of = self.engagement.as_of.isoformat() if self.engagement.as_of else None
        order = Order((self.phase,), language=self.engagement.language)
        (outcome,) = run_clients(
            [(self.engagement.client, as_of)], self.home, order, jobs=1, keep_going=True, console=self.console
        )
        if outcome.error:
            self._tell(str(outcome.error))
            return False
        page = (self.home / outcome.folder / self.phase.page).relative_to(self.home / "reports")
        self.edition += 1
        self._tell(f"{self.phase.title}: as of the last save", f"/{page.as_posix()}?edition={self.edition}")
        return True

    def _tell(self, state: str, page: str = "") -> None:
        with self.changed:
            self.news = {"state": state, "page": page or self.news["page"]}
            self.changed.notify_all()


def watched(engagement: Engagement, phase: Phase) -> list[Path]:
    """What a page is made of and a person saves: the client's folder, the house's notebook and its brand."""
    files = [engagement.root / "notebooks" / phase.notebook, engagement.root / "data" / "brand.yml"]
    return [engagement.folder, *(file for file in files if file.exists())]


def shadow_home(engagement: Engagement, folder: Path) -> Path:
    """A home in ``folder`` with the real data and notebooks, and copies of the client's reports, so that only changes run."""
    for name in ("data", "notebooks"):
        (folder / name).symlink_to(engagement.root / name, target_is_directory=True)
    (folder / "reports").mkdir()
    if engagement.reports.is_dir():
        shutil.copytree(engagement.reports, folder / "reports" / engagement.client)
    return folder


@contextmanager
def preview(engagement: Engagement, phase: Phase, console: Console, port: int = 0) -> Iterator[tuple[Preview, str]]:
    """Serves the page on this machine only while the block runs; gives the preview and the address to open."""
    with tempfile.TemporaryDirectory(prefix="playbook-preview-") as folder:
        shown = Preview(engagement, phase, shadow_home(engagement, Path(folder)), console)
        server = ThreadingHTTPServer(("127.0.0.1", port), partial(_Handler, shown))
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield shown, f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            server.server_close()


def follow(shown: Preview, stop: threading.Event | None = None) -> None:
    """Build, and build again after each save, until ``stop`` or Ctrl-C."""
    shown.build()
    for _ in watch(*watched(shown.engagement, shown.phase), stop_event=stop, raise_interrupt=True):
        shown.build()


class _Handler(SimpleHTTPRequestHandler):
    """The frame, its news, and the files of the shadow home's reports."""

    def __init__(self, shown: Preview, *given):
        self.shown = shown
        super().__init__(*given, directory=str(shown.home / "reports"))

    def do_GET(self) -> None:
        if self.headers.get("Host", "").partition(":")[0] not in {"127.0.0.1", "localhost"}:
            self.send_error(403, "Only this machine may look")  # a page elsewhere could point its own name at this address
        elif self.path == "/":
            self._send("text/html; charset=utf-8", FRAME.format(title=self.shown.phase.title).encode())
        elif self.path == "/news":
            self._news()
        else:
            super().do_GET()

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_) -> None:
        """Nothing: the terminal is for the person at work."""

    def _send(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _news(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        told = None
        try:
            while True:
                with self.shown.changed:
                    if told == self.shown.news:
                        self.shown.changed.wait(WAIT)
                    told = self.shown.news
                self.wfile.write(f"data: {json.dumps(told)}\n\n".encode())
                self.wfile.flush()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the browser has left
