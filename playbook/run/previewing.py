"""Preview: a phase's page in the browser, made anew whenever its notebook, notes, brand or data are saved.

The client runs in a home of its own, a temporary folder that leads to the real data and notebooks: what is published stays as
it is. The report itself holds no script; it lies in a frame of a page that waits for news and loads the frame again.
"""

import json
import secrets
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from rich.console import Console
from watchfiles import Change, DefaultFilter, watch

from playbook.engagement import Engagement
from playbook.errors import UsageError
from playbook.run.batch import run_clients
from playbook.run.client import Order
from playbook.run.peers import read_peers
from playbook.run.phases import Phase
from playbook.run.publish import FAILED

__all__ = ["Preview", "concerns", "follow", "preview", "shadow_home"]

WAIT = 15.0  # seconds after which a browser that waits for news is told that there are none
_LEFT_OUT = (FAILED, "mail", "export", ".lock", ".work-*", ".replaced-*")  # of a client's reports: what no run starts from
FRAME = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Preview: {title}</title>
<style>html,body,iframe{{margin:0;width:100%;height:100%;border:0}}body{{display:flex;flex-direction:column}}
p{{margin:0;padding:.4rem 1rem;font:14px system-ui;background:#1b212b;color:#fff;white-space:pre-wrap}}</style>
<p role="status">…</p><iframe title="{title}"></iframe>
<script>
const frame = document.querySelector("iframe"), state = document.querySelector("p");
new EventSource("news").onmessage = (event) => {{
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
    """What the browser is told: the state in words and the page's address, which changes with each edition.

    ``language`` is the one that was asked for; None: as client.yml says at each save.
    """

    def __init__(self, engagement: Engagement, phase: Phase, home: Path, console: Console, language: str | None = None):
        self.engagement, self.phase, self.home, self.console, self.language = engagement, phase, home, console, language
        self.news, self.edition = {"state": "", "page": ""}, 0
        self.changed = threading.Condition()
        self.door = f"/{secrets.token_urlsafe(16)}/"  # a machine may have other users, who can reach the port, too

    def build(self) -> bool:
        """Run the phase as far as anything has changed, and tell the browser; False, and said in the terminal, when it failed."""
        self._tell(f"{self.phase.title}: being made …")
        peers = read_peers(self.engagement.root)  # the other clients' reports do not lie in the shadow
        order = Order((self.phase,), language=self.language, peers=peers)
        (outcome,) = run_clients(
            [(self.engagement.client, None)], self.home, order, jobs=1, keep_going=True, console=self.console
        )
        if outcome.error:
            self._tell(str(outcome.error))
            said = " ".join(str(outcome.error).split())
            self.console.print(f"{self.phase.title}: failed. {said}", markup=False, highlight=False, soft_wrap=True)
            return False
        page = (self.home / outcome.folder / self.phase.page).relative_to(self.home / "reports")
        self.edition += 1
        self._tell(f"{self.phase.title}: as of the last save", f"{page.as_posix()}?edition={self.edition}")
        return True

    def _tell(self, state: str, page: str = "") -> None:
        with self.changed:
            self.news = {"state": state, "page": page or self.news["page"]}
            self.changed.notify_all()


def concerns(engagement: Engagement, phase: Phase, file: Path) -> bool:
    """Whether a file that a person saves goes into the page: of the client's folder, or the house's notebook, brand or logo."""
    house = file == engagement.root / "notebooks" / phase.notebook or file.parent == engagement.root / "data"
    return house or file.is_relative_to(engagement.folder)


def shadow_home(engagement: Engagement, folder: Path) -> Path:
    """A home in ``folder`` with the real data and notebooks, and copies of the client's reports, so that only changes run."""
    try:
        for name in ("data", "notebooks"):
            (folder / name).symlink_to(engagement.root / name, target_is_directory=True)
    except OSError as error:  # Windows, without its developer mode
        raise UsageError(f"A preview needs symbolic links, which this system does not allow: {error.strerror}.") from None
    (folder / "reports").mkdir()
    if engagement.reports.is_dir():
        with suppress(shutil.Error):  # a run replaces them at this moment: what was not copied whole is made anew
            left_out = shutil.ignore_patterns(*_LEFT_OUT)
            shutil.copytree(engagement.reports, folder / "reports" / engagement.client, ignore=left_out)
    return folder


@contextmanager
def preview(
    engagement: Engagement, phase: Phase, console: Console, port: int = 0, language: str | None = None
) -> Iterator[tuple[Preview, str]]:
    """Serves the page while the block runs, on this machine and to who knows the address; gives the preview and the address.

    ``language`` instead of the one that client.yml says.
    Raises UsageError where the port is taken or there can be no shadow home.
    """
    with tempfile.TemporaryDirectory(prefix="playbook-preview-", ignore_cleanup_errors=True) as folder:
        shown = Preview(engagement, phase, shadow_home(engagement, Path(folder)), console, language)
        try:
            server = ThreadingHTTPServer(("127.0.0.1", port), partial(_Handler, shown))
        except OSError as error:
            raise UsageError(f"Port {port} cannot be used: {error.strerror}. Name another one, or none (--port 0).") from None
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield shown, f"http://127.0.0.1:{server.server_port}{shown.door}"
        finally:
            server.shutdown()
            server.server_close()


def follow(shown: Preview, stop: threading.Event | None = None) -> None:
    """Build, and build again after each save, until ``stop`` or Ctrl-C."""
    engagement, saved = shown.engagement, DefaultFilter()
    # Folders, for a file that an editor replaces is no longer watched; and before the first build, which takes its time.
    places = (engagement.folder, engagement.root / "notebooks", engagement.root / "data")
    folders = [folder for folder in places if folder.is_dir()]  # a home may have no notebooks but its clients' own

    def wanted(how: Change, file: str) -> bool:
        return saved(how, file) and concerns(engagement, shown.phase, Path(file))

    begun = False
    for changes in watch(*folders, watch_filter=wanted, stop_event=stop, rust_timeout=200, yield_on_timeout=True):
        if changes or not begun:
            begun = True
            shown.build()


class _Handler(SimpleHTTPRequestHandler):
    """The frame, its news, and the files of the shadow home's reports."""

    def __init__(self, shown: Preview, *given):
        self.shown = shown
        super().__init__(*given, directory=str(shown.home / "reports"))

    def do_GET(self) -> None:
        with suppress(ConnectionError):  # the browser has left
            if self.headers.get("Host", "").partition(":")[0] not in {"127.0.0.1", "localhost"}:
                self.send_error(403, "Only this machine may look")  # a page elsewhere could point its own name at this address
            elif not self.path.startswith(self.shown.door):
                self.send_error(404)
            elif self.path == self.shown.door:
                self._send("text/html; charset=utf-8", FRAME.format(title=self.shown.phase.title).encode())
            elif self.path == f"{self.shown.door}news":
                self._news()
            else:
                self.path = f"/{self.path.removeprefix(self.shown.door)}"
                super().do_GET()

    def do_HEAD(self) -> None:
        self.send_error(405)

    def list_directory(self, path: str) -> None:
        self.send_error(404)

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
        while True:
            with self.shown.changed:
                if told == self.shown.news:
                    self.shown.changed.wait(WAIT)
                told = self.shown.news
            self.wfile.write(f"data: {json.dumps(told)}\n\n".encode())
            self.wfile.flush()
