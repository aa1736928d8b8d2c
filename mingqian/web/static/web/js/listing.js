// The listing: whole-row links, selection, columns and density kept for next time.
export function startListing(root) {
  const listings = [...root.querySelectorAll("[data-listing]")];
  if (root.matches?.("[data-listing]")) listings.push(root);
  for (const listing of listings) {
    if (listing.dataset.started) continue;
    listing.dataset.started = "yes";
    columns(listing);
    foldFilters(listing);
    density(listing);
    selection(listing);
  }
  if (root === document) document.addEventListener("click", followRow);
}

function followRow(event) {
  const row = event.target.closest("tr[data-href]");
  if (!row || event.target.closest("a, button, input, label, select, summary, textarea")) return;
  // Selecting text in a row is not a click on it.
  if (String(window.getSelection())) return;
  if (event.ctrlKey || event.metaKey) window.open(row.dataset.href, "_blank", "noopener");
  else window.location.href = row.dataset.href;
}

function columns(listing) {
  const boxes = [...listing.querySelectorAll("[data-columns] input")];
  const key = `listing:${listing.dataset.listing}:columns`;
  const kept = read(key) ?? {};
  const apply = (box) => {
    for (const cell of listing.querySelectorAll(`[data-col="${CSS.escape(box.value)}"]`)) cell.hidden = !box.checked;
  };
  for (const box of boxes) {
    if (box.value in kept) box.checked = kept[box.value];
    apply(box);
    box.addEventListener("change", () => {
      apply(box);
      write(key, Object.fromEntries(boxes.map((one) => [one.value, one.checked])));
    });
  }
}

function foldFilters(listing) {
  const bar = listing.querySelector("form.filter-bar");
  const button = bar?.querySelector("[data-filter-fold]");
  if (!button) return;
  const others = bar.querySelectorAll(".filter-field:not(.wide)");
  if (!others.length || !bar.querySelector(".filter-field.wide")) {
    button.remove();
    return;
  }
  const fold = (folded) => {
    bar.classList.toggle("folded", folded);
    button.setAttribute("aria-expanded", String(!folded));
  };
  // Only narrow screens draw a folded bar differently; conditions in force stay in sight.
  fold(!listing.querySelector(".active-filters"));
  button.addEventListener("click", () => fold(!bar.classList.contains("folded")));
}

function density(listing) {
  const button = listing.querySelector("[data-density]");
  if (!button) return;
  const set = (dense) => {
    listing.classList.toggle("dense", dense);
    button.setAttribute("aria-pressed", String(dense));
  };
  set(read("listing:dense") === true);
  button.addEventListener("click", () => {
    const dense = !listing.classList.contains("dense");
    set(dense);
    write("listing:dense", dense);
  });
}

function selection(listing) {
  const boxes = [...listing.querySelectorAll('tbody input[name="row"]')];
  const all = listing.querySelector("[data-select-all]");
  const toolbar = listing.querySelector("[data-toolbar]");
  const count = listing.querySelector("[data-selected-count] b");
  if (!boxes.length || !count) {
    for (const button of listing.querySelectorAll("[data-bulk]")) button.disabled = true;
    return;
  }
  const update = () => {
    const picked = boxes.filter((box) => box.checked);
    count.textContent = picked.length;
    toolbar.classList.toggle("selected", picked.length > 0);
    for (const button of listing.querySelectorAll("[data-bulk]")) button.disabled = !picked.length;
    for (const box of boxes) box.closest("tr").classList.toggle("picked", box.checked);
    if (all) {
      all.checked = picked.length === boxes.length;
      all.indeterminate = picked.length > 0 && picked.length < boxes.length;
    }
  };
  for (const box of boxes) box.addEventListener("change", update);
  all?.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    update();
  });
  update();
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

function write(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // A full or forbidden store only costs the memory of the choice.
  }
}
