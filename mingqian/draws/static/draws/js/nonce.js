// A party's random number and its commitment, made on the person's own device (docs/draw-protocol.md, 2 and 4).
const LABEL = "fairdraw/1/nonce";
const WORDS_LABEL = "mingqian/1/words";
const text = new TextEncoder();

/** 32 random bytes; with words of one's own, H("mingqian/1/words", random bytes, words). */
export async function makeNonce(words) {
  const random = crypto.getRandomValues(new Uint8Array(32));
  return words ? framed(WORDS_LABEL, random, text.encode(words.normalize("NFC"))) : random;
}

/** H("fairdraw/1/nonce", nonce), as 64 hexadecimal digits: what is handed in before the reveal. */
export async function commitmentOf(nonce) {
  return toHex(await framed(LABEL, nonce));
}

export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function fromHex(digits) {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** SHA-256 of the fields one after the other, each preceded by its length as eight big-endian bytes. */
async function framed(label, ...fields) {
  const all = [text.encode(label), ...fields];
  const bytes = new Uint8Array(all.reduce((sum, field) => sum + 8 + field.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const field of all) {
    view.setUint32(at + 4, field.length);
    bytes.set(field, at + 8);
    at += 8 + field.length;
  }
  return sha256(bytes);
}

/** By the browser; a page that came over plain http from another machine has no WebCrypto, and computes it itself. */
export async function sha256(bytes) {
  return crypto.subtle ? new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)) : sha256ByHand(bytes);
}

/** FIPS 180-4. Constants: fractional parts of square and cube roots of the first primes, exact in 32 bits. */
export function sha256ByHand(bytes) {
  const primes = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n);
  const fraction = (value) => ((value - Math.floor(value)) * 2 ** 32) | 0;
  const constants = primes.map((prime) => fraction(Math.cbrt(prime)));
  const state = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(padded.length - 4, bytes.length << 3);
  const turn = (word, by) => (word >>> by) | (word << (32 - by));
  const w = new Int32Array(64);
  for (let at = 0; at < padded.length; at += 64) {
    for (let i = 0; i < 64; i++) {
      if (i < 16) {
        w[i] = view.getInt32(at + 4 * i);
        continue;
      }
      const near = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ (w[i - 15] >>> 3);
      const far = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ (w[i - 2] >>> 10);
      w[i] = w[i - 16] + near + w[i - 7] + far;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const choice = (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g));
      const one = (h + choice + constants[i] + w[i]) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => {
      state[i] = (state[i] + word) | 0;
    });
  }
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((word, i) => digest.setInt32(4 * i, word));
  return new Uint8Array(digest.buffer);
}
