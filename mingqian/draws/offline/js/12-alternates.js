// Whether a list of alternates can still be completed (modes S and B).

/**
 * Alternates of modes S and B: can the list still be completed? Seats flow from strata to a hub, from there through the
 * caps to the types and back to the strata; a circulation with all seats filled is a complete list.
 */
class AlternateList {
  constructor(missing, room) {
    Object.assign(this, { room, arcs: [], at: new Map(), seats: new Map(), caps: new Map(), refused: new Set() });
    this.missing = missing.slice();
    this.fills = missing.map((seats, s) => this.arc(`s${s}`, "hub", seats));
  }

  arc(from, to, most) {
    const made = { from, to, least: 0, flow: 0, most };
    for (const node of [from, to]) {
      if (!this.at.has(node)) this.at.set(node, []);
      this.at.get(node).push(made);
    }
    return made;
  }

  /** A type below its caps (the group's first), with so many people who are still free. */
  addType(t, strata, caps, people) {
    caps.forEach((cap, i) => {
      if (this.caps.has(cap)) return;
      const above = i + 1 < caps.length ? `r${caps[i + 1]}` : "hub";
      this.caps.set(cap, this.arc(above, `r${cap}`, this.room(cap)));
    });
    this.arc(caps.length ? `r${caps[0]}` : "hub", `t${t}`, people);
    for (const s of strata) this.seats.set(`${t} ${s}`, this.arc(`t${t}`, `s${s}`, this.missing[s]));
  }

  /** Whether every seat can be filled at all. */
  fill() {
    return this.fills.every((arc) => Array.from({ length: arc.most }).every(() => this.force(arc)));
  }

  /** Gives a seat of stratum s to somebody of type t for good, if the list can still be completed. */
  seat(t, s) {
    const key = `${t} ${s}`;
    if (this.refused.has(key)) return false;
    if (this.force(this.seats.get(key))) return true;
    this.refused.add(key);
    return false;
  }

  /** Raises what must flow through an arc by one, sending one more around a cycle if need be. */
  force(arc) {
    if (arc.flow === arc.least) {
      const way = arc.flow < arc.most && this.way(arc.to, arc.from);
      if (!way) return false;
      arc.flow++;
      for (const { arc: used, step } of way) used.flow += step;
    }
    arc.least++;
    return true;
  }

  /**
   * The arcs by which one more can go from one node to another, each with the step of its flow, or null. Breadth first from
   * both ends, always where fewer arcs wait to be looked at: most people have few other seats, while from the hub there are
   * ways to everywhere.
   */
  way(start, goal) {
    const sides = [this.side(start, 1), this.side(goal, -1)];
    while (sides[0].waiting.length && sides[1].waiting.length) {
      const number = sides[0].arcs <= sides[1].arcs ? 0 : 1;
      const meeting = this.grow(sides[number], sides[1 - number].came);
      if (meeting !== null) return sides.flatMap(({ came }) => stepsFrom(meeting, came));
    }
    return null;
  }

  /** One end of a search: `sign` 1 if it goes with the flow, -1 against it; `came`: node -> how it was reached. */
  side(node, sign) {
    return { sign, came: new Map([[node, null]]), waiting: [node], arcs: this.at.get(node).length };
  }

  /** Takes one side of a search one step further; the first node at which it meets the other, or null. */
  grow(side, others) {
    const { sign, came, waiting } = side;
    const found = [];
    side.arcs = 0;
    for (const before of waiting) {
      for (const arc of this.at.get(before)) {
        const leaves = arc.from === before;
        const next = leaves ? arc.to : arc.from;
        const step = leaves ? sign : -sign;
        if (came.has(next) || !(step > 0 ? arc.flow < arc.most : arc.flow > arc.least)) continue;
        came.set(next, { arc, step, before });
        if (others.has(next)) return next;
        found.push(next);
        side.arcs += this.at.get(next).length;
      }
    }
    side.waiting = found;
    return null;
  }
}

/** The steps by which one side of a search reached a node. */
function stepsFrom(node, came) {
  const steps = [];
  for (let step = came.get(node); step; step = came.get(step.before)) steps.push(step);
  return steps;
}
