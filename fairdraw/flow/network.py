"""Circulations with lower and upper bounds on a small network, in exact integers.

Used for everything that asks "can it be filled": chances, diagnosis, alternates. The maximum flow
is Dinic's (E. A. Dinitz 1970); lower bounds by the usual super source and sink; the cut of an
infeasible instance is Hoffman's: more is forced into a set of nodes than can leave it.
"""

from __future__ import annotations

from collections import deque


class Network:
    """Nodes are numbered from 0, arcs from 0 in the order in which they were added.

    ``low <= flow <= high`` for each arc, and what enters a node leaves it. All numbers are
    Python integers of any size.
    """

    def __init__(self, nodes: int) -> None:
        self.nodes = nodes
        self.tails: list[int] = []
        self.heads: list[int] = []
        self.low: list[int] = []
        self.high: list[int] = []
        # Edge 2a is arc a forwards, edge 2a + 1 backwards; room = what may still be pushed.
        self._to: list[int] = []
        self._room: list[int] = []
        self._out: list[list[int]] = [[] for _ in range(nodes)]
        self.missing = 0

    def arc(self, tail: int, head: int, low: int, high: int) -> int:
        """Add an arc; returns its number."""
        number = len(self.tails)
        self.tails.append(tail)
        self.heads.append(head)
        self.low.append(low)
        self.high.append(high)
        self._edge(tail, head, high - low)
        return number

    def _edge(self, tail: int, head: int, room: int) -> None:
        self._out[tail].append(len(self._to))
        self._to.append(head)
        self._room.append(room)
        self._out[head].append(len(self._to))
        self._to.append(tail)
        self._room.append(0)

    def lower(self, arc: int, low: int) -> None:
        """Give an arc another lower bound; only before ``circulate``."""
        self.low[arc] = low
        self._room[2 * arc] = self.high[arc] - low

    def flow(self, arc: int) -> int:
        """The flow that the last ``circulate`` or ``force`` left on an arc."""
        return self.low[arc] + self._room[2 * arc + 1]

    def circulate(self) -> frozenset[int] | None:
        """Find a circulation within the bounds; None on success.

        Otherwise a violated cut: a set of nodes into which arcs must bring (by their lower bounds)
        more than arcs can carry out (by their upper bounds); of all such sets the largest.
        ``missing`` is then what cannot be brought out. Call once.
        """
        excess = [0] * self.nodes
        for tail, head, low in zip(self.tails, self.heads, self.low):
            excess[head] += low
            excess[tail] -= low
        edges = len(self._to)
        source, sink = self.nodes, self.nodes + 1
        self._out += [[], []]
        wanted = 0
        for node in range(self.nodes):
            if excess[node] > 0:
                self._edge(source, node, excess[node])
                wanted += excess[node]
            elif excess[node] < 0:
                self._edge(node, sink, -excess[node])
        pushed = self._maximum_flow(source, sink)
        self.missing = wanted - pushed
        cut = self._far_side(sink) if self.missing else None
        self._drop_edges(edges)
        return cut

    def _far_side(self, sink: int) -> frozenset[int]:
        """Nodes from which nothing more can be pushed to the sink."""
        reached = {sink}
        queue = deque([sink])
        while queue:
            node = queue.popleft()
            for edge in self._out[node]:
                tail = self._to[edge]
                if self._room[edge ^ 1] and tail not in reached:
                    reached.add(tail)
                    queue.append(tail)
        return frozenset(node for node in range(self.nodes) if node not in reached)

    def _drop_edges(self, edges: int) -> None:
        for edge in range(edges, len(self._to), 2):
            for node in (self._to[edge], self._to[edge + 1]):
                if node < self.nodes:
                    self._out[node].pop()
        del self._out[self.nodes :]
        del self._to[edges:]
        del self._room[edges:]

    def _levels(self, source: int, sink: int) -> list[int]:
        levels = [-1] * len(self._out)
        levels[source] = 0
        queue = deque([source])
        to, room, out = self._to, self._room, self._out
        while queue:
            node = queue.popleft()
            for edge in out[node]:
                head = to[edge]
                if levels[head] < 0 and room[edge]:
                    levels[head] = levels[node] + 1
                    if head != sink:
                        queue.append(head)
        return levels

    def _maximum_flow(self, source: int, sink: int) -> int:
        total = 0
        while True:
            levels = self._levels(source, sink)
            if levels[sink] < 0:
                return total
            total += self._blocking_flow(source, sink, levels)

    def _blocking_flow(self, source: int, sink: int, levels: list[int]) -> int:
        to, room, out = self._to, self._room, self._out
        next_edge = [0] * len(out)
        path: list[int] = []
        node, total = source, 0
        while True:
            if node == sink:
                amount = min(room[edge] for edge in path)
                for edge in path:
                    room[edge] -= amount
                    room[edge ^ 1] += amount
                total += amount
                keep = next(i for i, edge in enumerate(path) if not room[edge])
                node = to[path[keep] ^ 1]
                del path[keep:]
                continue
            edges, position, level = out[node], next_edge[node], levels[node] + 1
            while position < len(edges):
                edge = edges[position]
                if room[edge] and levels[to[edge]] == level:
                    break
                position += 1
            next_edge[node] = position
            if position < len(edges):
                path.append(edges[position])
                node = to[edges[position]]
            elif path:
                edge = path.pop()
                node = to[edge ^ 1]
                next_edge[node] += 1
            else:
                return total

    def force(self, arc: int) -> bool:
        """Raise the lower bound of an arc by one if a circulation still exists; else change nothing.

        Needs a circulation (after ``circulate``).
        """
        forward, backward = 2 * arc, 2 * arc + 1
        if self._room[backward]:
            self._room[backward] -= 1
            self.low[arc] += 1
            return True
        if self.low[arc] >= self.high[arc] or not self._push_one(self.heads[arc], self.tails[arc]):
            return False
        self._room[forward] -= 1
        self.low[arc] += 1
        return True

    def raise_lower(self, arc: int, amount: int) -> int:
        """Raise the lower bound of an arc by ``amount``, or as far as a circulation still exists.

        Returns by how much it was raised. Needs a circulation (after ``circulate``).
        """
        forward, backward = 2 * arc, 2 * arc + 1
        amount = min(amount, self.high[arc] - self.low[arc])
        raised = min(amount, self._room[backward])
        self._room[backward] -= raised
        if raised < amount:
            edges, source = len(self._to), self.nodes
            self._out.append([])
            self._edge(source, self.heads[arc], amount - raised)
            pushed = self._maximum_flow(source, self.tails[arc])
            self._drop_edges(edges)
            self._room[forward] -= pushed
            raised += pushed
        self.low[arc] += raised
        return raised

    def release(self, arc: int, amount: int = 1) -> None:
        """Undo successful calls of ``force``, or ``raise_lower``, of an arc."""
        self.low[arc] -= amount
        self._room[2 * arc + 1] += amount

    def _push_one(self, start: int, goal: int) -> bool:
        """Push one unit from start to goal along a shortest path with room."""
        came = {start: -1}
        queue = deque([start])
        while queue:
            node = queue.popleft()
            if node == goal:
                while node != start:
                    edge = came[node]
                    self._room[edge] -= 1
                    self._room[edge ^ 1] += 1
                    node = self._to[edge ^ 1]
                return True
            for edge in self._out[node]:
                head = self._to[edge]
                if head not in came and self._room[edge]:
                    came[head] = edge
                    queue.append(head)
        return False

    def components(self) -> list[int]:
        """For each node the number of its strongly connected component in the residual network.

        The flow of an arc at its lower bound can be raised if and only if both ends share one.
        (Tarjan 1972, without recursion.)
        """
        count = self.nodes
        index, low = [-1] * count, [0] * count
        component, on_stack = [-1] * count, [False] * count
        stack: list[int] = []
        clock = found = 0
        for root in range(count):
            if index[root] >= 0:
                continue
            work = [(root, 0)]
            while work:
                node, position = work.pop()
                if position == 0:
                    index[node] = low[node] = clock
                    clock += 1
                    stack.append(node)
                    on_stack[node] = True
                edges = self._out[node]
                while position < len(edges):
                    edge = edges[position]
                    position += 1
                    head = self._to[edge]
                    if not self._room[edge]:
                        continue
                    if index[head] < 0:
                        work += [(node, position), (head, 0)]
                        break
                    if on_stack[head]:
                        low[node] = min(low[node], index[head])
                else:
                    if low[node] == index[node]:
                        while True:
                            member = stack.pop()
                            on_stack[member] = False
                            component[member] = found
                            if member == node:
                                break
                        found += 1
                    if work:
                        parent = work[-1][0]
                        low[parent] = min(low[parent], low[node])
        return component
