"""The classroom's and the limit's tools: what they call finished, killed and how much."""

import json

import classroom
import pytest
import served
import two_gigabytes
from classroom import Cost, Turn, high_water_mb, kind_of, report, spread
from two_gigabytes import Group, number_after

STATUS = "Name:\tpython\nVmPeak:\t  900000 kB\nVmHWM:\t  204800 kB\nVmRSS:\t  1024 kB\n"


class Channels:
    """A kernel's channels that say prepared messages, each an answer to the last request."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def send(self, text):
        self.asked = json.loads(text)["header"]["msg_id"]

    def recv(self):
        answer = self.answers.pop(0)
        if isinstance(answer, bytes):
            return answer
        kind, content, parent = answer
        parent = {"msg_id": self.asked if parent == "ours" else parent}
        return json.dumps({"msg_type": kind, "content": content, "parent_header": parent})


OK = ("execute_reply", {"status": "ok"}, "ours")
FAILED = ("execute_reply", {"status": "error", "ename": "KeyError", "evalue": "'x'"}, "ours")
DEAD = ("status", {"execution_state": "restarting"}, None)


def test_a_killed_kernel_is_not_taken_for_a_cell_that_ended():
    assert served.run_cell(Channels(DEAD, OK), "1") == "killed"


def test_an_error_in_a_cell_is_told():
    assert served.run_cell(Channels(FAILED), "1") == "KeyError: 'x'"


def test_a_server_that_goes_away_costs_its_own_row_only():
    class Gone:
        def post(self, *_, **__):
            raise served.requests.ConnectionError("connection refused")

    server = served.Server("http://nowhere", Gone())
    assert served.run_cells(server, "a.ipynb", ["1"]) == "lost: connection refused"


def test_the_reply_to_another_cell_does_not_end_this_one():
    other = ("execute_reply", {"status": "error", "ename": "E", "evalue": ""}, "other")
    assert served.run_cell(Channels(other, b"a widget's bytes", OK), "1") == ""


def test_a_limit_without_kills_is_read_as_none_and_not_as_another_number():
    events = "low 3\nhigh 5\nmax 7\noom 9\noom_kill 2\noom_group_kill 0\n"
    assert number_after("oom_kill", events) == 2
    with pytest.raises(KeyError):
        number_after("oom_kill", "oom_kill_disable 0\n")


@pytest.mark.parametrize(
    ("files", "name"), [(two_gigabytes.V1, "total_rss"), (two_gigabytes.V2, "anon")]
)
def test_files_of_both_versions_are_read_in_megabytes(tmp_path, files, name):
    (tmp_path / files["used"]).write_text("1048576\n")
    (tmp_path / "memory.stat").write_text(f"cache 7\n{name} 3145728\n{name}_huge 9\n")
    (tmp_path / files["kills"]).write_text("oom_kill_disable 0\noom_kill 1\n")
    group = Group(tmp_path, files)
    assert (group.used_mb(), group.own_mb(), group.kills()) == (1, 3, 1)


def test_the_high_mark_is_the_memory_that_was_there_not_the_addresses_asked_for():
    assert high_water_mb(STATUS) == 200
    assert high_water_mb("Name:\tended\n") == 0


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        ("python -m ipykernel_launcher -f /home/learner1/jupyterhub-singleuser/k.json ", "kernel"),
        ("/srv/course/.venv/bin/python .venv/bin/jupyterhub-singleuser --port=1 ", "server"),
        ("node /usr/bin/configurable-http-proxy --ip 127.0.0.1 ", "proxy"),
        ("python /srv/course/.venv/bin/jupyterhub -f jupyterhub_config.py ", "hub"),
        ("vim jupyterhub_config.py ", None),
    ],
)
def test_each_part_of_a_class_is_counted_as_what_it_is(command, kind):
    assert kind_of(command, "learner1" if kind in ("kernel", "server") else "root") == kind


def test_the_kernel_of_somebody_else_on_the_machine_is_not_counted():
    assert kind_of("python -m ipykernel_launcher ", "root") is None


def test_a_learner_who_did_not_finish_is_named():
    turns = [Turn("learner1", "07", "finished", 10), Turn("learner2", "07", "killed", 4)]
    cost = Cost(together=50, processor={1: 30.0, 2: 12.0})
    cost.each["kernel"] = {1: 100.0, 2: 300.0}
    said = report(turns, cost)
    assert "07: 1 of 2 finished" in said and "learner2: killed" in said
    assert "kernel (2) MB 100 / 200 / 300" in said and "proxy" not in said
    assert "all kernels: 42" in said


def test_the_spread_is_least_middle_largest():
    assert spread([3, 1, 1000]) == "1 / 3 / 1,000"


def test_the_token_of_the_learners_own_server_goes_before_the_hubs():
    server = served.Server("http://hub/user/learner1")
    server.session.cookies.set("_xsrf", "own", path="/user/learner1/")
    server.session.cookies.set("_xsrf", "hub", path="/hub/")
    assert classroom.token(server) == "own"
