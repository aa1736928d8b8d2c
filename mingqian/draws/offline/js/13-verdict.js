// The fourteen steps in order, up to the first that does not fit.

const STEPS = [
  "FORMAT", "POOL", "EXCLUSIONS", "RULES", "COMMITMENT", "SEED", "LOTTERY", "CHANCES", "CERTIFICATE", "COUNTS", "PANEL",
  "ALTERNATES", "DIGEST", "SIGNATURES",
];

/**
 * Judges a transcript (bytes) step by step up to the first that does not fit. `previous`: the transcript of the draw
 * before, if somebody has it; `tell` hears of progress. The report: `ok`; `readable` (it was JSON); `checks`, one a step:
 * number, code, ok (null: not checked), told, expected, found, where; `draw`: what was found out.
 */
async function verify(data, { previous = null, tell = () => {} } = {}) {
  const breath = new Breath();
  const draw = new Judge(data, breath, previous);
  const checks = [];
  let ok = true;
  for (const [i, code] of STEPS.entries()) {
    const check = { number: i + 1, code, ok: null, told: null, expected: "", found: "", where: "" };
    checks.push(check);
    if (!ok) continue;
    try {
      breath.tell = (part) => tell(checks, code, part);
      breath.tell(0);
      check.told = await draw[code.toLowerCase()]();
      if (check.told) check.ok = true;
    } catch (error) {
      ok = check.ok = false;
      const { where = "$", expected = "", found = String(error).slice(0, 200) } = error instanceof Failure ? error : {};
      Object.assign(check, { where, expected, found });
    }
  }
  return { ok, readable: draw.doc !== undefined || isReadable(draw.data), checks, draw };
}
