// Steps 1 to 6: the form of the file, the pool, its exclusions, the rules, the commitment, the seed.

// What stands where. Further fields are allowed: they are bound by the digest like all others.
const isText = (value) => typeof value === "string";
const isNumber = (value) => typeof value === "number";
const orNull = (fits) => (value) => value === null || fits(value);
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const listOf = (fits) => (value) => Array.isArray(value) && value.every(fits);
const exactly = (...all) => (value) =>
  Array.isArray(value) && value.length === all.length && all.every((fits, i) => fits(value[i]));
const withFields = (fields) => (value) =>
  isObject(value) && Object.entries(fields).every(([name, fits]) => name in value && fits(value[name]));
const filledWith = (fits) => (value) => isObject(value) && Object.values(value).every(fits);

const isPairs = listOf(exactly(isText, isText));
const isRatio = exactly(isNumber, isNumber);
const isMember = withFields({
  employer: orNull(isText), group: orNull(isText), id: isText, stratum: orNull(isText), values: isPairs,
});
const FIELDS = {
  commit: isText, digest: isText, lottery_hash: isText, rules_hash: isText, seed: isText, program: isObject,
  pool: withFields({
    count: isNumber, root: isText,
    records: listOf(withFields({
      employer: orNull(isText), exclusions: isPairs, id: isText, strata: listOf(isText), values: isPairs,
    })),
  }),
  plan: withFields({
    strata: listOf(withFields({ alternate: isNumber, group: orNull(isText), id: isText, primary: isNumber })),
    quotas: listOf(withFields({
      alternate_high: orNull(isNumber), alternate_low: isNumber, category: isText, group: orNull(isText),
      high: orNull(isNumber), low: isNumber, values: listOf(isText),
    })),
    ceiling: orNull(isRatio), employer_cap: orNull(isNumber), group_caps: filledWith(isNumber),
    designated: listOf(isMember), kept: listOf(isMember),
  }),
  beacon: orNull(withFields({ at: isText, source: isText, value: isText })),
  abandoned: listOf(isText), previous: orNull(isText), refusals: listOf(isText),
  parties: listOf(withFields({ commitment: isText, id: isText, nonce: isText })),
  panel: listOf(isObject), alternates: listOf(isObject), attempt: isNumber, trials: isNumber, index: orNull(isNumber),
  signatures: listOf(withFields({ algorithm: isText, party: isText, public_key: isText, signature: isText })),
};
const LOTTERY = { bound: isRatio, mode: isText, scale: isNumber };
const OF_UNITS = {
  ...LOTTERY, cells: listOf(exactly(isNumber, isNumber, isNumber)),
  types: listOf(exactly(orNull(isText), listOf(isText), isNumber)),
  prices: withFields({ rows: listOf(exactly(isText, orNull(isText), isNumber)), strata: listOf(isNumber) }),
};
const OF_PANELS = {
  ...LOTTERY, cells: listOf(exactly(isNumber, isNumber, isNumber, isNumber)),
  types: listOf(exactly(orNull(isText), listOf(isText), isNumber, listOf(isNumber))),
  panels: listOf(listOf(isNumber)), ceiling: orNull(isRatio), method: isText,
  levels: listOf(withFields({ prices: listOf(exactly(isNumber, isNumber)), types: listOf(isNumber) })),
};

const MOST_SEATS = 4095;
const MOST_QUOTAS = 500;

/** How often each key was counted. */
class Tally extends Map {
  get(key) { return super.get(key) ?? 0; }
  add(key, number = 1) { return this.set(key, this.get(key) + number); }
}

/** One key for a pair of an employer and a group (or null for all groups). */
const capKey = (employer, group) => JSON.stringify([employer, group]);

/** The document and what the steps find out about it. Every step returns what there is to show. */
class Draw {
  constructor(data, breath) {
    Object.assign(this, { data, breath, facts: {}, types: [], chance: [] });
  }

  hash(label, ...fields) {
    return this.plainHash(joined([utf8(label), ...fields].flatMap((field) => [eight(field.length), field])));
  }

  /** Demands that a computed hash is the one told; its beginning. */
  same(where, value, told) {
    demand(hex(value) === told, where, hex(value), told);
    return hex(value).slice(0, 8);
  }

