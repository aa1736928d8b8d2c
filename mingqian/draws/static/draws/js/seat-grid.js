// The seat grid as a spreadsheet: arrows, Enter, paste from Excel, totals and alternates as one types.
// Without this script the same table is a plain form; the server computes the same figures on saving.
(() => {
  "use strict";

  const COLUMNS = ["primary", "alternate", "note"];

  const plainDigits = (text) => text.normalize("NFKC").trim();

  const seats = (input) => {
    const text = plainDigits(input.value);
    return /^\d{1,6}$/.test(text) ? Number(text) : 0;
  };

  const derived = (primary, ratio, least) =>
    primary > 0 ? Math.max(least, Math.ceil(Math.round(primary * ratio * 1e6) / 1e6)) : 0;

  class SeatGrid {
    constructor(table) {
      this.table = table;
      this.ratio = Number(table.dataset.ratio);
      this.least = Number(table.dataset.least);
      this.floor = Number(table.dataset.block);
      this.advice = Number(table.dataset.warn);
      this.rows = [...table.querySelectorAll("tr[data-specialty]")];
      table.addEventListener("keydown", (event) => this.onKey(event));
      table.addEventListener("paste", (event) => this.onPaste(event));
      table.addEventListener("input", (event) => this.onInput(event));
      table.addEventListener("focusin", (event) => {
        if (event.target.dataset.column && event.target.dataset.column !== "note") event.target.select();
      });
    }

    cell(row, column) {
      return this.rows[row]?.querySelector(`input[data-column="${COLUMNS[column]}"]`);
    }

    place(input) {
      return [
        this.rows.indexOf(input.closest("tr[data-specialty]")),
        COLUMNS.indexOf(input.dataset.column),
      ];
    }

    focus(row, column) {
      const target = this.cell(row, column);
      if (target) target.focus();
      return Boolean(target);
    }

    onKey(event) {
      const input = event.target;
      if (!input.dataset.column || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
      const [row, column] = this.place(input);
      const atStart = input.selectionStart === 0;
      const atEnd = input.selectionEnd === input.value.length;
      let moved = false;
      if (event.key === "ArrowUp" || (event.key === "Enter" && event.shiftKey)) {
        moved = this.focus(row - 1, column) || event.key === "Enter";
      } else if (event.key === "ArrowDown" || event.key === "Enter") {
        moved = this.focus(row + 1, column) || event.key === "Enter";
      } else if (event.key === "ArrowLeft" && atStart) {
        moved = this.focus(row, column - 1);
      } else if (event.key === "ArrowRight" && atEnd) {
        moved = this.focus(row, column + 1);
      }
      if (moved) event.preventDefault();
    }

    onPaste(event) {
      const input = event.target;
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (!input.dataset.column || !/[\t\n]/.test(text.trimEnd())) return;
      event.preventDefault();
      const [firstRow, firstColumn] = this.place(input);
      text.replace(/\r/g, "").replace(/\n$/, "").split("\n").forEach((line, down) => {
        line.split("\t").forEach((value, right) => {
          const target = this.cell(firstRow + down, firstColumn + right);
          if (!target) return;
          target.value = target.dataset.column === "note" ? value.trim() : plainDigits(value);
          if (target.dataset.column === "alternate") this.markTyped(target);
          this.refresh(target.closest("tr"));
        });
      });
      this.totals();
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }

    onInput(event) {
      const input = event.target;
      if (!input.dataset.column) return;
      if (input.dataset.column === "alternate") this.markTyped(input);
      this.refresh(input.closest("tr"));
      this.totals();
    }

    // An alternate typed by hand stays; one that was emptied is derived from the primaries again.
    markTyped(input) {
      input.closest("tr").querySelector("input[data-typed]").value = input.value.trim() === "" ? "" : "1";
    }

    refresh(row) {
      const primary = row.querySelector('input[data-column="primary"]');
      const alternate = row.querySelector('input[data-column="alternate"]');
      if (alternate && !row.querySelector("input[data-typed]").value && document.activeElement !== alternate) {
        alternate.value = String(derived(seats(primary), this.ratio, this.least));
      }
      this.coverage(row, seats(primary), Number(row.dataset.eligible));
      const need = seats(primary) + (alternate ? seats(alternate) : 0);
      row.classList.toggle("seat-row--short", need > Number(row.dataset.eligible));
    }

    coverage(row, primaries, eligible) {
      const box = row.querySelector(".coverage");
      const bar = box?.querySelector("[data-bar]");
      if (!bar) return;
      const times = primaries > 0 ? eligible / primaries : null;
      const tone = times === null ? "none" : times < this.floor ? "bad" : times < this.advice ? "warn" : "ok";
      bar.setAttribute("width", String(times === null ? 0 : Math.min(84, times * 7)));
      bar.setAttribute("class", `coverage-${tone}`);
      box.className = `coverage ${tone}`;
      box.querySelector(".num").textContent = times === null ? "–" : `${times.toFixed(1)} 倍`;
    }

    totals() {
      const sums = { all: { primary: 0, alternate: 0 } };
      this.rows.forEach((row) => {
        const group = (sums[row.dataset.group] ??= { primary: 0, alternate: 0 });
        ["primary", "alternate"].forEach((column) => {
          const input = row.querySelector(`input[data-column="${column}"]`);
          const number = input ? seats(input) : 0;
          group[column] += number;
          sums.all[column] += number;
        });
      });
      this.table.querySelectorAll("[data-total]").forEach((place) => {
        const [group, column] = place.dataset.total.split(":");
        place.textContent = String(sums[group]?.[column] ?? 0);
      });
    }
  }

  const start = (root) =>
    root.querySelectorAll("table[data-seat-grid]").forEach((table) => {
      if (!table.seatGrid) table.seatGrid = new SeatGrid(table);
    });

  start(document);
  document.addEventListener("htmx:load", (event) => start(event.detail.elt.parentElement ?? document));
})();
