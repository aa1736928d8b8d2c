// The report: what the steps found, as elements. What a file says is only ever shown as text.

const at = (id) => document.getElementById(id);
const shown = (value, limit = 100) => (typeof value === "string" ? value.slice(0, limit) : "");

/** Controls, marks that turn the direction of text, and all else that cannot be seen, are written out. */
const visible = (text) => text.replace(/[\p{C}\u2028\u2029]/gu, (hidden) =>
  Array.from({ length: hidden.length }, (_, i) => `\\u${hidden.charCodeAt(i).toString(16).padStart(4, "0")}`).join(""));

function made(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== "").map((child) => (typeof child === "string" ? visible(child) : child)));
  return element;
}

function drawing(name) {
  const space = "http://www.w3.org/2000/svg";
  const [svg, use] = [document.createElementNS(space, "svg"), document.createElementNS(space, "use")];
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#${name}`);
  svg.append(use);
  return svg;
}

/** `files`: the transcript and, if there is one, that of the draw before; `turn`: which judging is the current one. */
const state = { words: WORDS.zh, report: null, seconds: "", turn: 0, listed: 0, files: { main: null, earlier: null } };

function speak() {
  const { words } = state;
  document.documentElement.lang = words.lang;
  document.title = words.title;
  for (const element of document.querySelectorAll("[data-say]")) element.textContent = words[element.dataset.say];
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", words[element.dataset.label]);
  at("tongue").textContent = words.other;
  at("tongue").lang = words === WORDS.zh ? "en" : "zh-CN";
  at("ways").replaceChildren(...words.ways.map((way) => made("li", {}, made("span", {}, way))));
  tellFiles();
  if (state.report) tellReport();
}

function tellFiles() {
  const { words, files: { main, earlier } } = state;
  at("opened").hidden = !main;
  at("filename").textContent = visible(main?.name ?? "");
  at("filesize").textContent = main ? words.bytes(main.size) : "";
  document.querySelector("#drop b").textContent = main ? words.again : words.drop;
  at("earlier-name").textContent = visible(earlier?.name ?? words.earlierNone);
  at("without-earlier").hidden = !earlier;
}

/** What a file that fits leaves unproven: the smallest chance, the ceiling. Fractions of panels may do better than whole ones. */
const unprovenIn = ({ proven, ceilingProven }) => [...(proven === false ? ["lowest"] : []), ...(ceilingProven === false ? ["ceiling"] : [])];

/** One step as a line of the report. */
function line(check, ok) {
  const { words } = state;
  let [name, note, figure] = words.steps[check.code];
  let kind = check.ok === true ? "ok" : check.ok === false ? "failed" : check.running ? "running" : "skipped";
  if (check.ok && unprovenIn(check.told).length) {
    kind = "partly";
    name = words.certificateOpen[check.told.proven ? 1 : 0];
    note = words.gapOf;
  }
  const sign = { ok: "check", partly: "alert-triangle", failed: "x", running: "minus", skipped: "minus" }[kind];
  const untold = ok ? [words.unsignedNote, words.unsigned] : check.running ? ["", "…"] : [words.uncheckedNote, words.unchecked];
  const [small, big] = check.ok ? [note(check.told), figure(check.told)] : check.ok === false ? ["", words.fail] : untold;
  const item = made("li", { class: kind, "data-code": check.code },
    made("span", { class: "ordinal" }, String(check.number)), made("span", { class: "mark" }, drawing(sign)),
    made("p", {}, made("b", {}, name), small && made("small", {}, small)), made("span", { class: "figure mono" }, big));
  if (kind === "failed") item.append(discrepancy(check));
  return item;
}

function discrepancy(check) {
  const { words } = state;
  const list = made("dl", { class: "discrepancy" });
  for (const [label, text, tag] of [[words.expected, check.expected, "ins"], [words.found, check.found, "del"], [words.where, check.where, "span"]]) {
    if (text) list.append(made("dt", {}, label), made("dd", {}, made(tag, { class: "mono" }, text)));
  }
  return list;
}

function tellProgress(checks, code, part) {
  const { words } = state;
  const done = checks.length - 1;
  at("progress").value = (1000 * (done + part)) / STEPS.length;
  at("doing").textContent = words.running(words.steps[code][0]);
  at("banner").className = "banner busy";
  at("verdict").textContent = words.running(words.steps[code][0]);
  at("verdict-text").textContent = words.runningText;
  at("verdict-icon").setAttribute("href", "#minus");
  const ahead = STEPS.slice(checks.length).map((next, i) => ({ number: checks.length + 1 + i, code: next, ok: null, running: true }));
  const now = checks.map((check, i) => (i === done ? { ...check, running: true } : check));
  at("proofs").replaceChildren(...[...now, ...ahead].map((check) => line(check, false)));
}

