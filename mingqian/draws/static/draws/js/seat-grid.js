// The seat grid as a spreadsheet: arrows, Enter, paste from Excel, totals and alternates as one types.
// Without this script the same table is a plain form; the server computes the same figures on saving.

const COLUMNS = ["primary", "alternate", "note"];
const BAR_PER_TIMES = 7;
const BAR_WIDTH = 84;

for (const table of document.querySelectorAll("table[data-seat-grid]")) start(table);

function start(table) {
  const rules = {
    ratio: Number(table.dataset.ratio),
    least: Number(table.dataset.least),
    block: Number(table.dataset.block),
    warn: Number(table.dataset.warn),
  };
  const rows = [...table.querySelectorAll("tr[data-specialty]")];
  const columns = COLUMNS.filter((column) => table.querySelector(`input[data-column="${column}"]`));
  // With this script `typed-` says which alternates are typed by hand; the page's own guess is not needed.
  for (const was of table.querySelectorAll("input[data-was]")) was.remove();

  const cell = (row, column) => rows[row]?.querySelector(`input[data-column="${columns[column]}"]`);
  const place = (input) => [rows.indexOf(input.closest("tr")), columns.indexOf(input.dataset.column)];
  const focus = (row, column) => {
    const target = cell(row, column);
    target?.focus();
    return Boolean(target);
  };

  table.addEventListener("focusin", (event) => {
    if (["primary", "alternate"].includes(event.target.dataset.column)) event.target.select();
  });

  table.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!input.dataset.column || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const [row, column] = place(input);
    const whole = input.selectionStart === 0 && input.selectionEnd === input.value.length;
    let moved = false;
    if (event.key === "ArrowUp") moved = focus(row - 1, column);
    else if (event.key === "ArrowDown") moved = focus(row + 1, column);
    else if (event.key === "Enter") moved = focus(row + (event.shiftKey ? -1 : 1), column) || true;
    else if (event.key === "ArrowLeft" && (whole || input.selectionEnd === 0)) moved = focus(row, column - 1);
    else if (event.key === "ArrowRight" && (whole || input.selectionStart === input.value.length)) moved = focus(row, column + 1);
    if (moved) event.preventDefault();
  });

  table.addEventListener("paste", (event) => {
    const input = event.target;
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!input.dataset.column || !/[\t\n]/.test(text.trimEnd())) return;
    event.preventDefault();
    const [firstRow, firstColumn] = place(input);
    const lines = text.replace(/\r/g, "").replace(/\n$/, "").split("\n");
    lines.forEach((line, down) => {
      line.split("\t").forEach((value, right) => {
        const target = cell(firstRow + down, firstColumn + right);
        if (!target) return;
        target.value = target.dataset.column === "note" ? value.trim() : plain(value);
        if (target.dataset.column === "alternate") markTyped(target);
        refresh(target.closest("tr"), rules);
      });
    });
    addUp(table, rows);
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });

  table.addEventListener("input", (event) => {
    const input = event.target;
    if (!input.dataset.column) return;
    if (input.dataset.column === "alternate") markTyped(input);
    refresh(input.closest("tr"), rules);
    addUp(table, rows);
  });

  table.closest("form")?.addEventListener("seats-counted", () => {
    for (const row of rows) refresh(row, rules);
    showFaults(table);
  });
}

// The row beneath a specialty says what is wrong with it; the group's name spans the rows that are there.
function showFaults(table) {
  for (const why of table.querySelectorAll("tr.why")) why.hidden = !why.querySelector(".why-line");
  for (const name of table.querySelectorAll(".group-name")) {
    const shown = name.closest("tbody").querySelectorAll("tr.seat-row, tr.why:not([hidden])");
    name.rowSpan = shown.length;
  }
}

function plain(text) {
  return text.normalize("NFKC").trim();
}

function seats(input) {
  const text = input ? plain(input.value) : "";
  return /^\d{1,6}$/.test(text) ? Number(text) : 0;
}

function derived(primary, rules) {
  const exact = Math.round(primary * rules.ratio * 1e6) / 1e6;
  return primary > 0 ? Math.max(rules.least, Math.ceil(exact)) : 0;
}

// An alternate typed by hand stays; one that was emptied is derived from the primaries again.
function markTyped(input) {
  const typed = input.value.trim() !== "";
  input.closest("td").querySelector("input[data-typed]").value = typed ? "1" : "";
  input.closest("td").classList.toggle("derived", !typed);
}

function refresh(row, rules) {
  const primary = row.querySelector('input[data-column="primary"]');
  const alternate = row.querySelector('input[data-column="alternate"]');
  const eligible = Number(row.querySelector(".eligible span").textContent);
  if (alternate && !row.querySelector("input[data-typed]").value && document.activeElement !== alternate) {
    alternate.value = String(derived(seats(primary), rules));
  }
  const short = seats(primary) + seats(alternate) > eligible;
  row.classList.toggle("short", short);
  primary.closest("td").classList.toggle("bad", short || !/^\d{0,6}$/.test(plain(primary.value)));
  cover(row.querySelector(".cover .coverage"), seats(primary), eligible, rules);
}

function cover(box, primaries, eligible, rules) {
  if (!box) return;
  const times = primaries > 0 ? eligible / primaries : null;
  const tone = times === null ? "none" : times < rules.block ? "bad" : times < rules.warn ? "warn" : "ok";
  const bar = box.querySelectorAll("rect")[1];
  bar.setAttribute("width", String(times === null ? 0 : Math.min(BAR_WIDTH, times * BAR_PER_TIMES)));
  bar.setAttribute("class", `coverage-${tone}`);
  box.className = `coverage ${tone}`;
  box.querySelector(".num").textContent = times === null ? "–" : `${(Math.floor(times * 10) / 10).toFixed(1)} 倍`;
}

function addUp(table, rows) {
  const sums = { all: { primary: 0, alternate: 0 } };
  for (const row of rows) {
    const group = (sums[row.dataset.group] ??= { primary: 0, alternate: 0 });
    for (const column of ["primary", "alternate"]) {
      const number = seats(row.querySelector(`input[data-column="${column}"]`));
      group[column] += number;
      sums.all[column] += number;
    }
  }
  for (const target of table.querySelectorAll("[data-total]")) {
    const [group, column] = target.dataset.total.split(":");
    target.textContent = String(sums[group]?.[column] ?? 0);
  }
}
