"""Contracts a graph for fast ways through it: nodes in the order of their importance, arcs that lead up it.

Contraction hierarchies (Geisberger, Sanders, Schultes, Delling 2008) for an undirected graph: a node is taken
out and what went over it is kept as a shortcut, unless another way is as cheap. Used by roads_build alone.
"""

from heapq import heapify, heappop, heappush

SETTLED_AT_MOST = 60
"""A witness is looked for among that many nodes; a shortcut too many does no harm."""

Graph = list[dict[int, int]]
Arc = tuple[int, int, int | None]
"""Head, cost, and the node that a shortcut goes over."""


def contract(graph: Graph) -> tuple[list[int], list[list[Arc]]]:
    """The nodes from the least to the most important, and of each the arcs to more important ones.

    The graph is used up. Costs are whole numbers that add up; the cheapest arc of a pair is kept.
    """
    over: list[dict[int, int]] = [{} for _ in graph]
    depth = [0] * len(graph)
    queue = [(_importance(graph, node, depth), node) for node in range(len(graph))]
    heapify(queue)
    order: list[int] = []
    up: list[list[Arc]] = [[] for _ in graph]
    while queue:
        _, node = heappop(queue)
        shortcuts = _shortcuts(graph, node)
        importance = len(shortcuts) * 2 - len(graph[node]) + depth[node]
        if queue and importance > queue[0][0]:
            heappush(queue, (importance, node))
            continue
        order.append(node)
        up[node] = [(head, cost, over[node].get(head)) for head, cost in graph[node].items()]
        for head in graph[node]:
            del graph[head][node]
            depth[head] = max(depth[head], depth[node] + 1)
        for one, other, cost in shortcuts:
            graph[one][other] = graph[other][one] = cost
            over[one][other] = over[other][one] = node
        graph[node] = {}
    return order, up


def _importance(graph: Graph, node: int, depth: list[int]) -> int:
    return len(_shortcuts(graph, node)) * 2 - len(graph[node]) + depth[node]


def _shortcuts(graph: Graph, node: int) -> list[tuple[int, int, int]]:
    """Pairs of neighbours whose cheapest way goes over the node."""
    around = sorted(graph[node].items())
    found = []
    for nth, (one, near) in enumerate(around[:-1]):
        others = {head: near + far for head, far in around[nth + 1 :]}
        reached = _reached(graph, one, node, others)
        found += [(one, head, cost) for head, cost in others.items() if reached.get(head, cost + 1) > cost]
    return found


def _reached(graph: Graph, start: int, without: int, wanted: dict[int, int]) -> dict[int, int]:
    """What nodes cost from `start` without the one; only as far as it could matter."""
    farthest = max(wanted.values())
    best = {start: 0}
    queue = [(0, start)]
    left = set(wanted)
    settled = 0
    while queue and left and settled < SETTLED_AT_MOST:
        cost, node = heappop(queue)
        if cost > best[node]:
            continue
        if cost > farthest:
            break
        settled += 1
        left.discard(node)
        for head, more in graph[node].items():
            if head != without and cost + more < best.get(head, farthest + 1):
                best[head] = cost + more
                heappush(queue, (cost + more, head))
    return best
