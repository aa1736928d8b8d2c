// Step 9: prices that prove the smallest chances, level by level.

const DEAREST = 2 ** 40;

class Certified extends Lottery {
  async certificate() {
    const { lottery } = this.doc;
    const rest = new Set(this.competing);
    if (this.mode === "L") {
      demand(["halving", "columns"].includes(lottery.method), "lottery.method", "halving or columns", lottery.method);
    }
    this.choices = this.types.map(({ strata }, t) => [0, 1].map((kind) =>
      strata.filter((s) => this.seats[kind][s]).map((s) => this.rowsOf(t, s, kind))));
    const levels = this.mode === "L" ? lottery.levels : [this.onlyLevel()];
    for (const [i, level] of levels.entries()) {
      const where = this.mode === "L" ? `lottery.levels[${i}]` : "lottery.prices";
      const rows = level.prices.map(([r]) => r);
      const ordered = rows.every((r, n) => r >= 0 && r < this.priced && (n === 0 || rows[n - 1] < r));
      demand(ordered && level.prices.every(([, y]) => Math.abs(y) <= DEAREST), where, "prices of rows, in order");
      const listed = level.types.length > 0 && level.types.every((t, n) => rest.has(t) && (n === 0 || level.types[n - 1] < t));
      demand(listed, where, "types of no earlier level, in order");
      this.judge(level, rest, i, where);
      for (const t of level.types) rest.delete(t);
      await this.breath.take(i, levels.length);
    }
    demand(rest.size === 0, "lottery.levels", "every type in one level", [...rest]);
    // Columns need not reach the bound: then both figures are shown, and nothing is proven.
    const apart = this.facts.proven ? null : this.facts.lowest;
    return { bound: this.facts.bound, apart };
  }

  /** Modes S and B: the prices of strata and caps certify the smallest chance. */
  onlyLevel() {
    const { strata, rows } = this.doc.lottery.prices;
    const prices = strata.map((price, s) => [this.rowNumber.get(`0 stratum ${s}`), price]);
    for (const [employer, group, price] of rows) prices.push([this.rowNumber.get(`0 cap ${capKey(employer, group)}`), price]);
    const fits = strata.length === this.strata.length && prices.every(([r]) => r !== undefined);
    demand(fits, "lottery.prices", "strata and caps of the plan");
    return { prices: prices.sort((a, b) => a[0] - b[0]), types: this.competing };
  }

  judge(level, rest, number, where) {
    const low = Ratio.least([...rest].map((t) => this.chance[t]));
    const { bound, rounding } = this.bound(level.prices, rest);
    const general = this.mode === "L";
    const tiny = new Ratio(1, 1 << 20);
    let slack = new Ratio(1, this.unit).plus(rounding).plus(tiny);
    if (number === 0) {
      const told = this.doc.lottery.bound.map(BigInt);
      demand(told[0] === bound.n && told[1] === bound.d, "lottery.bound", bound, told.join("/"));
      this.facts.bound = bound;
      // A sixteenth of the bound, within two limits: rounding to whole panels asks for no more.
      const sixteenth = Ratio.most([bound.over(new Ratio(16)), new Ratio(1, 1 << 14)]);
      slack = general ? Ratio.least([new Ratio(1, 1 << 11), sixteenth]) : tiny;
      this.facts.proven = !slack.below(bound.minus(low));
    }
    const gap = bound.minus(low);
    const columns = general && this.doc.lottery.method === "columns";
    demand(gap.n >= 0n && (columns || !slack.below(gap)), where, bound, low);
    if (!general || columns) return;
    for (const t of level.types) {
      const seat = new Ratio(1, BigInt(this.unit) * BigInt(this.types[t].ids.length));
      const most = bound.plus(seat).plus(rounding).plus(tiny);
      demand(!most.below(this.chance[t]), `${where}, type ${t}`, `at most ${most}`, this.chance[t]);
    }
  }

  /**
   * No lottery that leaves the chances of all other types as they are gives every type of `rest` more than `bound`.
   * Every panel spends at most what its rows allow; whoever must be paid for first leaves less for the rest.
   */
  bound(prices, rest) {
    const price = new Map(prices.map(([r, y]) => [r, BigInt(y)]));
    const cost = (rows) => rows.reduce((sum, r) => sum + (price.get(r) ?? 0n), 0n);
    const cheapest = (costs) => costs.reduce((a, b) => (b < a ? b : a));
    let [spend, weight, kept, loose, steps] = [0n, 0n, 0n, 0n, 0n];
    for (const [r, y] of price) {
      const [low, high] = [y * BigInt(this.rows[r].low), y * BigInt(this.rows[r].high)];
      spend += low > high ? low : high;
    }
    this.types.forEach(({ ids }, t) => {
      const people = BigInt(ids.length);
      const [first, second] = this.choices[t].map((kind) => kind.map(cost));
      const spare = cheapest([0n, ...second]);
      spend -= spare * people;
      if (!first.length) return;
      const gain = cheapest(first) - spare;
      if (!rest.has(t)) {
        kept += gain * BigInt(this.units[t]);
        steps += gain < 0n ? -gain : gain;
      } else if (gain > 0n) weight += gain * people;
      else loose += gain * people;
    });
    const rounding = weight ? new Ratio(steps, weight * BigInt(this.unit)) : new Ratio(0);
    if (!weight) return { bound: this.ceiling, rounding };
    const left = new Ratio(spend).minus(new Ratio(kept, this.unit)).minus(new Ratio(loose).times(this.ceiling));
    return { bound: Ratio.least([left.over(new Ratio(weight)), this.ceiling]), rounding };
  }
}
