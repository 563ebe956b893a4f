"""Small made movies with every fault a tracker or a segmentation can have; same seed, same movie.

Only `random.Random.random` is used, whose stream Python guarantees, so that answers can be stored.
"""

import random
from types import SimpleNamespace

import networkx as nx
import numpy as np

from course_utils.data.forest import tracks_of_graph

SIDE, FRAMES, CELL = 64, 9, 6
FAULTS = ("merge", "split", "gap", "drop", "invent", "swap", "shift", "cut", "closed gap")
ONE_TO_ONE = ("gap", "drop", "invent", "swap", "shift", "cut", "closed gap")


def made_pair(seed: int) -> tuple[SimpleNamespace, SimpleNamespace]:
    """A true movie and a faulty copy: `masks` (9, 64, 64) and `lineage`.

    Even seeds have faults of links only, odd ones of masks too; every fifth has an empty frame.
    """
    dice = random.Random(seed)
    true = _grow(dice)
    found = true.copy()
    kinds = ONE_TO_ONE if seed % 2 == 0 else FAULTS
    for _ in range(1 + int(dice.random() * 5)):
        _spoil(found, kinds[int(dice.random() * len(kinds))], dice)
    if seed % 5 == 0:
        empty = 2 + int(dice.random() * (FRAMES - 3))
        found.remove_nodes_from([n for n, t in found.nodes(data="frame") if t == empty])
    return draw(true), draw(found)


def draw(graph: nx.DiGraph) -> SimpleNamespace:
    """Boxes of a graph as masks, and its lineage."""
    track, lineage = tracks_of_graph(graph)
    masks = np.zeros((FRAMES, SIDE, SIDE), np.uint16)
    for node, (t, box) in ((n, (d["frame"], d["box"])) for n, d in graph.nodes(data=True)):
        masks[t][box] = track[node]
    return SimpleNamespace(masks=masks, lineage=lineage)


def _grow(dice: random.Random) -> nx.DiGraph:
    graph, alive, used = nx.DiGraph(), [], 0
    for t in range(FRAMES):
        now = []
        for before, lane in alive or [(None, 0), (None, 3), (None, 6)]:
            lanes = [lane]
            if t and dice.random() < 0.2 and used < 5:
                lanes, used = [lane, [1, 2, 4, 5, 7][used]], used + 1
            for each in lanes:
                left = 4 * t + int(3 * dice.random())
                box = np.s_[each * 8 : each * 8 + CELL, left : left + CELL]
                graph.add_node((t, each), frame=t, box=box)
                if before is not None:
                    graph.add_edge(before, (t, each))
                now.append(((t, each), each))
        alive = now
    return graph


def _pick(items: list, dice: random.Random):
    return items[int(dice.random() * len(items))] if items else None


def _spoil(graph: nx.DiGraph, fault: str, dice: random.Random) -> None:
    node = _pick(sorted(n for n in graph if len(n) == 2 and 1 < n[0] < FRAMES - 1), dice)
    if node is not None:
        {"merge": _merge, "split": _split, "gap": _gap, "drop": _gap, "invent": _invent}.get(
            fault, _relink
        )(graph, node, fault, dice)


def _merge(graph: nx.DiGraph, node: tuple, fault: str, dice: random.Random) -> None:
    other = _pick(sorted(n for n in graph if n[0] == node[0] and n != node and len(n) == 2), dice)
    if other is not None:
        (y, x), (v, u) = graph.nodes[node]["box"], graph.nodes[other]["box"]
        rows = np.r_[y.start : y.stop, v.start : v.stop]
        graph.nodes[node]["box"] = np.ix_(rows, range(min(x.start, u.start), max(x.stop, u.stop)))
        graph.remove_node(other)
        graph.add_node((*node, "merged"), **graph.nodes[node])
        nx.relabel_nodes(graph, {node: (*node, "merged")}, copy=False)


def _split(graph: nx.DiGraph, node: tuple, fault: str, dice: random.Random) -> None:
    y, x = graph.nodes[node]["box"]
    at = x.start + 1 + int(dice.random() * (CELL - 1))
    before = _pick(list(graph.predecessors(node)), dice)
    graph.nodes[node]["box"] = y, slice(x.start, at)
    graph.add_node((*node, "half"), frame=node[0], box=(y, slice(at, x.stop)))
    if before is not None and dice.random() < 0.5:
        graph.add_edge(before, (*node, "half"))


def _gap(graph: nx.DiGraph, node: tuple, fault: str, dice: random.Random) -> None:
    graph.remove_node(node)


def _invent(graph: nx.DiGraph, node: tuple, fault: str, dice: random.Random) -> None:
    graph.add_node((node[0], 99, "new"), frame=node[0], box=np.s_[58:62, 56:60])


def _relink(graph: nx.DiGraph, node: tuple, fault: str, dice: random.Random) -> None:
    kids, before = list(graph.successors(node)), _pick(list(graph.predecessors(node)), dice)
    if fault == "cut" and kids:
        graph.remove_edge(node, kids[0])
    elif fault == "closed gap" and before is not None and kids:
        graph.remove_node(node)
        graph.add_edge(before, kids[0])
    elif fault == "shift":
        _shift(graph, dice)
    elif fault == "swap" and kids:
        other = _pick(sorted(n for n in graph if n[0] == node[0] and n != node), dice)
        theirs = list(graph.successors(other)) if other is not None else []
        if theirs:
            graph.remove_edges_from([(node, kids[0]), (other, theirs[0])])
            graph.add_edges_from([(node, theirs[0]), (other, kids[0])])


def _shift(graph: nx.DiGraph, dice: random.Random) -> None:
    """Let a daughter come a frame later out of her sister."""
    mother = _pick(sorted(n for n in graph if graph.out_degree(n) == 2), dice)
    if mother is None:
        return
    kept, late = list(graph.successors(mother))
    later = list(graph.successors(late))
    if later:
        graph.remove_node(late)
        graph.add_edge(kept, later[0])
