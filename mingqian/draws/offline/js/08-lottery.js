// Steps 7 and 8: types and rows from the pool and the plan, every panel against every row, chances.

const UNIT = 2 ** 40;
const [LEAST_PANELS, MOST_PANELS] = [2 ** 10, 2 ** 14];

class Lottery extends Planned {
  async lottery() {
    const { lottery } = this.doc;
    const mark = this.same("lottery_hash", this.hash("fairdraw/1/lottery", this.reader.bytesOf(lottery)), this.doc.lottery_hash);
    const reach = await this.reachOfEverybody();
    this.groupByType(reach);
    this.mode = this.modeOf(reach);
    this.unit = { S: 1, B: UNIT, L: lottery.panels?.length ?? 0 }[this.mode];
    const fits = lottery.mode === this.mode && lottery.scale === (this.mode === "B" ? 40 : 0)
      && (lottery.cells.length > 0) === (this.mode !== "S");
    demand(fits, "lottery.mode", this.mode, lottery.mode);
    const types = this.types.map(({ employer, strata, quotas, ids }) =>
      [employer, strata.map((s) => this.strata[s].id), ids.length, ...(this.mode === "L" ? [quotas] : [])]);
    demand(JSON.stringify(types) === JSON.stringify(lottery.types), "lottery.types", `${types.length} types of the pool`, "others");
    this.stateRows();
    this.readCells();
    if (this.mode === "B") this.checkUnits();
    if (this.mode === "L") await this.checkPanels();
    return { mode: this.mode, types: types.length, panels: this.mode === "L" ? this.unit : 0, mark };
  }

  /** Everybody eligible who can reach a seat: employer, strata, groups of these, quotas. */
  async reachOfEverybody() {
    const reach = [];
    const open = this.numberOf.get("*");
    let done = 0;
    for (const person of this.eligible) {
      await this.breath.take(done++, this.eligible.length);
      const numbers = person.strata.map((name) => this.numberOf.get(name));
      const strata = [...new Set([...numbers, open])]
        .filter((s) => s !== undefined && (this.seats[0][s] || this.seats[1][s])).sort((a, b) => a - b);
      if (!strata.length) continue;
      const own = new Set(person.values.map(([category]) => category));
      for (const quota of this.quotas) demand(own.has(quota.category), "pool.records", quota.category, person.id);
      const groups = new Set(strata.map((s) => this.strata[s].group));
      reach.push({ id: person.id, employer: person.employer, strata, groups, quotas: this.quotasOf(person) });
    }
    return reach;
  }

  groupByType(reach) {
    this.crowd = new Tally();
    for (const { employer, groups } of reach) {
      for (const group of new Set([null, ...groups])) this.crowd.add(capKey(employer, group));
    }
    this.tight = new Set();
    for (const [key, people] of this.crowd) {
      const [employer, group] = JSON.parse(key);
      if (this.caps.has(group) && people > this.room(employer, group)) this.tight.add(employer);
    }
    const types = new Map();
    for (const { id, employer, strata, quotas } of reach) {
      demand(employer !== null || !this.caps.size, "pool.records", "an employer", id);
      const kind = { employer: this.tight.has(employer) ? employer : null, strata, quotas };
      const key = JSON.stringify(kind);
      if (!types.has(key)) types.set(key, { ...kind, ids: [] });
      types.get(key).ids.push(id);
    }
    this.types = [...types.values()].sort((a, b) => byCodePoint(a.employer ?? "", b.employer ?? "")
      || byNumbers(a.strata, b.strata) || byNumbers(a.quotas, b.quotas));
  }

  modeOf(reach) {
    const crossing = reach.some(({ employer, groups }) => this.tight.has(employer) && groups.size > 1
      && [...groups].some((group) => group !== null && this.caps.has(group)));
    if (this.quotas.length || this.doc.plan.ceiling || crossing) return "L";
    const choice = this.types.some(({ strata }) => strata.filter((s) => this.seats[0][s]).length > 1);
    return choice || this.tight.size ? "B" : "S";
  }