  async format() {
    this.reader = new CanonicalReader(this.data, this.breath);
    const doc = await this.reader.document();
    this.doc = doc;
    for (const [name, allowed] of [["format", ["fairdraw/1"]], ["kind", ["official"]], ["profile", Object.keys(HASHES)]]) {
      demand(allowed.includes(doc[name]), name, allowed.join(" or "), doc[name]);
    }
    for (const [name, fits] of Object.entries(FIELDS)) {
      demand(name in doc && fits(doc[name]), name, "another kind of value");
    }
    demand(isObject(doc.lottery), "lottery", "another kind of value");
    for (const [name, fits] of Object.entries(doc.lottery.mode === "L" ? OF_PANELS : OF_UNITS)) {
      demand(name in doc.lottery && fits(doc.lottery[name]), name, "another kind of value");
    }
    this.plainHash = HASHES[doc.profile];
    return { bytes: this.data.length, mark: hex(this.plainHash(this.data)).slice(0, 8) };
  }

  async pool() {
    this.people = this.doc.pool.records;
    demand(ascending(this.people.map((person) => person.id)), "pool.records", "every id once, in order");
    whole(this.doc.pool.count, "pool.count", this.people.length, this.people.length);
    let row = [];
    for (const person of this.people) {
      row.push(this.plainHash(joined([[0], this.reader.bytesOf(person)])));
      await this.breath.take(row.length, this.people.length);
    }
    if (!row.length) row = [this.plainHash(new Uint8Array())];
    while (row.length > 1) {
      const next = [];
      for (let i = 0; i < row.length; i += 2) {
        next.push(i + 1 < row.length ? this.plainHash(joined([[1], row[i], row[i + 1]])) : row[i]);
        await this.breath.take(i, row.length);
      }
      row = next;
    }
    return { people: this.people.length, mark: this.same("pool.root", row[0], this.doc.pool.root) };
  }

  exclusions() {
    const codes = new Tally();
    this.people.forEach((person, i) => {
      for (const [code, evidence] of person.exclusions) {
        const fits = /^[A-Z][A-Z0-9_]{0,39}$/.test(code) && /^[0-9a-f]{64}$/.test(evidence);
        demand(fits, `pool.records[${i}].exclusions`, "a code and a hash", code);
      }
      if (person.exclusions.length) codes.add(person.exclusions[0][0]);
    });
    this.eligible = this.people.filter((person) => !person.exclusions.length);
    const excluded = this.people.length - this.eligible.length;
    Object.assign(this.facts, { pool: this.people.length, eligible: this.eligible.length, excluded, codes: Object.fromEntries(codes) });
    return { excluded, eligible: this.eligible.length };
  }

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

  commitment() {
    const { doc } = this;
    const nonces = doc.parties.map((party) => unhex(party.nonce, "parties"));
    const names = doc.parties.map((party) => party.id);
    demand(names.length >= 2 && ascending(names), "parties", "two or more, in order", names);
    demand(new Set(nonces.map(hex)).size === nonces.length, "parties", "every nonce once");
    const promises = doc.parties.flatMap((party, i) => {
      whole(nonces[i].length, `parties[${i}].nonce`, 16, 64);
      const promise = this.hash("fairdraw/1/nonce", nonces[i]);
      this.same(`parties[${i}].nonce`, promise, party.commitment);
      return [utf8(party.id), promise];
    });
    demand(ascending(doc.refusals), "refusals", "every id once, in order");
    const back = this.eligible.map(({ id }) => id).filter((id) => doc.refusals.includes(id));
    demand(back.length === 0, "refusals", "nobody who can be drawn", back);
    demand(doc.previous !== "", "previous", "a digest or null", "nothing");
    const failed = doc.abandoned.map((value) => unhex(value, "abandoned"));
    whole(doc.trials, "trials");
    whole(doc.attempt, "attempt", failed.length + 1, failed.length + 1);
    const value = this.hash(
      "fairdraw/1/commit", unhex(doc.pool.root, "pool.root"), unhex(doc.rules_hash, "rules_hash"),
      unhex(doc.lottery_hash, "lottery_hash"), this.reader.bytesOf(doc.program), eight(names.length), ...promises,
      this.announced(), eight(doc.trials), eight(doc.attempt), eight(failed.length), ...failed,
      unhex(doc.previous ?? "", "previous"), this.hash("fairdraw/1/refusals", this.reader.bytesOf(doc.refusals)));
    return { parties: names.length, mark: this.same("commit", value, doc.commit) };
  }

  /** What was said of the beacon before it spoke. */
  announced() {
    const { beacon } = this.doc;
    const written = (text) => `"${text.replace(/["\\]/g, "\\$&")}"`;
    return utf8(beacon ? `{"at":${written(beacon.at)},"source":${written(beacon.source)}}` : "none");
  }

  seed() {
    const { doc } = this;
    const reveals = doc.parties.flatMap((party) => [utf8(party.id), unhex(party.nonce, "parties")]);
    this.s = this.hash("fairdraw/1/seed", unhex(doc.commit, "commit"), ...reveals, utf8(doc.beacon ? doc.beacon.value : "none"));
    return { mark: this.same("seed", this.s, doc.seed) };
  }
}
