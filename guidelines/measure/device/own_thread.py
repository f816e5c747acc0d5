"""A thread that runs functions one at a time for another thread, which waits for each of them."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import AbstractContextManager, ExitStack
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")
# A function that hangs must not keep a run from ending; its thread ends with the process at the latest.
MOST_WAITING_S = 1.0
NOTICED_S = 0.3

_Task = tuple[Callable[[], Any], "Future[Any]"]


class OwnThread:
    """Runs functions in a thread of their own until `end` is called.

    It works inside the context `state()`, as torch keeps some of its state by thread. Raises what entering
    that raises.
    """

    def __init__(self, name: str, state: Callable[[], AbstractContextManager[object]]) -> None:
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        inside = ExitStack()
        # No thread of an executor: the interpreter would wait at its exit for one that hangs.
        self._thread = threading.Thread(target=_work, args=(self._tasks, inside), name=name, daemon=True)
        self._thread.start()
        try:
            self.run(lambda: inside.enter_context(state()))
        except BaseException:
            self.end()
            raise

    def run(self, function: Callable[[], T]) -> T:
        """The function's result; whatever it raises is raised here, and so is Ctrl-C during the wait."""
        future: Future[T] = Future()
        self._tasks.put((function, future))
        try:
            return _awaited(future)
        finally:
            del future  # see `_awaited`

    def end(self) -> None:
        """End the thread; waits for a function that still runs, but not for one that hangs."""
        self._tasks.put(None)
        self._thread.join(MOST_WAITING_S)


def _awaited(future: Future[T]) -> T:
    """The result, once it is there. Ctrl-C just before a wait begins is noticed only after that wait."""
    try:
        while not future.done():
            wait([future], NOTICED_S)  # a TimeoutError of a signal handler passes through
        return future.result()
    finally:
        del future  # the traceback of an error refers to it, and it to the error: networks would stay alive


def _work(tasks: "SimpleQueue[_Task | None]", inside: ExitStack) -> None:
    with inside:
        while (task := tasks.get()) is not None:
            _complete(*task)
            del task  # else the networks that it refers to would live until the next one


def _complete(function: Callable[[], Any], future: "Future[Any]") -> None:
    try:
        result = function()
    except BaseException as error:  # the other thread raises it, whatever it is
        future.set_exception(error)
    else:
        future.set_result(result)
    finally:
        del future  # see `_awaited`
