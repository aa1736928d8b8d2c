// 确认专家参评 by keyboard. Every key presses a link or a button that is on the page anyway.
// Keys pressed while an answer is under way wait for the new list, so that nobody's row is skipped or hit twice.
const waiting = [];
let busy = false;
let place = 0;

const root = () => document.getElementById("confirm");
const rows = () => [...root().querySelectorAll("tr[data-row]")];
const drawer = () => root().querySelector(".drawer");
const barButton = (key) => root().querySelector(`.confirm-bar [data-key="${key}"]`);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  const deed = DEEDS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!deed || !root()) return;
  event.preventDefault();
  if (busy) waiting.push(deed);
  else deed();
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (root()?.contains(event.target) && event.detail.target === root()) busy = true;
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful && ![409, 422].includes(event.detail.xhr.status)) settled();
});
// 409 and 422 carry the page with what was typed and what happened.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (![409, 422].includes(event.detail.xhr.status) || event.detail.target !== root()) return;
  event.detail.shouldSwap = true;
  event.detail.isError = false;
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "confirm" && !root()?.contains(event.target)) return;
  focus();
  settled();
});

function settled() {
  busy = false;
  while (waiting.length && !busy) waiting.shift()();
}

/** After a swap: to what went wrong, into the form of the drawer, or to the row where one was. */
function focus() {
  const refusal = root().querySelector("[data-refusal]");
  const wrong = root().querySelector("[aria-invalid=true], .invalid input");
  const form = drawer()?.querySelector("form .radio-grid input:checked, form .radio-grid input, form .heirs input:not(:disabled)");
  if (document.activeElement?.closest(".confirm-filter")) return;
  if (wrong) wrong.focus();
  else if (refusal) refusal.focus();
  else if (form) form.focus();
  else focusRow();
}

function focusRow() {
  const all = rows();
  const current = all.findIndex((row) => row.classList.contains("current"));
  if (current >= 0) place = current;
  place = Math.max(0, Math.min(place, all.length - 1));
  all[place]?.querySelector("[data-person]")?.focus({ preventScroll: true });
  all[place]?.scrollIntoView({ block: "nearest" });
}

function move(by) {
  const all = rows();
  const here = all.findIndex((row) => row.contains(document.activeElement));
  if (here >= 0) place = here;
  // The first arrow only shows where one is.
  const next = here < 0 && !drawer() ? place : Math.max(0, Math.min(place + by, all.length - 1));
  place = next;
  const link = all[next]?.querySelector("[data-person]");
  link?.focus({ preventScroll: true });
  all[next]?.scrollIntoView({ block: "nearest" });
  if (drawer() && link && !all[next].classList.contains("current")) link.click();
}

/** The row in focus, or the one whose drawer is open, or the one that has moved up to where the last was. */
function currentRow() {
  const all = rows();
  return all.find((row) => row.contains(document.activeElement)) ?? root().querySelector("tr.current") ?? all[place];
}

function tick() {
  const box = currentRow()?.querySelector("input[name=row]");
  if (!box) return;
  box.checked = !box.checked;
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

/** A deed of the bar for those ticked; if nobody is, for the current row. */
function press(key) {
  const button = barButton(key);
  if (!button) return;
  const row = currentRow();
  if (row) place = rows().indexOf(row);
  if (!root().querySelector("tr[data-row] input[name=row]:checked")) {
    if (!row) return;
    tick();
  }
  if (button.disabled) return;
  busy = true;
  button.click();
}

/** 撤销, offered beside what the last deed said. */
function undo() {
  const button = root().querySelector(".answered [data-key=u]");
  if (!button) return;
  busy = true;
  button.click();
}

function leave() {
  const close = root().querySelector("[data-close]");
  if (close) close.click();
  else root().querySelector(".confirm-bar [type=reset]:not(:disabled)")?.click();
}

const DEEDS = {
  ArrowUp: () => move(-1),
  ArrowDown: () => move(1),
  x: tick,
  y: () => press("y"),
  n: () => press("n"),
  r: () => press("r"),
  l: () => press("l"),
  u: undo,
  "/": () => root().querySelector("[data-filter]")?.focus(),
  Escape: leave,
};

function typing(target) {
  if (target.closest("dialog, .reveal-form, .palette")) return true;
  return target.matches("textarea, select, input:not([type=checkbox])");
}

// Esc leaves a field first; within a form of the drawer it closes the drawer.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !root() || !typing(event.target) || event.target.closest("dialog, .palette")) return;
  if (event.target.closest(".drawer") && !event.target.closest(".reveal-form")) leave();
  else focusRow();
});

// 取消选择 empties the boxes; the bar counts again.
document.addEventListener("reset", (event) => {
  if (event.target.id !== "rows") return;
  event.preventDefault();
  for (const box of event.target.querySelectorAll("input[type=checkbox]:checked")) {
    box.checked = false;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }
});

// The drawer's own 确认参评 is registered by the channel chosen in the bar.
document.addEventListener("change", (event) => {
  if (!event.target.matches?.(".bar-channel select")) return;
  for (const field of root().querySelectorAll("[data-channel]")) field.value = event.target.value;
});

if (root()?.querySelector("[data-refusal], .drawer .radio-grid")) focus();
