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
    const since = joinedSince(moves, richest.length);
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
function joinedSince(moves, last) {
  const answer = new Int32Array(moves.length);
  const parent = new Map();
  const nodeOf = (node) => {
    let top = node;
    while (parent.has(top)) top = parent.get(top);
    while (parent.has(node)) {
      const next = parent.get(node);
      if (next !== top) parent.set(node, top);
      node = next;
    }
    return top;
  };
  const settle = (low, high, list) => {
    if (!list.length) return;
    if (low === high) {
      for (const i of list) {
        answer[i] = low;
        const [from, to] = [nodeOf(moves[i].from), nodeOf(moves[i].to)];
        if (low <= last && from !== to) parent.set(from, to);
      }
      return;
    }
    const middle = (low + high) >> 1;
    const component = components(
      list.filter((i) => moves[i].since <= middle).map((i) => [nodeOf(moves[i].from), nodeOf(moves[i].to)]));
    const [early, late] = [[], []];
    for (const i of list) {
      const [from, to] = [nodeOf(moves[i].from), nodeOf(moves[i].to)];
      const joined = from === to || (component.has(from) && component.get(from) === component.get(to));
      (moves[i].since <= middle && joined ? early : late).push(i);
    }
    settle(low, middle, early);
    settle(middle + 1, high, late);
  };
  settle(0, last + 1, moves.map((_, i) => i));
  return answer;
}

/** node -> number of its strongly connected component (Tarjan's algorithm, with its own stack of calls). */
function components(arcs) {
  const next = new Map();
  for (const [from, to] of arcs) {
    if (!next.has(from)) next.set(from, []);
    if (!next.has(to)) next.set(to, []);
    next.get(from).push(to);
  }
  const [order, lowest, component] = [new Map(), new Map(), new Map()];
  const waiting = [];
  let found = 0;
  for (const root of next.keys()) {
    if (order.has(root)) continue;
    const calls = [];
    const enter = (node) => {
      order.set(node, order.size);
      lowest.set(node, order.get(node));
      waiting.push(node);
      calls.push({ node, heads: next.get(node).values() });
    };
    enter(root);
    while (calls.length) {
      const { node, heads } = calls.at(-1);
      const { value: head, done } = heads.next();
      if (!done) {
        if (!order.has(head)) enter(head);
        else if (!component.has(head)) lowest.set(node, Math.min(lowest.get(node), order.get(head)));
        continue;
      }
      calls.pop();
      if (calls.length) {
        const caller = calls.at(-1).node;
        lowest.set(caller, Math.min(lowest.get(caller), lowest.get(node)));
      }
      if (lowest.get(node) === order.get(node)) {
        let member;
        do {
          member = waiting.pop();
          component.set(member, found);
        } while (member !== node);
        found++;
      }
    }
  }
  return component;
}
