"""The adapter of ray with a real cluster on this machine; every other test does with a made-up one."""

import socket
import subprocess
import sys
import time

import pytest

from guidelines.fleet.cluster import check_address, connected, reason_of
from guidelines.fleet.node_pass import PassResult, PassTask
from guidelines.fleet.problem import FleetError
from guidelines.fleet.spreading import Held, Slot

LONGEST_S = 60


def one_event(cluster):
    end_s = time.monotonic() + LONGEST_S
    while time.monotonic() < end_s:
        if events := cluster.news(1.0):
            (event,) = events
            return event.news
    raise AssertionError("no event")


def test_a_cluster_on_this_machine_is_held_and_measures(capfd):
    pytest.importorskip("ray")
    with connected(None, {}) as cluster:
        (node,) = cluster.nodes()
        assert node.name == socket.gethostname()
        assert node.processors >= 1
        (facts,) = cluster.look([node]).values()
        assert facts.torch
        slot = Slot(node)
        cluster.hold(slot)
        assert one_event(cluster) == Held(node.name)
        cluster.begin(slot, PassTask(("G9",), 1, passes=1, machine="n1", journal=b"", timeout_s=LONGEST_S))
        news = one_event(cluster)
        assert isinstance(news, PassResult)
        assert news.reason.startswith("G9: no such experiment or file")
        cluster.release(slot)
        assert cluster.news(0.0) == []
    assert capfd.readouterr() == ("", "")


def test_an_error_of_a_node_is_told_without_its_traceback():
    exceptions = pytest.importorskip("ray").exceptions
    cause = OSError("no room\nfor it")
    error = exceptions.RayTaskError("look", "\x1b[36mray::look()\x1b[39m (pid=1)\n  File ...", cause)
    assert reason_of(error) == "OSError: no room"
    assert reason_of(error.as_instanceof_cause()) == "OSError: no room"


def test_an_address_at_which_nothing_listens_is_an_error():
    pytest.importorskip("ray")
    with pytest.raises(FleetError, match=r"^--address ray://127.0.0.1:1: no cluster answers there: Conn"):
        check_address("ray://127.0.0.1:1")


def test_without_ray_one_line_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(FleetError) as raised:
        check_address(None)
    assert str(raised.value) == "ray is not installed: pip install 'guidelines[fleet]'"


PROGRAM = """
import os, signal, sys, threading
from guidelines.fleet import cluster
from guidelines.fleet.signals import terminable
signal.signal(signal.SIGINT, signal.default_int_handler)
connect = cluster._connect
def connecting(address, environment):
    threading.Timer(0.5, os.kill, (os.getpid(), signal.{name})).start()
    connect(address, environment)
cluster._connect = connecting
with terminable() as termination:
    try:
        with cluster.connected(None, {{}}) as connected:
            while True:
                connected.news(1.0)
    except KeyboardInterrupt:
        print(termination.came, file=sys.__stdout__)
os._exit(9)
"""


def processes_of(group):
    listed = subprocess.run(["ps", "-e", "-o", "pgid=,args="], capture_output=True, text=True, check=True)
    rows = [line.split(maxsplit=1) for line in listed.stdout.splitlines()]
    return [arguments for its_group, arguments in rows if int(its_group) == group]


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_while_a_cluster_is_started_leaves_no_process_and_no_text(name):
    pytest.importorskip("ray")
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(name=name)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    out, err = program.communicate(timeout=LONGEST_S)
    assert (program.returncode, out, err) == (9, f"{name == 'SIGTERM'}\n", "")
    end_s = time.monotonic() + 10
    while processes_of(program.pid) and time.monotonic() < end_s:
        time.sleep(0.1)
    assert processes_of(program.pid) == []