  /** What every panel keeps: strata, caps and quotas in the order of the protocol, for primaries and then for alternates. */
  stateRows() {
    const general = this.mode === "L";
    const caps = [...this.crowd.keys()].map((key) => JSON.parse(key)).filter(([employer, group]) =>
      this.tight.has(employer) && this.caps.has(group)
      && (!general || this.crowd.get(capKey(employer, group)) > this.room(employer, group)));
    caps.sort((a, b) => byCodePoint(a[0], b[0]) || byCodePoint(a[1] ?? "", b[1] ?? ""));
    this.rows = [];
    this.rowNumber = new Map();
    const row = (key, low, high) => {
      this.rowNumber.set(key, this.rows.length);
      this.rows.push({ key, low, high });
    };
    for (const kind of general ? [0, 1] : [0]) {
      this.seats[kind].forEach((seats, s) => { if (seats || !general) row(`${kind} stratum ${s}`, seats, seats); });
      for (const cap of caps) row(`${kind} cap ${capKey(...cap)}`, 0, this.room(...cap));
      this.quotas.forEach((quota, q) => row(`${kind} quota ${q}`, ...this.limits(quota, q, kind)));
    }
    this.priced = this.rows.length;
    this.types.forEach((type, t) => row(`type ${t}`, 0, type.ids.length));
    this.bounded = this.rows.flatMap(({ low, high }, r) => (low > 0 || high < 0 ? [r] : []));
  }

  limits(quota, q, kind) {
    const scope = this.seatsIn(quota.group, kind);
    if (kind) return [Math.max(0, quota.alternate_low), quota.alternate_high ?? scope];
    const sitting = this.sitting.get(q);
    return [Math.max(0, quota.low - sitting), quota.high === null ? scope : quota.high - sitting];
  }

  /** The rows that count people of type t who sit in stratum s. */
  rowsOf(t, s, kind) {
    const { employer, quotas } = this.types[t];
    const { group } = this.strata[s];
    const keys = [`${kind} stratum ${s}`, `${kind} cap ${capKey(employer, null)}`, `type ${t}`];
    if (group !== null) keys.push(`${kind} cap ${capKey(employer, group)}`);
    for (const q of quotas) {
      if (this.quotas[q].group === null || this.quotas[q].group === group) keys.push(`${kind} quota ${q}`);
    }
    return keys.map((key) => this.rowNumber.get(key)).filter((r) => r !== undefined);
  }

  /** The numbers of the caps that count primaries of type t in stratum s: of the group, then the overall one. */
  capsOf(t, s) {
    const groups = new Set([this.strata[s].group, null]);
    return [...groups].map((group) => this.rowNumber.get(`0 cap ${capKey(this.types[t].employer, group)}`))
      .filter((r) => r !== undefined);
  }

  readCells() {
    this.cells = this.doc.lottery.cells.map((cell) => {
      const [t, s, kind, amount] = this.mode === "L" ? cell : [cell[0], cell[1], 0, cell[2]];
      return { t, s, kind, amount };
    });
    const keys = this.cells.map(({ t, s, kind }) => [t, s, kind]);
    const ordered = keys.every((key, i) => i === 0 || byNumbers(keys[i - 1], key) < 0);
    demand(ordered, "lottery.cells", "every cell once, in order");
    this.cells.forEach(({ t, s, kind, amount }, i) => {
      const where = `lottery.cells[${i}]`;
      whole(t, where, 0, this.types.length - 1);
      whole(kind, where, 0, 1);
      whole(amount, where, 1);
      demand(this.types[t].strata.includes(s) && this.seats[kind][s] > 0, where, "a seat that the type may take", s);
    });
    this.held = this.cells.map(({ t, s, kind }) => this.rowsOf(t, s, kind));
  }

