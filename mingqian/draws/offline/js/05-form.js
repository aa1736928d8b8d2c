// What a transcript must look like: which fields, and what kind of value stands in each. Further fields are allowed: they
// are bound by the digest like all others.

const isText = (value) => typeof value === "string";
const isNumber = (value) => typeof value === "number";
const orNull = (fits) => (value) => value === null || fits(value);
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const listOf = (fits) => (value) => Array.isArray(value) && value.every(fits);
const exactly = (...all) => (value) =>
  Array.isArray(value) && value.length === all.length && all.every((fits, i) => fits(value[i]));
const withFields = (fields) => (value) =>
  isObject(value) && Object.entries(fields).every(([name, fits]) => name in value && fits(value[name]));
const onlyFields = (fields) => (value) => withFields(fields)(value) && Object.keys(value).length === Object.keys(fields).length;
const filledWith = (fits) => (value) => isObject(value) && Object.values(value).every(fits);

const isPairs = listOf(exactly(isText, isText));
const isRatio = exactly(isNumber, isNumber);
const isMember = withFields({
  employer: orNull(isText), group: orNull(isText), id: isText, stratum: orNull(isText), values: isPairs,
});
const FIELDS = {
  commit: isText, digest: isText, lottery_hash: isText, rules_hash: isText, seed: isText,
  program: onlyFields({ hash: isText, name: isText, version: isText }),
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
    designated: listOf(isMember), kept: listOf(isMember), labels: isPairs, title: isText,
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
  panels: listOf(listOf(isNumber)), ceiling: orNull(isRatio), ceiling_prices: listOf(exactly(isNumber, isNumber)),
  method: isText,
  levels: listOf(withFields({ prices: listOf(exactly(isNumber, isNumber)), types: listOf(isNumber) })),
};

const isHash = (text) => /^[0-9a-f]{64}$/.test(text);
const isParty = (text) => /^[a-z][a-z0-9_-]{0,31}$/.test(text);
const isEachCategoryOnce = (values) => new Set(values.map(([category]) => category)).size === values.length;
