"""The same work on one process, on threads, or on a Dask cluster of any size: results are equal.

A client comes from `dask.distributed`: `Client(processes=False)` has threads of this process,
`Client(n_workers=2, threads_per_worker=1)` has processes, `Client("tcp://host:8786")` the machines
of a laboratory, which must have this course and see the same folders.
"""

import asyncio
import socket
import threading
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.models.tiles import _grid, _piece, segment_tiled

AHEAD = 2
WAIT = 10
_HERE: dict[int, Callable] = {}
_ONE = threading.Lock()


class ClusterError(ConnectionError):
    """No scheduler with a worker answers."""


def connect(address: str) -> Any:
    """A client of a running scheduler.

    Args:
        address: as the scheduler says it when it starts, such as tcp://10.0.0.5:8786.

    Raises:
        ClusterError: nobody answers there within 10 seconds.

    Used in: 11.
    """
    from distributed import Client
    from distributed.comm import get_address_host_port

    try:
        socket.create_connection(get_address_host_port(address), WAIT).close()
        client = Client(address, timeout=WAIT)
        try:
            client.wait_for_workers(1, timeout=WAIT)
        except (OSError, asyncio.TimeoutError):
            client.close()
            raise
    except (OSError, asyncio.TimeoutError, ValueError, TypeError) as error:
        raise ClusterError(
            f"no Dask scheduler with a worker answers at {address}: start one with "
            "`dask scheduler`, then `dask worker ADDRESS` on each machine, and give the address "
            "that it says"
        ) from error
    return client


def map_images(
    function: Callable[[Any], Any],
    items: Sequence[Any],
    client: Any = None,
    label: str = "images",
    progress: bool = True,
) -> list[Any]:
    """`function` of each item, here one after the other or on a cluster; results in order.

    Threads of this process share `function` and all that it holds, such as a network; it must then
    bear to be called twice at once, or be wrapped in `OneAtATime`. To processes it is sent.

    Args:
        function: from an item to a result; for processes both must be picklable.
        items: images, or their paths, which are cheaper to send.
        client: a `distributed.Client`, or None.
        label: of the progress bar.
        progress: show a bar.

    Returns:
        A result an item; where `function` raised one, the exception.

    Taught in: 11.
    """
    from tqdm.auto import tqdm

    kept = partial(_result_or_error, function)
    if client is None:
        return [kept(item) for item in tqdm(items, label, disable=not progress)]
    with _sent(kept, client) as sent, tqdm(None, label, len(items), disable=not progress) as bar:
        futures = client.map(sent, items, pure=False)
        for future in futures:
            future.add_done_callback(lambda _: bar.update())
        return [_gathered(future) for future in futures]


class OneAtATime:
    """A function that threads of one process call one after the other; processes do not wait.

    Keras gives no promise that one model may predict in two threads at once. Used in: 11.
    """

    def __init__(self, function: Callable) -> None:
        self.function = function

    def __call__(self, *words: Any, **named: Any) -> Any:
        with _ONE:
            return self.function(*words, **named)


def segment_mosaic(
    segment: Callable[[NDArray], NDArray],
    image: Any,
    client: Any = None,
    tile: int = 512,
    margin: int = 64,
    multiple: int = 16,
    progress: bool = True,
) -> NDArray[np.int32]:
    """`segment_tiled` with its tiles segmented by a cluster: the same labels, pixel by pixel.

    Tiles are cut here, segmented anywhere, and joined here in order. Not more than two a thread
    are on their way, so that a mosaic on disk may be larger than memory. One process segments one
    at a time, since Keras does not promise more.

    Args:
        segment: as for `segment_tiled`.
        image: (y, x) or (y, x, c), or a memory map.
        client: a `distributed.Client`, or None for this process.
        tile, margin, multiple, progress: as for `segment_tiled`.

    Returns:
        Labels (y, x).

    Raises:
        ValueError: as `segment_tiled`.
        ClusterError: the cluster has no worker.

    Taught in: 11.
    """
    sizes = (tile, margin, multiple)
    if client is None:
        return segment_tiled(segment, image, *sizes, progress)
    pieces = (_piece(image, one, tile) for one in _grid(image, *sizes))
    with _sent(OneAtATime(segment), client) as sent:
        threads = sum(client.nthreads().values())
        if not threads:
            raise ClusterError("the cluster has no worker left: start some, and segment again")
        answers = _ahead(client, sent, pieces, AHEAD * threads)
        return segment_tiled(lambda _: next(answers), image, *sizes, progress)


@contextmanager
def heard_warnings() -> Iterator[list[Warning]]:
    """Collect the warnings of this thread; `warnings.catch_warnings` mixes those of all threads.

    Used in: 11.
    """
    _EAR.listen()
    try:
        yield _EAR.own.heard
    finally:
        _EAR.leave()


class _Ear:
    """Takes the place of `warnings.showwarning` while any thread listens."""

    def __init__(self) -> None:
        self.guard, self.own, self.threads = threading.Lock(), threading.local(), 0

    def __call__(self, message: Warning, *where: Any) -> None:
        heard = getattr(self.own, "heard", None)
        if heard is None:
            self.screen(message, *where)
        else:
            heard.append(message)

    def listen(self) -> None:
        with self.guard:
            if not self.threads:
                self.before = warnings.catch_warnings()
                self.before.__enter__()
                warnings.simplefilter("always")
                self.screen, warnings.showwarning = warnings.showwarning, self
            self.threads += 1
        self.own.heard = []

    def leave(self) -> None:
        self.own.heard = None
        with self.guard:
            self.threads -= 1
            if not self.threads:
                self.before.__exit__(None, None, None)


_EAR = _Ear()


def _result_or_error(function: Callable, item: Any) -> Any:
    try:
        return function(item)
    except Exception as error:
        return error


def _gathered(future: Any) -> Any:
    """A result, or why a worker could not give one: it died, or the result cannot be sent."""
    try:
        return future.result()
    except Exception as error:
        return error


@contextmanager
def _sent(function: Callable, client: Any) -> Iterator[Callable]:
    """What to give a client: threads of this process find the function itself, not a copy."""
    if not client.scheduler.address.startswith("inproc"):
        yield function
        return
    key = id(function)
    _HERE[key] = function
    try:
        yield partial(_call_here, key)
    finally:
        del _HERE[key]


def _call_here(key: int, item: Any) -> Any:
    return _HERE[key](item)


def _ahead(client: Any, function: Callable, items: Iterable, most: int) -> Iterator[Any]:
    items = iter(items)
    waiting = deque(client.submit(function, item, pure=False) for item in islice(items, most))
    while waiting:
        yield waiting.popleft().result()
        waiting.extend(client.submit(function, item, pure=False) for item in islice(items, 1))
