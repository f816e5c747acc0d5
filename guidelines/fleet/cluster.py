"""A Ray cluster: its nodes, and actors that hold them for a fleet. Only this module imports ray."""

import os
import re
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from guidelines.fleet import node_pass, probe
from guidelines.fleet.node_pass import PassResult, PassTask
from guidelines.fleet.nodes import Host, Node, names
from guidelines.fleet.probe import Facts
from guidelines.fleet.problem import FleetError
from guidelines.fleet.signals import held_back
from guidelines.fleet.spreading import Event, Held, Lost, Slot

# Seconds in which something has to listen at an address, and in which each node has to say what it has.
CONNECT_S, PROBE_S = 3.0, 120.0
# Times that ray starts a process anew which died, and its pass with it.
RESTARTS = 2
RAY_CLIENT = "ray://"
LONGEST_REASON = 300
# Part of ray's error for a folder that it does not send.
TOO_LARGE = "exceeds the maximum size"
GONE = "is lost: the cluster does not have it any more"
INSTALL = "pip install 'guidelines[fleet]'"
# Ray is told not to hide GPUs from processes that ask for none, and says nothing of it.
ENVIRON = {"RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}


class _Holder:
    """Holds the processors or the GPU of a slot as long as it lives, and measures passes there."""

    def gpu(self) -> str:
        """The GPU that is held, by its number on the node; "" for none."""
        ray = _ray()
        return ",".join(ray.get_runtime_context().get_accelerator_ids().get("GPU", []))

    def measure(self, task: PassTask, gpu: str) -> PassResult:
        """Measure a pass, unless ray started this process anew and gave it another GPU."""
        if self.gpu() != gpu:
            return PassResult(reason=f"was started anew with GPU {self.gpu()} in place of {gpu}")
        return node_pass.measure(task)


@contextmanager
def connected(address: str | None, environment: Mapping[str, Any]) -> Iterator["RayCluster"]:
    """A cluster by ray's own words for it, or one on this machine for None, until the block ends.

    Ray prints nothing meanwhile. Raises FleetError if there is none.
    """
    check_address(address)
    for name, value in ENVIRON.items():
        os.environ.setdefault(name, value)
    with (
        Path(os.devnull).open("w", encoding="utf-8") as nothing,
        redirect_stderr(nothing),
        redirect_stdout(nothing),
    ):
        cluster = RayCluster()
        try:
            with held_back():
                _connect(address, environment)
            yield cluster
        finally:
            with held_back():
                cluster.release_all()
                _ray().shutdown()


def _connect(address: str | None, environment: Mapping[str, Any]) -> None:
    options = {} if address else {"include_dashboard": False}
    try:
        _ray().init(
            address=address or "local",
            log_to_driver=False,
            logging_level="ERROR",
            runtime_env=dict(environment),
            **options,
        )
    except Exception as error:  # ray has many kinds
        if TOO_LARGE in str(error):
            folder = environment["working_dir"]
            raise FleetError(f"{folder}: is too large to travel; name large files in .rayignore") from error
        reason = _lines(error)[0].partition(". ")[0]
        raise FleetError(f"--address {address or 'local'}: {reason}") from error


def check_address(address: str | None) -> None:
    """Raise FleetError without ray, or if nothing listens at an address, for which ray would wait long."""
    with held_back():  # an import may lose an exception
        _ray()
    match = re.fullmatch(rf"(?:{RAY_CLIENT})?\[?(.+?)\]?:(\d+)", address or "")
    if not match:
        return
    try:
        socket.create_connection((match[1], int(match[2])), CONNECT_S).close()
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FleetError(f"--address {address}: no cluster answers there: {reason}") from error


class RayCluster:
    """The cluster that this process is connected to; see `spreading.Cluster`."""

    def __init__(self) -> None:
        self.packages: dict[str, tuple[str, ...]] = {}
        self._holders: dict[Slot, Any] = {}
        self._gpus: dict[Slot, str] = {}
        self._pending: dict[Any, Slot] = {}

    def nodes(self) -> list[Node]:
        """The nodes that are alive and offer processors, by their names."""
        ray = _ray()
        alive = [each for each in ray.nodes() if each["Alive"] and each["Resources"].get("CPU")]
        hosts = [
            Host(each["NodeID"], each["NodeManagerHostname"], each.get("NodeName") or "") for each in alive
        ]
        named = names(hosts)
        nodes = []
        for each in alive:
            node = Node(
                id=each["NodeID"],
                name=named[each["NodeID"]],
                address=each["NodeManagerAddress"],
                processors=each["Resources"]["CPU"],
                gpus=int(each["Resources"].get("GPU", 0)),
            )
            nodes.append(node)
        return sorted(nodes, key=lambda node: node.name)

    def look(self, nodes: Sequence[Node]) -> dict[Node, Facts | str]:
        """The facts of nodes, or the reason why one does not tell them."""
        ray = _ray()
        task = ray.remote(num_cpus=0, max_retries=RESTARTS)(probe.look)
        asked = {node: task.options(scheduling_strategy=_pinned(node)).remote() for node in nodes}
        answers: dict[Node, Facts | str] = {}
        ray.wait(list(asked.values()), num_returns=len(asked), timeout=PROBE_S)
        for node, answer in asked.items():
            try:
                answers[node] = ray.get(answer, timeout=0)
            except ray.exceptions.GetTimeoutError:
                answers[node] = f"did not answer in {PROBE_S:.0f} s"
            except Exception as error:  # whatever happens on a node is its reason
                answers[node] = self._reason(node, error)
        return answers

    def hold(self, slot: Slot) -> None:
        """Begin to hold all processors and GPUs of a node, or one GPU with its share of the processors."""
        ray = _ray()
        node, share = slot.node, 1 if slot.gpu is None else max(1, slot.node.gpus)
        packages = self.packages.get(node.id, ())
        holder = ray.remote(_Holder).options(
            num_cpus=node.processors if share == 1 else max(1, node.processors // share),
            num_gpus=node.gpus if slot.gpu is None else 1,
            max_restarts=RESTARTS,
            max_task_retries=RESTARTS,
            scheduling_strategy=_pinned(node),
            **({"runtime_env": {"pip": list(packages)}} if packages else {}),
        )
        self._holders[slot] = holder.remote()
        self._pending[self._holders[slot].gpu.remote()] = slot

    def begin(self, slot: Slot, task: PassTask) -> None:
        """Begin a pass on a slot that is held."""
        self._pending[self._holders[slot].measure.remote(task, self._gpus[slot])] = slot

    def release(self, slot: Slot) -> None:
        """Hold a slot no more; a pass on it ends."""
        ray = _ray()
        self._pending = {answer: of for answer, of in self._pending.items() if of != slot}
        holder = self._holders.pop(slot, None)
        if holder is not None:
            with suppress(Exception):  # its node may be lost
                ray.kill(holder, no_restart=True)

    def release_all(self) -> None:
        """Hold no slot any more."""
        for slot in list(self._holders):
            self.release(slot)

    def news(self, wait_s: float) -> list[Event]:
        """Events since the last call, for which it waits some seconds at most."""
        ray = _ray()
        if not self._pending:
            time.sleep(wait_s)
            return []
        ray.wait(list(self._pending), num_returns=1, timeout=wait_s)
        answers, _ = ray.wait(list(self._pending), num_returns=len(self._pending), timeout=0)
        events = []
        for answer in answers:
            slot = self._pending.pop(answer)
            events.append(Event(slot, self._news(slot, answer)))
        return events

    def _news(self, slot: Slot, answer: Any) -> Held | PassResult | Lost:
        ray = _ray()
        try:
            result = ray.get(answer)
        except Exception as error:  # whatever happens on a node is its reason
            return Lost(self._reason(slot.node, error))
        if isinstance(result, PassResult):
            return result
        self._gpus[slot] = result
        return Held(slot.node.name if slot.gpu is None else f"{slot.node.name}-gpu{result}")

    def _reason(self, node: Node, error: Exception) -> str:
        """The reason why a node has no answer."""
        is_alive = any(each["Alive"] for each in _ray().nodes() if each["NodeID"] == node.id)
        return reason_of(error) if is_alive else GONE


def _ray() -> Any:
    """The module, if it is installed. Raises FleetError."""
    try:
        return import_module("ray")
    except ImportError as error:
        raise FleetError(f"ray is not installed: {INSTALL}") from error


def _pinned(node: Node) -> Any:
    strategies: Any = import_module("ray.util.scheduling_strategies")
    return strategies.NodeAffinitySchedulingStrategy(node.id, soft=False)


def reason_of(error: Exception) -> str:
    """The reason why a node that is there has no answer, in plain words for the usual ones."""
    exceptions = _ray().exceptions
    if isinstance(error, exceptions.RayTaskError):  # what the node raised; its own text begins with colours
        return f"{type(error.cause).__name__}: {_lines(error.cause)[0]}"
    gone = (exceptions.ActorUnschedulableError, exceptions.TaskUnschedulableError, exceptions.NodeDiedError)
    if isinstance(error, gone):
        return GONE
    if isinstance(error, exceptions.ActorUnavailableError):
        return "does not answer any more"
    if isinstance(error, exceptions.RuntimeEnvSetupError):
        return f"cannot get the project or its packages: {_lines(error)[-1]}"
    if isinstance(error, exceptions.RayActorError | exceptions.WorkerCrashedError):
        return f"its process died, {RESTARTS + 1} times: {_lines(error)[0]}"
    return _lines(error)[0]


def _lines(error: Exception) -> list[str]:
    """The lines of an error's message, at least one."""
    lines = [line.strip()[:LONGEST_REASON] for line in str(error).splitlines()]
    return list(filter(None, lines)) or [type(error).__name__]
