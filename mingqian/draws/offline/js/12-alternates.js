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
      if (arc.flow >= arc.most) return false;
      const came = this.search(arc.to, arc.from);
      if (!came) return false;
      arc.flow++;
      for (let node = arc.from; node !== arc.to;) {
        const { arc: used, step, before } = came.get(node);
        used.flow += step;
        node = before;
      }
    }
    arc.least++;
    return true;
  }

  /** Breadth first through what can still change, from one node to another: how each node was reached, or null. */
  search(start, goal) {
    const came = new Map([[start, null]]);
    const queue = [start];
    for (let head = 0; head < queue.length && !came.has(goal); head++) {
      const before = queue[head];
      for (const arc of this.at.get(before)) {
        const forward = arc.from === before;
        const [next, step] = forward ? [arc.to, 1] : [arc.from, -1];
        if (came.has(next) || !(forward ? arc.flow < arc.most : arc.flow > arc.least)) continue;
        came.set(next, { arc, step, before });
        queue.push(next);
      }
    }
    return came.has(goal) ? came : null;
  }
}
