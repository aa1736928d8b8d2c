// Step 9, second part (mode B): no chance can be raised at the cost of larger ones alone.

const MOST_EXCHANGES = 2 ** 27;
/** Rounding to units leaves crumbs: less than this many units are no room and nothing to take. */
const CRUMB = 2 ** 20;

class Balanced extends Certified {
  /**
   * A change of chances moves seats round cycles: a type gains (place -> type), takes a seat of a stratum (type -> stratum),
   * somebody else lets go of it (stratum -> type) and takes another one or loses (type -> place). The *place* of a type is
   * the innermost of its caps that are full, else the hub: what one loses there, another may gain there or outside.
   *
   * Type t is wronged if it could gain on a cycle on which only types with larger chances lose: if it and its place lie in
   * one strongly connected component of all moves but the losses of those who have no more than t.
   */
  checkExchanges() {
    const used = this.seats[0].filter((seats) => seats).length;
    this.facts.full = this.cells.length * used <= MOST_EXCHANGES;
    if (!this.facts.full) return;
    const richest = this.byChance.slice().reverse();
    const gains = [];
    const { moves, places } = this.movesWithoutLoss();
    for (const t of this.competing) {
      if (this.types[t].ids.length * UNIT - this.units[t] > CRUMB) {
        gains.push([t, moves.length]);
        moves.push({ from: places[t], to: t, since: 0 });
      }
    }
    // Losses are allowed one after the other, largest chance first.
    richest.forEach((t, i) => moves.push({ from: t, to: places[t], since: i + 1 }));
    const since = joinedSince(moves, richest.length, this.types.length + this.strata.length + 1 + this.rows.length);
    const wronged = new Set(gains.filter(([t, move]) => {
      const poorest = this.chance[richest[since[move] - 1]];
      return TINY.below(poorest.minus(this.chance[t]));
    }).map(([t]) => t));
    const first = this.byChance.find((t) => wronged.has(t));
    if (first !== undefined) {
      throw new Failure(`lottery.cells, type ${first}`, "no larger chance to take from", this.chance[first]);
    }
  }

  /** Moves between strata, and from full caps outwards; the place of every type. Nodes: types, strata, the hub, rows. */
  movesWithoutLoss() {
    const hub = this.types.length + this.strata.length;
    const stratum = (s) => this.types.length + s;
    const row = (r) => hub + 1 + r;
    const isFull = (r) => this.rows[r].high * UNIT - this.unitsIn[r] <= CRUMB;
    const moves = [];
    const places = this.types.map(() => hub);
    const inner = new Map();
    for (const t of this.competing) {
      const { strata } = this.types[t];
      for (const s of strata) if (this.seats[0][s]) moves.push({ from: t, to: stratum(s), since: 0 });
      const full = this.capsOf(t, strata[0]).filter(isFull);
      if (full.length) {
        places[t] = row(full[0]);
        [...full, null].forEach((r, i) => { if (i) inner.set(full[i - 1], r === null ? hub : row(r)); });
      }
    }
    for (const [r, outside] of inner) moves.push({ from: row(r), to: outside, since: 0 });
    for (const { t, s, amount } of this.cells) if (amount > CRUMB) moves.push({ from: stratum(s), to: t, since: 0 });
    return { moves, places };
  }
}

/**
 * For each move the first moment (0 to `last`) from which on both its ends lie in one strongly connected component, when
 * at each moment the moves `since` then are there; last + 1: never. By halving the time: what is joined in the middle was
 * joined in the first half, and is one node in the second.
 */
function joinedSince(moves, last, nodes) {
  const answer = new Int32Array(moves.length);
  const graph = new Graph(moves, nodes);
  const settle = (low, high, list) => {
    if (!list.length) return;
    if (low === high) {
      for (const i of list) {
        answer[i] = low;
        if (low <= last) graph.merge(i);
      }
      return;
    }
    const middle = (low + high) >> 1;
    graph.findComponents(list, middle);
    const [early, late] = [[], []];
    for (const i of list) (moves[i].since <= middle && graph.joins(i) ? early : late).push(i);
    settle(low, middle, early);
    settle(middle + 1, high, late);
  };
  settle(0, last + 1, moves.map((_, i) => i));
  return answer;
}

/** Moves between nodes, some of which have been merged into one. Large draws have hundreds of thousands: no maps, no objects. */
class Graph {
  constructor(moves, nodes) {
    Object.assign(this, { moves, parent: Int32Array.from({ length: nodes }, (_, node) => node) });
    // Of each node: the next move to be looked at, when it was entered, the earliest node it leads back to, its component.
    [this.first, this.entered, this.earliest, this.component] = Array.from({ length: 4 }, () => new Int32Array(nodes));
    [this.calls, this.waiting] = [new Int32Array(nodes), new Int32Array(nodes)];
    this.following = new Int32Array(moves.length);
  }

  nodeOf(node) {
    const { parent } = this;
    while (parent[node] !== node) {
      parent[node] = parent[parent[node]];
      node = parent[node];
    }
    return node;
  }

  tail(i) { return this.nodeOf(this.moves[i].from); }
  head(i) { return this.nodeOf(this.moves[i].to); }

  merge(i) { this.parent[this.tail(i)] = this.head(i); }

  /** Whether both ends of a move are one node, or were found in one component. */
  joins(i) {
    const [from, to] = [this.tail(i), this.head(i)];
    return from === to || (this.component[from] > 0 && this.component[from] === this.component[to]);
  }

  /** Strongly connected components, numbered from 1, of those of the listed moves that are there by `moment`. */
  findComponents(list, moment) {
    const { moves, first, following, entered, component } = this;
    for (const i of list) {
      for (const node of [this.tail(i), this.head(i)]) {
        first[node] = -1;
        entered[node] = component[node] = 0;
      }
    }
    const there = list.filter((i) => moves[i].since <= moment);
    for (const i of there) {
      const from = this.tail(i);
      following[i] = first[from];
      first[from] = i;
    }
    [this.time, this.found, this.waitingUp] = [0, 0, 0];
    for (const i of there) if (!entered[this.tail(i)]) this.explore(this.tail(i));
  }

  /** Tarjan's algorithm, with a stack of calls of its own. */
  explore(root) {
    const { first, following, entered, earliest, component, calls } = this;
    let depth = 0;
    calls[0] = root;
    this.enter(root);
    while (depth >= 0) {
      const node = calls[depth];
      const i = first[node];
      if (i >= 0) {
        first[node] = following[i];
        const head = this.head(i);
        if (!entered[head]) {
          this.enter(head);
          calls[++depth] = head;
        } else if (!component[head] && entered[head] < earliest[node]) earliest[node] = entered[head];
        continue;
      }
      if (earliest[node] === entered[node]) this.close(node);
      depth--;
      if (depth >= 0 && earliest[node] < earliest[calls[depth]]) earliest[calls[depth]] = earliest[node];
    }
  }

  enter(node) {
    this.entered[node] = this.earliest[node] = ++this.time;
    this.waiting[this.waitingUp++] = node;
  }

  /** All that wait since a node was entered are one component. */
  close(node) {
    this.found++;
    let member;
    do {
      member = this.waiting[--this.waitingUp];
      this.component[member] = this.found;
    } while (member !== node);
  }
}
