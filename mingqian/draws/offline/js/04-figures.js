// Exact fractions, the signature's curve, SplitMix64.

/** A fraction in lowest terms; numerator and denominator are BigInt, the denominator is positive. */
class Ratio {
  constructor(n, d = 1n) {
    [n, d] = [BigInt(n), BigInt(d)];
    if (d === 0n) throw new RangeError("no denominator");
    let [a, b] = [n < 0n ? -n : n, d < 0n ? -d : d];
    while (b) [a, b] = [b, a % b];
    if (d < 0n) a = -a;
    this.n = n / a;
    this.d = d / a;
  }

  plus(other) { return new Ratio(this.n * other.d + other.n * this.d, this.d * other.d); }
  minus(other) { return new Ratio(this.n * other.d - other.n * this.d, this.d * other.d); }
  times(other) { return new Ratio(this.n * other.n, this.d * other.d); }
  over(other) { return new Ratio(this.n * other.d, this.d * other.n); }
  below(other) { return this.n * other.d < other.n * this.d; }
  order(other) { return Number(this.below(other) ? -1 : other.below(this)); }
  toString() { return this.d === 1n ? `${this.n}` : `${this.n}/${this.d}`; }

  /** For people only; nothing is decided by it. */
  get float() { return Number((this.n << 64n) / this.d) / 2 ** 64; }

  static least(items) { return items.reduce((a, b) => (b.below(a) ? b : a)); }
  static most(items) { return items.reduce((a, b) => (a.below(b) ? b : a)); }
}

const ONE = new Ratio(1);

/** Ed25519 as in RFC 8032, in extended coordinates. */
const Curve = {
  P: 2n ** 255n - 19n,
  ORDER: 2n ** 252n + 27742317777372353535851937790883648493n,

  mod(n) {
    const rest = n % Curve.P;
    return rest < 0n ? rest + Curve.P : rest;
  },

  power(base, exponent) {
    let result = 1n;
    for (base = Curve.mod(base); exponent; exponent >>= 1n) {
      if (exponent & 1n) result = Curve.mod(result * base);
      base = Curve.mod(base * base);
    }
    return result;
  },

  get d() { return Curve.mod(-121665n * Curve.power(121666n, Curve.P - 2n)); },

  add([x1, y1, z1, t1], [x2, y2, z2, t2]) {
    const { mod } = Curve;
    const a = mod((y1 - x1) * (y2 - x2));
    const b = mod((y1 + x1) * (y2 + x2));
    const c = mod(2n * t1 * t2 * Curve.D);
    const e = mod(2n * z1 * z2);
    return [mod((b - a) * (e - c)), mod((e + c) * (b + a)), mod((e - c) * (e + c)), mod((b - a) * (b + a))];
  },

  times(k, point) {
    let sum = [0n, 1n, 1n, 0n];
    for (; k; k >>= 1n) {
      if (k & 1n) sum = Curve.add(sum, point);
      point = Curve.add(point, point);
    }
    return sum;
  },

  /** The point of 32 little-endian bytes, or null. */
  point(bytes) {
    if (bytes.length !== 32) return null;
    const { P, mod, power } = Curve;
    const all = bigOf(bytes.slice().reverse());
    const [sign, y] = [all >> 255n, all & ((1n << 255n) - 1n)];
    if (y >= P) return null;
    const square = mod((y * y - 1n) * power(Curve.D * y * y + 1n, P - 2n));
    let x = power(square, (P + 3n) / 8n);
    if (mod(x * x - square)) x = mod(x * power(2n, (P - 1n) / 4n));
    if (mod(x * x - square) || (x === 0n && sign)) return null;
    if ((x & 1n) !== sign) x = P - x;
    return [x, y, 1n, mod(x * y)];
  },

  /** Whether 64 bytes are a valid signature of the message under a public key of 32. */
  isSigned(key, message, signature) {
    if (signature.length !== 64) return false;
    const [a, r] = [Curve.point(key), Curve.point(signature.subarray(0, 32))];
    const s = bigOf(signature.slice(32).reverse());
    if (!a || !r || s >= Curve.ORDER) return false;
    const base = Curve.point(Uint8Array.from({ length: 32 }, (_, i) => (i ? 0x66 : 0x58)));
    const k = bigOf(sha512(joined([signature.subarray(0, 32), key, message])).reverse()) % Curve.ORDER;
    const [one, two] = [Curve.times(s, base), Curve.add(r, Curve.times(k, a))];
    return !Curve.mod(one[0] * two[2] - two[0] * one[2]) && !Curve.mod(one[1] * two[2] - two[1] * one[2]);
  },
};
Curve.D = Curve.d;

/** The top 24 bits of output number `index` of SplitMix64 started at `start`. */
function splitMix(start, index) {
  let z = (start + BigInt(index + 1) * 0x9e3779b97f4a7c15n) & MASK;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
  return Number((z ^ (z >> 31n)) >> 40n);
}
