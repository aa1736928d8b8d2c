// Steps 1 to 3, 5 and 6: the form of the file, the pool, its exclusions, the commitment, the seed.

const [MOST_TRIALS, MOST_ATTEMPTS] = [10 ** 9, 10 ** 6];

/** How often each key was counted. */
class Tally extends Map {
  get(key) { return super.get(key) ?? 0; }
  add(key, number = 1) { return this.set(key, this.get(key) + number); }
}

/** One key for a pair of an employer and a group (or null for all groups). */
const capKey = (employer, group) => JSON.stringify([employer, group]);

/** Who is left out of a pool for having been drawn in an earlier draw of the series. */
const drawnBefore = (records) =>
  records.filter(({ exclusions }) => exclusions.some(([code]) => code === "ALREADY_DRAWN")).map(({ id }) => id);

/** The document and what the steps find out about it. Every step returns what there is to show. */
class Draw {
  constructor(data, breath, previous) {
    Object.assign(this, { data, breath, previous, facts: {}, types: [], chance: [] });
  }

  /** A field may be a list of fields: a call with thousands of arguments would overflow the stack. */
  hash(label, ...fields) {
    return this.plainHash(framed([utf8(label), fields].flat(2)));
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
      demand(isEachCategoryOnce(person.values), `pool.records[${row.length}].values`, "every category once");
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
        const fits = /^[A-Z][A-Z0-9_]{0,39}$/.test(code) && isHash(evidence);
        demand(fits, `pool.records[${i}].exclusions`, "a code and a hash", code);
      }
      if (person.exclusions.length) codes.add(person.exclusions[0][0]);
    });
    this.eligible = this.people.filter((person) => !person.exclusions.length);
    const excluded = this.people.length - this.eligible.length;
    Object.assign(this.facts, { pool: this.people.length, eligible: this.eligible.length, excluded, codes: Object.fromEntries(codes) });
    return { excluded, eligible: this.eligible.length };
  }

  async commitment() {
    const { doc } = this;
    const nonces = doc.parties.map((party) => unhex(party.nonce, "parties"));
    const names = doc.parties.map((party) => party.id);
    demand(names.length >= 2 && ascending(names), "parties", "two or more, in order", names);
    for (const name of names) demand(isParty(name), "parties", "a lower-case id", name);
    demand(new Set(nonces.map(hex)).size === nonces.length, "parties", "every nonce once");
    const promises = doc.parties.flatMap((party, i) => {
      whole(nonces[i].length, `parties[${i}].nonce`, 16, 64);
      const promise = this.hash("fairdraw/1/nonce", nonces[i]);
      this.same(`parties[${i}].nonce`, promise, party.commitment);
      return [utf8(party.id), promise];
    });
    demand(ascending(doc.refusals), "refusals", "every id once, in order");
    const refused = new Set(doc.refusals);
    const back = this.eligible.map(({ id }) => id).filter((id) => refused.has(id));
    demand(back.length === 0, "refusals", "nobody who can be drawn", back);
    demand(isHash(doc.program.hash), "program.hash", "a hash", doc.program.hash);
    demand(doc.previous === null || isHash(doc.previous), "previous", "a digest or null", doc.previous);
    const supplements = doc.plan.kept.length > 0 || doc.refusals.length > 0;
    demand(doc.previous !== null || !supplements, "previous", "the draw before a supplement", null);
    for (const value of doc.abandoned) demand(isHash(value), "abandoned", "a hash", value);
    const failed = doc.abandoned.map((value) => unhex(value, "abandoned"));
    whole(doc.trials, "trials", 0, MOST_TRIALS);
    whole(doc.attempt, "attempt", failed.length + 1, Math.min(failed.length + 1, MOST_ATTEMPTS));
    const value = this.hash(
      "fairdraw/1/commit", unhex(doc.pool.root, "pool.root"), unhex(doc.rules_hash, "rules_hash"),
      unhex(doc.lottery_hash, "lottery_hash"), this.reader.bytesOf(doc.program), eight(names.length), promises,
      this.announced(), eight(doc.trials), eight(doc.attempt), eight(failed.length), failed,
      unhex(doc.previous ?? "", "previous"), this.hash("fairdraw/1/refusals", this.reader.bytesOf(doc.refusals)));
    const mark = this.same("commit", value, doc.commit);
    if (this.previous) await this.comparePrevious();
    return { parties: names.length, mark };
  }

  /** The draw before must stand for itself, and be the one that is named. */
  async comparePrevious() {
    const earlier = await verify(this.previous, { tell: () => this.breath.tell(0) });
    const failed = earlier.checks.find(({ ok }) => ok === false);
    demand(earlier.ok, "previous", "a transcript that verifies", `step ${failed?.number} ${failed?.code}`);
    const before = earlier.draw.doc;
    demand(before.digest === this.doc.previous, "previous", before.digest, this.doc.previous);
    // After a draw that was declared void, everybody may be drawn again.
    if (this.doc.plan.kept.length || this.doc.refusals.length) this.compareSupplement(before);
    this.facts.earlier = { previous: before.previous };
  }

  /** Whoever had to do with the draw before is not drawn again, and nobody else refused it or was kept from it. */
  compareSupplement({ pool, plan, panel, alternates, refusals }) {
    const known = new Set(pool.records.map(({ id }) => id));
    // Ids made with fresh salts differ from draw to draw, and nothing can be said of who is who.
    if (!this.people.some(({ id }) => known.has(id))) return;
    const named = [panel, alternates, plan.kept, plan.designated].flat().map(({ id }) => id);
    // Who was drawn still earlier, and waited, stands there as left out for that reason.
    const before = new Set([...named, ...refusals, ...drawnBefore(pool.records)]);
    const again = this.eligible.find(({ id }) => before.has(id));
    demand(!again, "previous", "nobody of the earlier draw who can be drawn", again?.id);
    for (const ids of [this.doc.refusals, this.doc.plan.kept.map(({ id }) => id), drawnBefore(this.people)]) {
      const stranger = ids.find((id) => !before.has(id));
      demand(stranger === undefined, "previous", "only people of the earlier draw", stranger);
    }
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
    this.s = this.hash("fairdraw/1/seed", unhex(doc.commit, "commit"), reveals, utf8(doc.beacon ? doc.beacon.value : "none"));
    return { mark: this.same("seed", this.s, doc.seed) };
  }
}
