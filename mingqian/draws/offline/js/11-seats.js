// Steps 10 to 14: seats by cell, primaries, alternates, digest, signatures.

class Judge extends Balanced {
  stream(label, length) {
    const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, i) =>
      this.hash("fairdraw/1/rng", utf8(label), this.s, eight(i)));
    return joined(blocks).subarray(0, length);
  }

  async counts() {
    const index = this.mode === "L" ? this.panelNumber() : null;
    demand(this.doc.index === index, "index", index, this.doc.index);
    if (this.mode === "L") {
      const drawn = new Tally();
      for (const c of this.doc.lottery.panels[index]) drawn.add(c);
      this.given = this.cells.map((_, c) => drawn.get(c));
      return { index, panels: this.unit };
    }
    this.given = this.mode === "B" ? await this.halved() : [];
    return { seats: this.facts.primary };
  }

  /** An unbiased number below the number of panels, from the seed. */
  panelNumber() {
    const panels = BigInt(this.unit);
    const fair = (MASK + 1n) - ((MASK + 1n) % panels);
    for (let i = 0; ; i++) {
      const word = bigOf(this.stream("panel", 8 * i + 8).subarray(8 * i));
      if (word < fair) return Number(word % panels);
    }
  }

  /** Units to seats: forty times every odd number goes up or down, so that partners cancel. */
  async halved() {
    const all = this.cells.length;
    const value = Float64Array.from(this.cells, ({ amount }) => amount);
    const caps = this.cells.map(({ t, s }) => this.capsOf(t, s));
    const families = [
      this.cells.map(({ t }) => t),
      caps.map((rows) => (rows.length > 1 ? rows[0] : -1)),
      caps.map((rows) => rows.at(-1) ?? -1),
    ].map((family) => Int32Array.from(family));
    const strata = Int32Array.from(this.cells, ({ s }) => s);
    const waiting = new Int32Array(Math.max(this.types.length, this.strata.length, this.rows.length));
    const [inside, across] = [new Int32Array(all), new Int32Array(all)];
    for (let level = 0; level < 40; level++) {
      const start = bigOf(this.stream(`pair/${level}`, 8));
      const bits = this.stream(`halve/${level}`, Math.ceil(all / 8));
      const odd = [...value.keys()].filter((c) => value[c] % 2);
      const keys = new Float64Array(odd.length);
      for (const [i, c] of odd.entries()) {
        keys[i] = splitMix(start, c) * all + c;
        await this.breath.take(level, 40);
      }
      const queue = keys.sort().map((key) => key % all);
      inside.fill(-1);
      across.fill(-1);
      for (const family of families) makePairs(inside, queue, family, waiting.fill(-1));
      makePairs(across, queue, strata, waiting.fill(-1));
      const up = colours(odd, inside, across, (c) => (bits[c >> 3] >> (7 - (c & 7))) & 1);
      for (let c = 0; c < all; c++) value[c] = Math.floor(value[c] / 2);
      for (const c of odd) value[c] += up[c];
    }
    return value;
  }

  /** Tickets of the people of a type, smallest first, without those who sit. */
  async lots(seed, t, seated = new Set()) {
    const made = [];
    for (const id of this.types[t].ids) {
      if (seated.has(id)) continue;
      made.push({ ticket: this.hash("fairdraw/1/ticket", seed, utf8(id)), id, t });
      await this.breath.take(made.length, this.types[t].ids.length);
    }
    return made.sort(byTicket);
  }

  /** The seats of one kind that the cells give: to each type's smallest tickets, by number of the stratum. */
  async placesOfCells(kind, seed, seated) {
    const strata = this.types.map(() => []);
    this.cells.forEach((cell, c) => {
      for (let n = 0; cell.kind === kind && n < this.given[c]; n++) strata[cell.t].push(cell.s);
    });
    const places = [];
    for (const [t, own] of strata.entries()) {
      if (!own.length) continue;
      const lots = await this.lots(seed, t, seated);
      own.slice(0, lots.length).forEach((s, i) => places.push({ s, ...lots[i] }));
    }
    return places;
  }

  /** Demands that the file lists the places by stratum and ticket. */
  compare(part, places) {
    const told = this.doc[part];
    demand(told.length === places.length, part, places.length, told.length);
    const ranks = new Tally();
    places.sort((a, b) => a.s - b.s || byTicket(a, b)).forEach(({ s, ticket, id, t }, i) => {
      const stratum = this.strata[s].id;
      const seat = { id, rank: ranks.add(s).get(s), stratum, ticket: hex(ticket), type: t };
      for (const name of [...new Set([...Object.keys(seat), ...Object.keys(told[i])])].sort(byCodePoint)) {
        const where = `${part}[${i}].${name} (${stratum}, ${seat.rank})`;
        demand(name in seat && told[i][name] === seat[name], where, seat[name], told[i][name]);
      }
    });
    return { seats: places.length };
  }

  async panel() {
    const places = this.mode === "S" ? [] : await this.placesOfCells(0, this.s);
    for (const [s, seats] of this.mode === "S" ? this.seats[0].entries() : []) {
      const lots = [];
      for (const [t, type] of this.types.entries()) {
        if (seats && type.strata.includes(s)) for (const lot of await this.lots(this.s, t)) lots.push(lot);
      }
      for (const lot of lots.sort(byTicket).slice(0, seats)) places.push({ s, ...lot });
    }
    this.drawn = new Set(places.map((place) => place.id));
    return this.compare("panel", places);
  }

  async alternates() {
    const seed = this.hash("fairdraw/1/alt", this.s);
    if (this.mode === "L") return this.compare("alternates", await this.placesOfCells(1, seed, this.drawn));
    const missing = this.seats[1].slice();
    const list = new AlternateList(missing, (r) => this.rows[r].high);
    const lots = [];
    for (const [t, { strata }] of this.types.entries()) {
      const wanted = strata.some((s) => missing[s]);
      const own = wanted ? await this.lots(seed, t, this.drawn) : [];
      list.addType(t, strata, this.capsOf(t, strata[0]), own.length);
      for (const lot of own) lots.push(lot);
    }
    demand(list.fill(), "alternates", "somebody for every seat", "too few people");
    const places = [];
    for (const lot of lots.sort(byTicket)) {
      if (places.length === this.facts.alternate) break;
      const s = this.types[lot.t].strata.find((stratum) => missing[stratum] && list.seat(lot.t, stratum));
      if (s !== undefined) {
        missing[s]--;
        places.push({ s, ...lot });
      }
      await this.breath.take(places.length, this.facts.alternate);
    }
    return this.compare("alternates", places);
  }

  digest() {
    this.d = this.hash("fairdraw/1/transcript", this.reader.bytesWithout(["digest", "signatures"]));
    return { mark: this.same("digest", this.d, this.doc.digest) };
  }

  signatures() {
    const names = this.doc.signatures.map(({ party }) => party);
    demand(ascending(names), "signatures", "every party once, in order", names);
    const parties = this.doc.signatures.map((entry, i) => {
      const [key, signature] = [entry.public_key, entry.signature].map((text) => unhex(text, `signatures[${i}]`));
      const message = this.hash("fairdraw/1/signature", utf8(entry.party), this.d);
      const fits = entry.algorithm === "ed25519" && Object.keys(entry).length === 4 && Curve.isSigned(key, message, signature);
      demand(fits, `signatures[${i}]`, "a valid signature", entry.party);
      return entry.party;
    });
    return parties.length ? { parties } : null;
  }
}

