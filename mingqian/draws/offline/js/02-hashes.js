// SHA-256, SM3 and SHA-512, written out: a page opened from a file is promised no WebCrypto, and SM3 is in none.

const firstPrimes = (number) => {
  const found = [];
  for (let n = 2; found.length < number; n++) if (found.every((prime) => n % prime)) found.push(n);
  return found.map(BigInt);
};

/** The largest whole number whose power does not exceed n. */
function root(n, power) {
  let [low, high] = [0n, 1n << 100n];
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** power <= n) low = middle;
    else high = middle;
  }
  return low;
}

// The constants of SHA-2 are fractional parts of square and cube roots of the first primes (FIPS 180-4, 4.2 and 5.3).
const MASK = (1n << 64n) - 1n;
const CUBE_ROOTS = firstPrimes(80).map((prime) => root(prime << 192n, 3n) & MASK);
const SQUARE_ROOTS = firstPrimes(8).map((prime) => root(prime << 128n, 2n) & MASK);
const CUBE_WORDS = Int32Array.from(CUBE_ROOTS.slice(0, 64), (value) => Number(value >> 32n) | 0);
const SQUARE_WORDS = Int32Array.from(SQUARE_ROOTS, (value) => Number(value >> 32n) | 0);

const right = (x, n) => (x >>> n) | (x << (32 - n));
const left = (x, n) => (x << n) | (x >>> (32 - n));

/** Room for short messages, used again and again: hundreds of thousands of them are hashed. */
const SHORT = new Uint8Array(1024);

/** The message, a one bit, zeros, and the length in bits in the last eight bytes. */
function padded(data, block) {
  const size = Math.ceil((data.length + 1 + block / 8) / block) * block;
  const all = size > SHORT.length ? new Uint8Array(size) : SHORT.subarray(0, size);
  all.set(data);
  all.fill(0, data.length);
  all[data.length] = 0x80;
  putEight(all, size - 8, data.length * 8);
  return new DataView(all.buffer, 0, size);
}

function wordsToBytes(words) {
  const bytes = new Uint8Array(4 * words.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = words[i >> 2] >>> (24 - 8 * (i & 3));
  return bytes;
}

const SCHEDULE = new Int32Array(68);

function sha256(data) {
  const view = padded(data, 64);
  const state = SQUARE_WORDS.slice();
  const w = SCHEDULE;
  for (let at = 0; at < view.byteLength; at += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + 4 * i);
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15];
      const y = w[i - 2];
      w[i] = w[i - 16] + (right(x, 7) ^ right(x, 18) ^ (x >>> 3)) + w[i - 7] + (right(y, 17) ^ right(y, 19) ^ (y >>> 10));
    }
    let a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
    for (let i = 0; i < 64; i++) {
      const one = (h + (right(e, 6) ^ right(e, 11) ^ right(e, 25)) + ((e & f) ^ (~e & g)) + CUBE_WORDS[i] + w[i]) | 0;
      const two = ((right(a, 2) ^ right(a, 13) ^ right(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + one) | 0;
      d = c; c = b; b = a; a = (one + two) | 0;
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d;
    state[4] += e; state[5] += f; state[6] += g; state[7] += h;
  }
  return wordsToBytes(state);
}

const SM3_START = Int32Array.of(
  0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e);

/** GB/T 32905-2016. */
function sm3(data) {
  const view = padded(data, 64);
  const state = SM3_START.slice();
  const w = SCHEDULE;
  for (let at = 0; at < view.byteLength; at += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + 4 * i);
    for (let i = 16; i < 68; i++) {
      const x = w[i - 16] ^ w[i - 9] ^ left(w[i - 3], 15);
      w[i] = x ^ left(x, 15) ^ left(x, 23) ^ left(w[i - 13], 7) ^ w[i - 6];
    }
    let a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
    for (let i = 0; i < 64; i++) {
      const early = i < 16;
      const turned = left(a, 12);
      const first = left((turned + e + left(early ? 0x79cc4519 : 0x7a879d8a, i % 32)) | 0, 7);
      const one = ((early ? a ^ b ^ c : (a & b) | (a & c) | (b & c)) + d + (first ^ turned) + (w[i] ^ w[i + 4])) | 0;
      const two = ((early ? e ^ f ^ g : (e & f) | (~e & g)) + h + first + w[i]) | 0;
      d = c; c = left(b, 9); b = a; a = one;
      h = g; g = left(f, 19); f = e; e = two ^ left(two, 9) ^ left(two, 17);
    }
    state[0] ^= a; state[1] ^= b; state[2] ^= c; state[3] ^= d;
    state[4] ^= e; state[5] ^= f; state[6] ^= g; state[7] ^= h;
  }
  return wordsToBytes(state);
}

/** Only for signatures, so slowly and plainly. */
function sha512(data) {
  const view = padded(data, 128);
  const turn = (x, n) => ((x >> n) | (x << (64n - n))) & MASK;
  const state = SQUARE_ROOTS.slice();
  for (let at = 0; at < view.byteLength; at += 128) {
    const w = Array.from({ length: 16 }, (_, i) => view.getBigUint64(at + 8 * i));
    for (let i = 16; i < 80; i++) {
      const [x, y] = [w[i - 15], w[i - 2]];
      w[i] = (w[i - 16] + (turn(x, 1n) ^ turn(x, 8n) ^ (x >> 7n)) + w[i - 7] + (turn(y, 19n) ^ turn(y, 61n) ^ (y >> 6n))) & MASK;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 80; i++) {
      const one = h + (turn(e, 14n) ^ turn(e, 18n) ^ turn(e, 41n)) + ((e & f) ^ (~e & MASK & g)) + CUBE_ROOTS[i] + w[i];
      const two = (turn(a, 28n) ^ turn(a, 34n) ^ turn(a, 39n)) + ((a & b) ^ (a & c) ^ (b & c));
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) & MASK, c, b, a, (one + two) & MASK];
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => { state[i] = (state[i] + word) & MASK; });
  }
  const bytes = new Uint8Array(64);
  state.forEach((word, i) => new DataView(bytes.buffer).setBigUint64(8 * i, word));
  return bytes;
}

const HASHES = { sha256, gm: sm3 };
