// A parser that accepts canonical JSON and nothing else: one form for each value, so bytes are compared by reading.
// JSON.parse would round large numbers and swallow a key that stands twice.

const DEEPEST = 40;
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];

class CanonicalReader {
  /** `spans`: object or list -> [start, end] in bytes, down to the records of the pool. */
  constructor(bytes, breath) {
    Object.assign(this, { bytes, breath, at: 0, spans: new WeakMap(), members: [] });
  }

  fail() {
    throw new Failure(`byte ${this.at}`, "canonical JSON", "another form");
  }

  /** The whole document. `members`: [name, start, end] of the fields of the outermost object. */
  async document() {
    if (this.bytes[0] !== 0x7b) this.fail();
    const value = await this.object(1);
    if (this.at !== this.bytes.length) this.fail();
    return value;
  }

  take(byte) {
    if (this.bytes[this.at] !== byte) this.fail();
    this.at++;
  }

  /** Objects and lists near the root may be long: there the page gets to breathe. */
  value(depth) {
    const byte = this.bytes[this.at];
    if (byte === 0x7b) return this.object(depth + 1);
    if (byte === 0x5b) return depth < 3 ? this.longList(depth + 1) : this.list(depth + 1);
    if (byte === QUOTE) return this.text();
    if (byte === 0x6e) return this.nothing();
    return this.number();
  }

  object(depth) {
    return depth < 3 ? this.longObject(depth) : this.shortObject(depth);
  }

  shortObject(depth) {
    const [start, made] = [this.open(depth), Object.create(null)];
    for (let last = null; this.more(0x7d, last !== null);) {
      last = this.name(last);
      made[last] = this.value(depth);
    }
    return this.closed(made, start, depth);
  }

  async longObject(depth) {
    const [start, made] = [this.open(depth), Object.create(null)];
    for (let last = null; this.more(0x7d, last !== null);) {
      const from = this.at;
      last = this.name(last);
      made[last] = await this.value(depth);
      if (depth === 1) this.members.push([last, from, this.at]);
    }
    return this.closed(made, start, depth);
  }

  list(depth) {
    const [start, made] = [this.open(depth), []];
    while (this.more(0x5d, made.length > 0)) made.push(this.value(depth));
    return this.closed(made, start, depth);
  }

  async longList(depth) {
    const [start, made] = [this.open(depth), []];
    while (this.more(0x5d, made.length > 0)) {
      const value = this.value(depth);
      made.push(value instanceof Promise ? await value : value);
      await this.breath.take(this.at, this.bytes.length);
    }
    return this.closed(made, start, depth);
  }

  open(depth) {
    if (depth > DEEPEST) this.fail();
    return this.at++;
  }

  /** Whether another item follows; steps over the comma, or over the closing bracket. */
  more(bracket, started) {
    if (this.bytes[this.at] === bracket) {
      this.at++;
      return false;
    }
    if (started) this.take(COMMA);
    return true;
  }

  name(last) {
    const found = this.text();
    if (last !== null && byCodePoint(last, found) >= 0) this.fail();
    this.take(COLON);
    return found;
  }

  closed(made, start, depth) {
    if (depth < 5) this.spans.set(made, [start, this.at]);
    return made;
  }

  text() {
    this.take(QUOTE);
    const start = this.at;
    let escapes = false;
    while (this.bytes[this.at] !== QUOTE) {
      if (this.at >= this.bytes.length) this.fail();
      if (this.bytes[this.at] === BACKSLASH) {
        escapes = true;
        this.at++;
        if (this.bytes[this.at] !== QUOTE && this.bytes[this.at] !== BACKSLASH) this.fail();
      }
      this.at++;
    }
    const inside = this.bytes.subarray(start, this.at);
    let found;
    try {
      found = UTF8.decode(inside);
    } catch {
      this.fail();
    }
    if (CONTROL.test(found) || found.normalize("NFC") !== found) this.fail();
    this.at++;
    return escapes ? found.replace(/\\(.)/g, "$1") : found;
  }

  nothing() {
    for (const letter of "null") this.take(letter.charCodeAt(0));
    return null;
  }

  /** No sign before 0, no 0 in front, no fraction, no exponent, nothing beyond 2^53 - 1. */
  number() {
    const negative = this.bytes[this.at] === 0x2d;
    if (negative) this.at++;
    const start = this.at;
    let value = 0;
    for (let digit; (digit = this.bytes[this.at] - 0x30) >= 0 && digit <= 9 && value <= SAFE; this.at++) value = value * 10 + digit;
    const [length, leading] = [this.at - start, this.bytes[start] === 0x30];
    if (!length || value > SAFE || (leading && (length > 1 || negative))) this.fail();
    return negative ? -value : value;
  }

  /** The canonical bytes of an object or a list of the document. */
  bytesOf(value) {
    return this.bytes.subarray(...this.spans.get(value));
  }

  /** The canonical bytes of the document without some of its fields. */
  bytesWithout(names) {
    const parts = [utf8("{")];
    for (const [name, start, end] of this.members) {
      if (names.includes(name)) continue;
      if (parts.length > 1) parts.push(utf8(","));
      parts.push(this.bytes.subarray(start, end));
    }
    return joined([...parts, utf8("}")]);
  }
}

/** Whether a file that is not canonical is at least an object of JSON. */
function isReadable(bytes) {
  try {
    const found = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return typeof found === "object" && found !== null && !Array.isArray(found);
  } catch {
    return false;
  }
}