  /** Demands sums within the limits of each row; `told` are the rows in which anything was counted. */
  keeps(sums, told, unit, where) {
    for (const r of [...this.bounded, ...told]) {
      const { key, low, high } = this.rows[r];
      demand(low * unit <= sums[r] && sums[r] <= high * unit, where, `${key}: ${low * unit}..${high * unit}`, sums[r]);
    }
  }

  checkUnits() {
    this.unitsIn = this.rows.map(() => 0);
    this.held.forEach((rows, c) => rows.forEach((r) => { this.unitsIn[r] += this.cells[c].amount; }));
    this.keeps(this.unitsIn, this.rows.keys(), UNIT, "lottery.cells");
  }

  async checkPanels() {
    const { panels } = this.doc.lottery;
    whole(panels.length, "lottery.panels", LEAST_PANELS, MOST_PANELS);
    const sums = new Int32Array(this.rows.length);
    for (const [i, panel] of panels.entries()) {
      const fits = panel.every((c, n) => c >= 0 && c < this.cells.length && (n === 0 || panel[n - 1] <= c));
      demand(fits, `lottery.panels[${i}]`, "cells in order");
      const told = new Set();
      for (const c of panel) {
        for (const r of this.held[c]) {
          sums[r]++;
          told.add(r);
        }
      }
      this.keeps(sums, told, 1, `lottery.panels[${i}]`);
      for (const r of told) sums[r] = 0;
      await this.breath.take(i, panels.length);
    }
  }

  chances() {
    const { lottery, plan } = this.doc;
    const crowd = this.strata.map(() => 0);
    for (const { strata, ids } of this.types) for (const s of strata) crowd[s] += ids.length;
    this.seats[0].forEach((seats, s) => demand(seats <= crowd[s], `plan.strata[${s}]`, `${seats} people`, crowd[s]));
    this.units = this.types.map(() => 0);
    const totals = new Tally();
    if (this.mode === "L") for (const panel of lottery.panels) for (const c of panel) totals.add(c);
    this.cells.forEach(({ t, kind, amount }, c) => {
      demand(this.mode === "B" || totals.get(c) === amount, `lottery.cells[${c}]`, totals.get(c), amount);
      if (kind === 0) this.units[t] += amount;
    });
    this.chance = this.types.map(({ strata, ids }, t) => (this.mode === "S"
      ? Ratio.most(strata.map((s) => new Ratio(this.seats[0][s], crowd[s])))
      : new Ratio(this.units[t], BigInt(ids.length) * BigInt(this.unit))));
    this.competing = [...this.types.keys()].filter((t) => this.types[t].strata.some((s) => this.seats[0][s]));
    const shown = this.competing.map((t) => this.chance[t]);
    const [lowest, highest] = [Ratio.least(shown), Ratio.most(shown)];
    this.ceiling = ONE;
    if (this.mode === "L") {
      demand((lottery.ceiling === null) === (plan.ceiling === null), "lottery.ceiling", plan.ceiling, lottery.ceiling);
      if (lottery.ceiling) this.ceiling = new Ratio(...lottery.ceiling);
      demand(!this.ceiling.below(highest) && !ONE.below(this.ceiling), "lottery.ceiling", highest, this.ceiling);
    }
    const half = new Ratio(1, 2);
    const count = (fits) => this.types.reduce((sum, type, t) => sum + (fits(t) ? type.ids.length : 0), 0);
    const reaching = count(() => true);
    Object.assign(this.facts, {
      mode: this.mode, lowest, highest, reaching, above_half: count((t) => half.below(this.chance[t])),
      without_seat: this.eligible.length - reaching,
    });
    return { lowest, highest };
  }
}

/** Order of two lists of numbers, as of words in a dictionary. */
function byNumbers(a, b) {
  const at = a.findIndex((n, i) => i >= b.length || n !== b[i]);
  if (at < 0) return a.length - b.length;
  return at >= b.length ? 1 : a[at] - b[at];
}
