// Step 9, first part: prices that prove the smallest chances, level by level, and the ceiling.

const DEAREST = 2 ** 40;
const MOST_SUMS = 2 ** 27;
const TINY = new Ratio(1, 2 ** 20);
/** A smallest chance further below its bound, by this share of it, is not proven; levels where chances are as far off are named. */
const SHARE = new Ratio(1, 16);

/** Σ a·b for whole a up to 2^50 in size and b that sum to at most 2^26 in size: exact, and quicker than BigInt. */
class Products {
  constructor() { [this.high, this.low] = [0, 0]; }

  add(a, b) {
    const high = Math.floor(a / 2 ** 25);
    this.high += high * b;
    this.low += (a - high * 2 ** 25) * b;
  }

  get sum() { return (BigInt(this.high) << 25n) + BigInt(this.low); }
}

/** Which rows each seat pays that a type may take, and what prices of rows so cost the types. */
class Tariff {
  /** `choices[t]`: for primaries, then for alternates, the rows of each seat that type t may take. */
  constructor(choices, rows) {
    Object.assign(this, { choices, turn: 0, price: new Float64Array(rows), told: new Uint32Array(choices.length) });
    this.typesIn = Array.from({ length: rows }, () => []);
    /** How many seats of types each row counts. */
    this.seatsIn = new Float64Array(rows);
    choices.forEach((kinds, t) => kinds.forEach((seats) => seats.forEach((held) => held.forEach((r) => {
      this.seatsIn[r]++;
      if (this.typesIn[r].at(-1) !== t) this.typesIn[r].push(t);
    }))));
  }

  /**
   * Tells `take` of every type that these prices touch: the type, what it pays for a primary (NaN: it has none), and for an
   * alternate or no seat at all, at its cheapest (`sign` 1) or dearest (-1). All other types pay nothing.
   */
  charge(prices, sign, take) {
    const { choices, price, told, typesIn } = this;
    for (const [r, y] of prices) price[r] = sign * y;
    const turn = ++this.turn;
    for (const [r] of prices) {
      for (const t of typesIn[r]) {
        if (told[t] === turn) continue;
        told[t] = turn;
        take(t, sign * cheapest(choices[t][0], price, NaN), sign * cheapest(choices[t][1], price, 0));
      }
    }
    for (const [r] of prices) price[r] = 0;
  }
}

/** The smallest cost of some seats, each a list of rows, and of `start`. */
function cheapest(seats, price, start) {
  let least = start;
  for (const rows of seats) {
    let cost = 0;
    for (const r of rows) cost += price[r];
    if (!(cost >= least)) least = cost;
  }
  return least;
}

class Certified extends Lottery {
  async certificate() {
    const { lottery } = this.doc;
    const general = this.mode === "L";
    if (general) demand(["halving", "columns"].includes(lottery.method), "lottery.method", "halving or columns", lottery.method);
    this.sizes = Float64Array.from(this.types, ({ ids }) => ids.length);
    this.tariff = new Tariff(this.types.map(({ strata }, t) => [0, 1].map((kind) =>
      strata.filter((s) => this.seats[kind][s]).map((s) => this.rowsOf(t, s, kind).filter((r) => r < this.priced)))), this.priced);
    Object.assign(this.facts, { full: this.mode === "S", ceilingProven: true });
    if (general) this.checkCeiling();
    const competing = new Set(this.competing);
    this.earlier = new Uint8Array(this.types.length);
    this.byChance = this.competing.slice().sort((a, b) => this.chance[a].order(this.chance[b]) || a - b);
    const levels = general ? lottery.levels : [this.onlyLevel()];
    if (general) this.orderByReach();
    let [settled, poorest, least, sums] = [0, 0, 0, 0];
    for (const [i, level] of levels.entries()) {
      const where = general ? `lottery.levels[${i}]` : "lottery.prices";
      this.checkPrices(level.prices, where);
      // Nobody who checks a file should have to wait for ever.
      sums += level.prices.reduce((number, [r]) => number + this.tariff.seatsIn[r], 0);
      demand(sums <= MOST_SUMS, "lottery.levels", `at most ${MOST_SUMS} sums`, sums);
      const fits = (t, n) => competing.has(t) && !this.earlier[t] && (n === 0 || level.types[n - 1] < t);
      demand(level.types.length > 0 && level.types.every(fits), where, "types of no earlier level, in order");
      while (this.earlier[this.byChance[poorest]]) poorest++;
      const { bound, rounding } = this.bound(level.prices);
      this.checkBound(bound, this.chance[this.byChance[poorest]], i, where);
      if (general) {
        while (this.earlier[this.byReach[least]]) least++;
        this.checkBrackets(level.types, this.byReach[least], bound, rounding, i);
      }
      for (const t of level.types) this.earlier[t] = 1;
      settled += level.types.length;
      await this.breath.take(i, levels.length);
    }
    demand(settled === this.competing.length, "lottery.levels", "every type in one level", this.competing.length - settled);
    if (this.mode === "B") this.checkExchanges();
    const { bound, lowest, full, proven, outside, loose, ceilingProven, ceilingMost } = this.facts;
    return { mode: this.mode, bound, lowest, full, proven, outside, loose, type: this.looseType, ceilingProven, ceiling: this.ceiling, ceilingMost };
  }

