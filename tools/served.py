"""Run a lesson's cells on a Jupyter server as a browser does: a session, a kernel, its channels."""

import json
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import requests
import websocket

from course_utils.lessons import read_notebook, source

SILENCE = 1800
ENDED = {"restarting", "autorestarting", "dead"}


@dataclass
class Server:
    """Address of a Jupyter server and the session that it knows us by."""

    address: str
    session: requests.Session = field(default_factory=requests.Session)

    def socket(self, kernel: str) -> websocket.WebSocket:
        """The channels of a kernel, opened with the session's own headers."""
        url = f"{self.address}/api/kernels/{kernel}/channels"
        headers = self.session.prepare_request(requests.Request("GET", url)).headers
        sent = {name: headers[name] for name in ("Authorization", "Cookie") if name in headers}
        url = url.replace("http", "ws", 1) + f"?session_id={uuid4().hex}"
        return websocket.create_connection(url, timeout=SILENCE, header=sent)


def run_cells(server: Server, path: str, cells: list[str]) -> str:
    """Run cells as a page does that opens a notebook.

    Returns:
        'finished', 'killed', 'lost: ' and why no answer came any more, or the first error.
    """
    wanted = {"path": path, "name": path, "type": "notebook", "kernel": {"name": "python3"}}
    sessions = f"{server.address}/api/sessions"
    try:
        answer = server.session.post(sessions, json=wanted)
        answer.raise_for_status()
        try:
            with closing(server.socket(answer.json()["kernel"]["id"])) as channels:
                ends = (run_cell(channels, cell) for cell in cells)
                return next((end for end in ends if end), "finished")
        finally:
            server.session.delete(f"{sessions}/{answer.json()['id']}")
    except (websocket.WebSocketException, requests.RequestException, OSError) as error:
        return f"lost: {error or type(error).__name__}"


def run_cell(channels: websocket.WebSocket, code: str) -> str:
    """Run one cell; empty if it came to its end, else 'killed' or the error in one line."""
    header = {"msg_id": uuid4().hex, "msg_type": "execute_request", "username": "", "session": "s"}
    content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
    request = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
    channels.send(json.dumps({**request, "channel": "shell"}))
    while True:
        # An answer in bytes is a widget's; only text can say that the cell has ended.
        said = channels.recv()
        message = json.loads(said) if isinstance(said, str) else {"content": {}}
        content, parent = message["content"], message.get("parent_header", {})
        if content.get("execution_state") in ENDED:
            return "killed"
        if parent.get("msg_id") == header["msg_id"] and message["msg_type"] == "execute_reply":
            failed = content["status"] != "ok"
            return f"{content.get('ename')}: {content.get('evalue')}" if failed else ""


def lesson_cells(path: Path) -> list[str]:
    """Code of all cells of a lesson, in their order."""
    return [source(cell) for cell in read_notebook(path)["cells"] if cell["cell_type"] == "code"]