function byTicket(a, b) {
  for (let i = 0; i < a.ticket.length; i++) if (a.ticket[i] !== b.ticket[i]) return a.ticket[i] - b.ticket[i];
  return byCodePoint(a.id, b.id);
}

/** Of those without a partner, in each family (-1: none) the 1st and the 2nd in order become partners, the 3rd and the 4th, and so on. */
function makePairs(partner, order, family, waiting) {
  for (const c of order) {
    if (partner[c] >= 0 || family[c] < 0) continue;
    const other = waiting[family[c]];
    waiting[family[c]] = other < 0 ? c : -1;
    if (other >= 0) [partner[c], partner[other]] = [other, c];
  }
}

/** 0 and 1 in turn along each path or cycle of partners; its smallest cell has the bit that the seed gives. */
function colours(cells, inside, across, bit) {
  const colour = new Int8Array(inside.length).fill(-1);
  for (const first of cells) {
    if (colour[first] >= 0) continue;
    colour[first] = bit(first);
    const queue = [first];
    while (queue.length) {
      const c = queue.pop();
      for (const other of [inside[c], across[c]]) {
        if (other < 0 || colour[other] >= 0) continue;
        colour[other] = 1 - colour[c];
        queue.push(other);
      }
    }
  }
  return colour;
}