  /** What costs nothing is left out of a general lottery. */
  checkPrices(prices, where) {
    const fits = prices.every(([r, y], n) => r >= 0 && r < this.priced && (n === 0 || prices[n - 1][0] < r)
      && Math.abs(y) <= DEAREST && (y !== 0 || this.mode !== "L"));
    demand(fits, where, "prices of rows, in order");
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

  /** Types by their chance with one seat more, which rounding may have taken from them. */
  orderByReach() {
    const { sizes, units } = this;
    this.byReach = this.competing.slice().sort((a, b) => (units[a] + 1) * sizes[b] - (units[b] + 1) * sizes[a] || a - b);
  }

  /** Demands that the smallest chance (`low`) that no earlier level settled keeps the bound; says if the lowest one reaches it. */
  checkBound(bound, low, number, where) {
    const gap = bound.minus(low);
    if (number === 0) {
      const [n, d] = this.doc.lottery.bound;
      demand(BigInt(n) === bound.n && BigInt(d) === bound.d, "lottery.bound", bound, `${n}/${d}`);
      const proven = !(this.mode === "L" ? bound.times(SHARE) : TINY).below(gap);
      Object.assign(this.facts, { bound, proven, outside: null, loose: null });
      demand(proven || this.mode === "L", where, bound, low);
    }
    demand(gap.n >= 0n, where, bound, low);
  }

  /**
   * Nobody settled has more than the bound, and nobody left (`least` needs most room) has less, but for rounding to panels.
   * Fractions of panels, of which the prices of columns speak, may do better than whole ones: there a breach is only named.
   * So is the first level (from 1) where a sixteenth of the bound would not be room enough.
   */
  checkBrackets(types, least, bound, rounding, number) {
    const [near, far] = [bound.times(SHARE), bound].map((share) => Ratio.least([rounding, share]));
    for (const [n, t] of [least, ...types].entries()) {
      const crumbs = new Ratio(1, BigInt(this.unit) * BigInt(this.types[t].ids.length)).plus(TINY);
      const gap = n ? this.chance[t].minus(bound) : bound.minus(this.chance[t]);
      if (!near.plus(crumbs).below(gap)) continue;
      const room = far.plus(crumbs);
      if (!room.below(gap)) {
        this.looseType ??= t;
        this.facts.loose ??= number + 1;
        continue;
      }
      const limit = n ? bound.plus(room) : bound.minus(room);
      demand(this.doc.lottery.method === "columns", `lottery.levels[${number}], type ${t}`, `at ${n ? "most" : "least"} ${limit}`, this.chance[t]);
      this.facts.proven = false;
      this.facts.outside ??= t;
    }
  }

  /** What the rows together can spend at most (`sign` 1), or must spend at least (-1). */
  budget(prices, sign) {
    let spend = 0n;
    for (const [r, y] of prices) {
      const [low, high] = [BigInt(y) * BigInt(this.rows[r].low), BigInt(y) * BigInt(this.rows[r].high)];
      spend += (low > high) === (sign > 0) ? low : high;
    }
    return spend;
  }

  /**
   * No lottery that leaves the chances of earlier levels as they are gives everybody else more than `bound`.
   * Every panel spends at most what its rows allow; whoever must be paid for first leaves less for the rest.
   */
  bound(prices) {
    const [spared, weights, kept, loose, steps] = Array.from({ length: 5 }, () => new Products());
    const { sizes, earlier, units } = this;
    this.tariff.charge(prices, 1, (t, first, spare) => {
      const people = sizes[t];
      const gain = first - spare;
      spared.add(spare, people);
      if (earlier[t]) {
        kept.add(gain, units[t]);
        steps.add(Math.abs(gain), 1);
      } else if (gain > 0) weights.add(gain, people);
      else if (gain < 0) loose.add(gain, people);
    });
    const weight = weights.sum;
    if (!weight) return { bound: this.ceiling, rounding: new Ratio(0) };
    const left = new Ratio(this.budget(prices, 1) - spared.sum)
      .minus(new Ratio(kept.sum, this.unit)).minus(new Ratio(loose.sum).times(this.ceiling));
    return {
      bound: Ratio.least([left.over(new Ratio(weight)), this.ceiling]),
      rounding: new Ratio(steps.sum, weight * BigInt(this.unit)),
    };
  }

  /** The ceiling must be the plan's multiple of the smallest possible largest chance, but for rounding to panels. */
  checkCeiling() {
    const { lottery: { ceiling_prices: prices, method }, plan } = this.doc;
    const where = "lottery.ceiling_prices";
    if (!plan.ceiling) return demand(prices.length === 0, where, "none", "prices");
    this.checkPrices(prices, where);
    const { sizes } = this;
    const [spared, weights] = [new Products(), new Products()];
    this.tariff.charge(prices, -1, (t, first, spare) => {
      spared.add(spare, sizes[t]);
      if (first > spare) weights.add(first - spare, sizes[t]);
    });
    const weight = weights.sum;
    const least = weight ? new Ratio(this.budget(prices, -1) - spared.sum, weight) : new Ratio(0);
    const rounded = new Ratio(...plan.ceiling).times(least).times(new Ratio(1025, 1024))
      .plus(new Ratio(1, this.unit)).plus(TINY);
    const most = Ratio.least([ONE, rounded]);
    const proven = !most.below(this.ceiling);
    demand(proven || method === "columns", where, `at most ${most}`, this.ceiling);
    return Object.assign(this.facts, { ceilingProven: proven, ceilingMost: most });
  }
}
