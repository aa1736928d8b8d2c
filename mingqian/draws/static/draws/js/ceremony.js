// The ceremony's page: the clock, the masks, and the lots turning up. The result is fixed before any of this runs.
startClock();
startMasks();
startTurning();
startLeaving();

// Once a person has acted, the page waits for the answer to that alone: its own refresh must not overtake it.
function startLeaving() {
  let leaving = false;
  window.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) leaving = true;
  });
  window.addEventListener("pageshow", () => {
    leaving = false;
  });
  for (const moment of ["htmx:beforeRequest", "htmx:beforeOnLoad"]) {
    document.addEventListener(moment, (event) => {
      const reload = moment === "htmx:beforeOnLoad" && event.detail.xhr.getResponseHeader("HX-Refresh");
      if (leaving || (reload && isTypedIn())) event.preventDefault();
    });
  }
}

// What somebody is typing, or was refused, is not taken away by a reload; the page asks again in a few seconds.
function isTypedIn() {
  const fields = document.querySelectorAll("main input:not([type=hidden], [type=radio]), main textarea");
  return [...fields].some((field) => field.value !== field.defaultValue || (field.value && field.matches("[aria-invalid]")));
}

function startClock() {
  const clock = document.querySelector("[data-clock]");
  if (!clock) return;
  const offset = new Date(clock.dataset.clock).getTime() - Date.now();
  const words = new Intl.DateTimeFormat("zh-CN", { year: "numeric", month: "long", day: "numeric", weekday: "long", hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false, timeZone: "Asia/Shanghai" });
  const tick = () => {
    clock.textContent = words.format(Date.now() + offset);
  };
  tick();
  setInterval(tick, 1000);
}

function startMasks() {
  const button = document.querySelector("[data-names]");
  if (!button) return;
  let names = null;
  const masks = new Map();
  button.addEventListener("click", async () => {
    const masked = button.getAttribute("aria-pressed") === "true";
    if (masked && !names) {
      names = await askNames(button);
      if (!names) return;
    }
    for (const place of document.querySelectorAll("[data-seat]")) {
      if (!masks.has(place)) masks.set(place, place.textContent);
      place.textContent = masked ? (names[place.dataset.seat] ?? masks.get(place)) : masks.get(place);
    }
    button.setAttribute("aria-pressed", String(!masked));
    button.querySelector("span").textContent = masked ? "投影遮名：关" : "投影遮名：开";
    const use = button.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, masked ? "#eye" : "#eye-off"));
  });
}

async function askNames(button) {
  const token = JSON.parse(document.body.dataset.hxHeaders)["X-CSRFToken"];
  const answer = await fetch(button.dataset.names, {
    method: "POST",
    headers: { "X-CSRFToken": token, "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ attempt: button.dataset.attempt }),
  });
  return answer.ok ? answer.json() : null;
}

function startTurning() {
  const panel = document.querySelector("[data-turning]");
  if (!panel) return;
  const key = `turned:${panel.dataset.key}`;
  const columns = [...document.querySelectorAll("[data-column]")];
  const primaries = columns.flatMap((column) => [...column.querySelectorAll("[data-lot=primary]")]);
  const alternates = columns.flatMap((column) => [...column.querySelectorAll("[data-lot=alternate]")]);
  const order = [...primaries, ...alternates];
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const turnButton = panel.querySelector("[data-turn]");
  const onButton = panel.querySelector("[data-turn-on]");
  let turned = Math.min(Number(sessionStorage.getItem(key) ?? 0) || 0, order.length);
  let running = 0;

  function show() {
    order.forEach((lot, place) => {
      lot.classList.toggle("shown", place < turned);
      lot.classList.toggle("new", place === turned - 1 && turned < order.length);
      lot.classList.toggle("next", place === turned);
    });
    for (const column of columns) {
      const lots = [...column.querySelectorAll("[data-lot=primary]")];
      const open = lots.filter((lot) => lot.classList.contains("shown")).length;
      column.querySelector("[data-shown]").textContent = open;
      column.querySelector("[data-bar]").setAttribute("width", lots.length ? (100 * open) / lots.length : 0);
      column.classList.toggle("here", column.contains(order[turned] ?? null));
    }
    panel.querySelector("[data-primaries]").textContent = Math.min(turned, primaries.length);
    panel.querySelector("[data-alternates]").textContent = Math.max(0, turned - primaries.length);
    panel.querySelector("[data-next]").textContent = nextWords();
    panel.classList.toggle("finished", turned >= order.length);
    sessionStorage.setItem(key, String(turned));
    if (turned >= order.length) {
      stop();
      if (document.activeElement === document.body) panel.querySelector("[data-finish]").focus({ preventScroll: true });
    }
  }

  function nextWords() {
    const lot = order[turned];
    if (!lot) return "已全部翻开";
    const name = lot.closest("[data-column]").dataset.name;
    const number = lot.querySelector("span").textContent.trim();
    return lot.dataset.lot === "primary" ? `${name}·第 ${number} 席` : `${name}·备选 ${number}`;
  }

  function turn() {
    if (turned >= order.length) return;
    turned += 1;
    show();
  }

  function stop() {
    clearInterval(running);
    running = 0;
    onButton.setAttribute("aria-pressed", "false");
  }

  turnButton.addEventListener("click", () => {
    stop();
    turn();
  });
  onButton.addEventListener("click", () => {
    if (running) return stop();
    onButton.setAttribute("aria-pressed", "true");
    turn();
    if (turned < order.length) running = setInterval(turn, calm ? 1500 : 700);
  });
  panel.querySelector("[data-turn-all]").addEventListener("click", () => {
    stop();
    turned = order.length;
    show();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || event.target.closest("button, a, input, textarea, select, summary")) return;
    event.preventDefault();
    stop();
    turn();
  });
  show();
}
