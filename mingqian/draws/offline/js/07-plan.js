// Step 4: the plan. Seats, caps, quotas, and the members who sit without being drawn.

const MOST_SEATS = 4095;
const MOST_QUOTAS = 500;
const LARGEST_TERM = 10 ** 6;

class Planned extends Draw {
  rules() {
    const { plan, rules_hash: told } = this.doc;
    const mark = this.same("rules_hash", this.hash("fairdraw/1/rules", this.reader.bytesOf(plan)), told);
    this.strata = plan.strata;
    this.numberOf = new Map(this.strata.map((stratum, s) => [stratum.id, s]));
    demand(this.numberOf.size === this.strata.length, "plan.strata", "every stratum once");
    this.groups = new Set(this.strata.map(({ group }) => group));
    this.seats = ["primary", "alternate"].map((kind) =>
      this.strata.map((stratum) => whole(stratum[kind], "plan.strata", 0, MOST_SEATS)));
    const [primary, alternate] = this.seats.map((seats) => seats.reduce((a, b) => a + b, 0));
    whole(primary, "plan.strata", 1);
    whole(primary + alternate, "plan.strata", 1, MOST_SEATS);
    this.checkCaps(plan);
    whole(plan.quotas.length, "plan.quotas", 0, MOST_QUOTAS);
    this.quotas = plan.quotas.map((quota) => ({ ...quota, accepted: new Set(quota.values) }));
    this.seatMembers([...plan.designated, ...plan.kept]);
    this.quotas.forEach((quota, q) => this.checkQuota(quota, q));
    Object.assign(this.facts, { primary, alternate });
    return { primary, alternate, mark };
  }

  checkGroup(group, where) {
    demand(group === null || this.groups.has(group), where, "a group of the plan", group);
  }

  checkCaps({ employer_cap: overall, group_caps: inGroups, ceiling }) {
    this.caps = new Map();
    for (const [group, cap] of Object.entries(inGroups)) {
      this.checkGroup(group, "plan.group_caps");
      this.caps.set(group, whole(cap, "plan.group_caps", 1, MOST_SEATS));
    }
    if (overall !== null) this.caps.set(null, whole(overall, "plan.employer_cap", 1, MOST_SEATS));
    if (ceiling === null) return;
    const [n, d] = ceiling;
    const fits = 1 <= d && d <= n && n <= LARGEST_TERM && new Ratio(n, d).d === BigInt(d);
    demand(fits, "plan.ceiling", "a ratio of at least 1 in lowest terms", ceiling);
  }

  /** Members who sit without being drawn take room in caps and count in quotas. */
  seatMembers(members) {
    [this.taken, this.sitting] = [new Tally(), new Tally()];
    const where = "plan.designated";
    const drawable = new Set(this.eligible.map((person) => person.id));
    const seated = new Set();
    for (const member of members) {
      const { id, employer, stratum, values } = member;
      demand(!seated.has(id), where, "every member once", id);
      seated.add(id);
      demand(!drawable.has(id), where, "nobody who can be drawn", id);
      demand(stratum === null || this.numberOf.has(stratum), where, "a stratum of the plan", stratum);
      this.checkGroup(member.group, where);
      demand(isEachCategoryOnce(values), where, "every category once", id);
      const { group } = stratum === null ? member : this.strata[this.numberOf.get(stratum)];
      this.taken.add(capKey(employer, null));
      if (group !== null) this.taken.add(capKey(employer, group));
      const own = new Map(values);
      this.quotas.forEach((quota, q) => {
        if (quota.group !== null && quota.group !== group) return;
        demand(own.has(quota.category), where, `a value for ${quota.category}`, id);
        if (quota.accepted.has(own.get(quota.category))) this.sitting.add(q);
      });
    }
    for (const [key, people] of this.taken) {
      const [employer, group] = JSON.parse(key);
      const fits = employer === null || !this.caps.has(group) || people <= this.caps.get(group);
      demand(fits, where, "no more members of an employer than its cap", employer);
    }
  }

  /** Nobody could keep a quota that asks for more than there are seats, or is broken before anybody is drawn. */
  checkQuota(quota, q) {
    const where = `plan.quotas[${q}]`;
    this.checkGroup(quota.group, where);
    demand(quota.values.length && ascending(quota.values), where, "values in order, each once", quota.values);
    for (const [least, most] of [[quota.low, quota.high], [quota.alternate_low, quota.alternate_high]]) {
      whole(least, where, 0, MOST_SEATS);
      if (most === null) continue;
      whole(most, where, 0, MOST_SEATS);
      demand(least <= most, where, "low up to high", [least, most]);
    }
    const sitting = this.sitting.get(q);
    demand(quota.high === null || sitting <= quota.high, where, "room for the members", sitting);
    demand(quota.low <= this.seatsIn(quota.group, 0) + sitting, where, "no more than the seats", quota.low);
    demand(quota.alternate_low <= this.seatsIn(quota.group, 1), where, "no more than the seats", quota.alternate_low);
  }

  /** How many seats of a kind there are in the strata of a group (null: in all). */
  seatsIn(group, kind) {
    return this.seats[kind].reduce((sum, seats, s) => sum + (group === null || group === this.strata[s].group ? seats : 0), 0);
  }

  /** The numbers of the quotas whose values somebody has. */
  quotasOf(person) {
    const own = new Map(person.values);
    return [...this.quotas.keys()].filter((q) => this.quotas[q].accepted.has(own.get(this.quotas[q].category)));
  }

  /** How many people of an employer may still be drawn in a group (null: in all). */
  room(employer, group) {
    return this.caps.get(group) - this.taken.get(capKey(employer, group));
  }
}
