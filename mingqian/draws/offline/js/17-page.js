// The page: a file in, the report out, people looked up.

/** id -> [primary or alternate, stratum, rank] of everybody drawn. */
function drawnSeats() {
  const { words, report } = state;
  const seats = new Map();
  for (const [part, kind] of [["panel", words.primary], ["alternates", words.alternate]]) {
    for (const seat of report.ok ? report.draw.doc[part] : []) seats.set(seat.id, [kind, seat.stratum, seat.rank]);
  }
  return seats;
}

/** id -> number of the type. */
function typesById() {
  const types = new Map();
  state.report.draw.types.forEach((type, t) => type.ids.forEach((id) => types.set(id, t)));
  return types;
}

function lookUp() {
  const { words, report } = state;
  const wanted = at("wanted").value.trim().toLowerCase();
  const people = report.draw.people.filter((person) => person.id.toLowerCase().startsWith(wanted));
  const exact = people.filter((person) => person.id.toLowerCase() === wanted);
  const [types, seats] = [typesById(), drawnSeats()];
  let lines = (exact.length ? exact : people).slice(0, 12).map((person) =>
    made("p", {}, made("b", {}, person.id), " ", standing(person, types.get(person.id), seats.get(person.id))));
  if (!exact.length && people.length > 12) lines.push(made("p", {}, words.many(people.length - 12)));
  if (!lines.length) lines = [made("p", {}, words.nobody)];
  if (!exact.length && wanted.length < 4) lines = [made("p", {}, words.short)];
  at("found").replaceChildren(...lines);
}

/** What the file says of one person, in words. */
function standing(person, t, seat) {
  const { words, report } = state;
  if (person.exclusions.length) return words.excluded(person.exclusions.map(([code]) => code).join(", "));
  if (t === undefined) return report.draw.types.length ? words.unseated : words.untold.slice(1);
  const chance = report.draw.chance[t];
  return (chance ? words.chance(chance) : words.untold.slice(1)) + (seat ? words.seatOf(...seat) : "");
}

function listEverybody() {
  const { words } = state;
  const head = made("tr", {}, ...words.columns.map((name) => made("th", { scope: "col" }, name)));
  at("table").replaceChildren(made("table", {}, made("thead", {}, head), made("tbody")));
  at("table").hidden = at("more").hidden = false;
  at("table").tabIndex = 0;
  state.listed = 0;
  listMore();
}

const EACH_TIME = 200;

function listMore() {
  const { words, report: { draw } } = state;
  const [types, seats] = [typesById(), drawnSeats()];
  const all = draw.facts.reaching;
  let number = 0;
  for (const [id, t] of types) {
    if (number++ < state.listed) continue;
    if (number > state.listed + EACH_TIME) break;
    const chance = draw.chance[t];
    const seat = seats.get(id);
    document.querySelector("#table tbody").append(made("tr", {}, ...[
      made("td", { class: "mono" }, id), made("td", {}, String(t)), made("td", { class: "mono" }, String(chance)),
      made("td", { class: "num" }, percent(chance)), made("td", {}, seat ? `${seat[0]} ${seat[2]}` : words.notDrawn)]));
  }
  state.listed = Math.min(state.listed + EACH_TIME, all);
  at("shown").textContent = words.shown(state.listed, all);
  at("next").hidden = state.listed >= all;
}

/** Judges the transcript that was chosen, with the one of the draw before if there is one. */
async function judgeFiles() {
  const { main, earlier } = state.files;
  tellFiles();
  if (!main) return;
  const turn = ++state.turn;
  const started = performance.now();
  state.report = null;
  for (const id of ["working", "report"]) at(id).hidden = false;
  for (const id of ["fairness", "compare", "people", "about"]) at(id).hidden = true;
  at("columns").className = "columns judged";
  const [data, previous] = await Promise.all([main, earlier].map(async (file) => file && new Uint8Array(await file.arrayBuffer())));
  const tell = (...news) => {
    if (turn !== state.turn) throw new Error("another file was chosen");
    tellProgress(...news);
  };
  const report = await verify(data, { previous, tell });
  if (turn !== state.turn) return;
  state.report = report;
  state.seconds = ((performance.now() - started) / 1000).toFixed(2);
  at("working").hidden = true;
  tellReport();
}

/** A second transcript has another draw before it, so the one chosen for the first is forgotten. */
function chooseMain(file) {
  if (!file) return;
  const { main, earlier } = state.files;
  state.files = { main: file, earlier: main ? null : earlier };
  if (main) at("earlier").value = "";
  judgeFiles();
}

function chooseEarlier(file) {
  state.files.earlier = file;
  if (!file) at("earlier").value = "";
  judgeFiles();
}

function start() {
  if (/[#?]en\b/.test(location.href)) state.words = WORDS.en;
  speak();
  at("tongue").addEventListener("click", () => {
    state.words = state.words === WORDS.zh ? WORDS.en : WORDS.zh;
    speak();
  });
  at("file").addEventListener("change", () => chooseMain(at("file").files[0]));
  at("earlier").addEventListener("change", () => chooseEarlier(at("earlier").files[0] ?? null));
  at("without-earlier").addEventListener("click", () => chooseEarlier(null));
  at("print").addEventListener("click", () => window.print());
  at("find").addEventListener("click", lookUp);
  at("wanted").addEventListener("keydown", (event) => { if (event.key === "Enter") lookUp(); });
  at("everybody").addEventListener("click", listEverybody);
  at("next").addEventListener("click", listMore);
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      event.preventDefault();
      const isEarlier = at("drop-earlier").contains(event.target);
      at("drop").classList.toggle("over", kind === "dragover" && !isEarlier);
      at("drop-earlier").classList.toggle("over", kind === "dragover" && isEarlier);
      const file = kind === "drop" && event.dataTransfer.files[0];
      if (file) (isEarlier ? chooseEarlier : chooseMain)(file);
    });
  }
}

// For tests and for whoever wants to judge many files: verify(bytes, { previous }) resolves to the report.
window.verify = verify;
start();