function tellReport() {
  const { words, report } = state;
  const failure = report.checks.find((check) => check.ok === false);
  const unproven = report.ok ? unprovenIn(report.draw.facts) : [];
  at("banner").className = `banner ${!report.ok ? "bad" : unproven.length ? "partly" : ""}`;
  at("verdict-icon").setAttribute("href", !report.ok ? "#x" : unproven.length ? "#alert-triangle" : "#check");
  let [title, text] = [words.unreadable, words.unreadableText];
  const fitting = report.checks.filter((check) => check.ok).length;
  if (report.ok) [title, text] = [unproven.length ? words.passedOpen(fitting, unproven) : words.passed(fitting), words.passedText(state.seconds)];
  else if (report.readable) [title, text] = [words.failed(failure.number, words.steps[failure.code][0]), words.failedText(failure.number)];
  if (failure?.where === "previous" && state.files.earlier) text = words.earlierFailed;
  at("verdict").textContent = title;
  at("verdict-text").textContent = text;
  at("proofs").replaceChildren(...report.checks.map((check) => line(check, report.ok)));
  tellFacts();
  at("fairness").hidden = at("compare").hidden = !report.ok;
  if (report.ok) {
    tellFairness(report.draw.facts);
    tellComparison(report);
  }
  at("people").hidden = !report.draw.people;
  at("everybody").hidden = !report.draw.chance.length;
  at("found").replaceChildren();
  at("table").hidden = at("more").hidden = true;
}

function tellFairness(facts) {
  const { words } = state;
  const [before, lowest, between, bound, after] = (facts.proven ? words.fairness : words.fairnessOpen)(facts);
  at("fairness-text").replaceChildren(before, made("em", {}, lowest), between, made("em", {}, bound), after);
  at("fairness-note").textContent = words.fairnessNote(facts);
}

function tellFacts() {
  const { words, report } = state;
  const { doc, facts } = report.draw;
  at("about").hidden = !report.readable || !doc || facts.primary === undefined;
  if (at("about").hidden) return;
  const { metadata } = doc;
  const told = isObject(metadata) ? metadata : {};
  const rows = {
    title: shown(doc.plan.title), number: shown(told.number, 30), committee: shown(told.committee), meeting: shown(told.meeting),
    drawn: shown(told.drawn_at, 19), seats: words.seats(facts.primary, facts.alternate), pool: words.pool(facts.pool, facts.eligible),
    mode: words.modes[facts.mode] ?? "", attempt: words.attempt(doc.attempt), trials: words.trials(doc.trials),
    parties: words.parties(doc.parties.slice(0, 12).map((party) => shown(party.id, 32))),
    beacon: doc.beacon ? `${shown(doc.beacon.source)} ${shown(doc.beacon.at)} = ${shown(doc.beacon.value)}` : "",
    previous: doc.previous ? grouped(shown(doc.previous, 8)) : "",
    program: `${shown(doc.program?.name, 20)} ${shown(doc.program?.version, 20)} · ${doc.profile === "gm" ? "SM3" : "SHA-256"}`,
  };
  if (rows.number === rows.title) rows.title = "";
  at("facts").replaceChildren(...Object.entries(rows).filter(([, text]) => text).map(([name, text]) =>
    made("div", {}, made("dt", {}, words.facts[name]), made("dd", {}, text))));
}

/** What no file can vouch for by itself. Only after a green verdict: a fingerprint that is merely claimed would look like proof. */
function tellComparison({ draw: { doc, facts } }) {
  const { words } = state;
  const prints = [[words.digest, doc.digest]];
  for (const { party, public_key: key } of doc.signatures.slice(0, 12)) prints.push([words.key(shown(party, 32)), key]);
  if (doc.previous) prints.push([words.earlierDigest, doc.previous]);
  const blocks = prints.map(([name, hash]) => made("div", {}, made("p", {}, name), hashed(hash)));
  if (doc.beacon) {
    const { source, at: time, value } = doc.beacon;
    blocks.push(made("div", {}, made("p", {}, words.beaconSaid), made("p", { class: "beacon" }, `${shown(source)} · ${shown(time)}`),
      made("p", { class: "beacon mono" }, shown(value, 1000))));
  }
  at("prints").replaceChildren(...blocks);
  const told = {
    unsigned: !doc.signatures.length, alternates: facts.mode === "L", smallestOnly: facts.mode === "B" && !facts.full, loose: facts.loose !== null,
    earlierChecked: Boolean(facts.earlier), earlierOlder: Boolean(facts.earlier?.previous), earlierUnchecked: Boolean(doc.previous && !facts.earlier),
  };
  const notes = Object.keys(told).filter((name) => told[name]);
  at("notes").hidden = !notes.length;
  at("notes").replaceChildren(...notes.map((name) => made("li", { "data-note": name }, words.notes[name](facts))));
}

/** Four columns of four digits, as witnesses read them aloud. */
const hashed = (text) => made("div", { class: "hash" },
  ...(shown(text, 64).toUpperCase().match(/.{1,4}/g) ?? []).map((part) => made("span", {}, part)));
