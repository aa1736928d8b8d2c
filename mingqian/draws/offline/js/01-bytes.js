// Bytes, failures, and a page that stays alive while it works.

const SAFE = Number.MAX_SAFE_INTEGER;

/** A step does not fit: where, what was expected, what the file says. */
class Failure extends Error {
  constructor(where, expected = "", found = "") {
    super(where);
    Object.assign(this, { where, expected: String(expected).slice(0, 200), found: String(found).slice(0, 200) });
  }
}

function demand(fits, where, expected, found) {
  if (!fits) throw new Failure(where, expected, found);
}

function whole(value, where, low = 0, high = SAFE) {
  demand(Number.isSafeInteger(value) && value >= low && value <= high, where, `${low}..${high}`, value);
  return value;
}

const ENCODER = new TextEncoder();
const utf8 = (text) => ENCODER.encode(text);

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function hex(bytes) {
  let text = "";
  for (const byte of bytes) text += HEX[byte];
  return text;
}

function unhex(text, where) {
  demand(typeof text === "string" && /^([0-9a-f]{2})*$/.test(text), where, "lower-case hex digits", text);
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function joined(parts) {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Writes a number as eight big-endian bytes. */
function putEight(bytes, at, number) {
  for (let i = at + 7, rest = number; rest; i--) {
    bytes[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

function eight(number) {
  const bytes = new Uint8Array(8);
  putEight(bytes, 0, number);
  return bytes;
}

/** Fields one after the other, each with its length in front, so that they can be told apart again. */
function framed(fields) {
  const all = new Uint8Array(fields.reduce((length, field) => length + 8 + field.length, 0));
  let at = 0;
  for (const field of fields) {
    putEight(all, at, field.length);
    all.set(field, at + 8);
    at += 8 + field.length;
  }
  return all;
}

const bigOf = (bytes) => (bytes.length ? BigInt(`0x${hex(bytes)}`) : 0n);

/** Order of two texts by code points, which is the order of their UTF-8 bytes; JavaScript's own order is another. */
function byCodePoint(a, b) {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Half a pair stands for a code point above all single units. */
const rank = (unit) => (unit < 0xd800 ? unit : unit > 0xdfff ? unit - 0x800 : unit + 0x2000);

/** Whether no text repeats and all ascend. */
const ascending = (texts) => texts.every((text, i) => i === 0 || byCodePoint(texts[i - 1], text) < 0);

/** Lets the page answer and paint now and then; tells how far the work is (0 to 1). */
class Breath {
  constructor(tell = () => {}) {
    this.tell = tell;
    this.last = performance.now();
  }

  /** To be awaited in every long loop, with how much of it is done. */
  async take(done, all) {
    if (performance.now() - this.last < 40) return;
    this.tell(all ? done / all : 0);
    await new Promise((resume) => setTimeout(resume));
    this.last = performance.now();
  }
}
