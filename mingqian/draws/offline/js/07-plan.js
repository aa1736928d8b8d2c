// Step 4: the plan. Seats, caps, quotas, and the members who sit without being drawn.

const MOST_SEATS = 4095;
const MOST_QUOTAS = 500;

class Planned extends Draw {
  rules() {
    const { plan, rules_hash: told } = this.doc;
    const mark = this.same("rules_hash", this.hash("fairdraw/1/rules", this.reader.bytesOf(plan)), told);
    this.strata = plan.strata;
    this.quotas = plan.quotas.map((quota) => ({ ...quota, accepted: new Set(quota.values) }));
    this.numberOf = new Map(this.strata.map((stratum, s) => [stratum.id, s]));
    demand(this.numberOf.size === this.strata.length, "plan.strata", "every stratum once");
    this.seats = ["primary", "alternate"].map((kind) =>
      this.strata.map((stratum) => whole(stratum[kind], "plan.strata", 0, MOST_SEATS)));
    const [primary, alternate] = this.seats.map((seats) => seats.reduce((a, b) => a + b, 0));
    whole(primary, "plan.strata", 1);
    whole(primary + alternate, "plan.strata", 1, MOST_SEATS);
    whole(this.quotas.length, "plan.quotas", 0, MOST_QUOTAS);
    this.caps = new Map(Object.entries(plan.group_caps));
    if (plan.employer_cap !== null) this.caps.set(null, plan.employer_cap);
    this.seatMembers([...plan.designated, ...plan.kept]);
    Object.assign(this.facts, { primary, alternate });
    return { primary, alternate, mark };
  }

  /** Members who sit without being drawn take room in caps and count in quotas. */
  seatMembers(members) {
    [this.taken, this.sitting] = [new Tally(), new Tally()];
    const drawable = new Set(this.eligible.map((person) => person.id));
    for (const member of members) {
      let home = member;
      if (member.stratum !== null) {
        demand(this.numberOf.has(member.stratum), "plan.designated", "a stratum of the plan", member.stratum);
        home = this.strata[this.numberOf.get(member.stratum)];
      }
      this.taken.add(capKey(member.employer, null));
      if (home.group !== null) this.taken.add(capKey(member.employer, home.group));
      for (const q of this.quotasOf(member)) {
        if (this.quotas[q].group === null || this.quotas[q].group === home.group) this.sitting.add(q);
      }
      demand(!drawable.has(member.id), "plan.designated", "nobody who can be drawn", member.id);
    }
  }

  /** The numbers of the quotas whose values somebody has. */
  quotasOf(person) {
    const own = new Map(person.values);
    return [...this.quotas.keys()].filter((q) => this.quotas[q].accepted.has(own.get(this.quotas[q].category)));
  }

  room(employer, group) {
    return this.caps.get(group) - this.taken.get(capKey(employer, group));
  }
}
