// Ctrl K: finds a function of the menu by its words or by its pinyin initials.
export function startPalette() {
  const form = document.querySelector("[data-palette]");
  if (!form) return;
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openPalette("");
    }
  });
  const field = form.querySelector("input");
  field.addEventListener("focus", () => {
    field.blur();
    openPalette(field.value);
  });
}

let dialog = null;
let entries = [];
let chosen = 0;

function openPalette(words) {
  if (!dialog) dialog = build();
  dialog.showModal();
  const field = dialog.querySelector("input");
  field.value = words;
  show(words);
  field.focus();
}

function build() {
  const made = document.createElement("dialog");
  made.className = "palette";
  made.setAttribute("aria-label", "搜索功能");
  const label = document.createElement("label");
  label.className = "palette-field";
  const field = document.createElement("input");
  field.type = "text";
  field.placeholder = "功能名称或拼音首字母，如 pwcq";
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-label", "搜索功能");
  field.setAttribute("aria-expanded", "true");
  field.setAttribute("aria-controls", "palette-list");
  label.append(field);
  const list = document.createElement("ul");
  list.id = "palette-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "功能");
  const foot = document.createElement("p");
  foot.className = "palette-foot";
  foot.textContent = "↑ ↓ 选择　Enter 打开　Esc 关闭";
  made.append(label, list, foot);
  document.body.append(made);
  field.addEventListener("input", () => show(field.value));
  field.addEventListener("keydown", onKey);
  made.addEventListener("click", (event) => {
    if (event.target === made) made.close();
  });
  return made;
}

function functions() {
  return [...document.querySelectorAll("#sidemenu a[data-find]")].map((link) => ({
    title: link.textContent.trim(),
    path: link.dataset.path ?? "",
    find: `${link.textContent.trim()} ${link.dataset.find}`.toLowerCase(),
    href: link.href,
  }));
}

function show(words) {
  const wanted = words.trim().toLowerCase().split(/\s+/).filter(Boolean);
  entries = functions().filter((entry) => wanted.every((word) => entry.find.includes(word)));
  chosen = 0;
  const list = dialog.querySelector("ul");
  list.replaceChildren(...entries.map(row));
  if (!entries.length) {
    const none = document.createElement("li");
    none.textContent = "没有这样的功能";
    list.append(none);
  }
  mark();
}

function row(entry, index) {
  const item = document.createElement("li");
  item.id = `palette-${index}`;
  item.setAttribute("role", "option");
  item.append(entry.title);
  const path = document.createElement("small");
  path.textContent = entry.path;
  item.append(path);
  item.addEventListener("click", () => go(entry));
  return item;
}

function onKey(event) {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (!entries.length) return;
    chosen = (chosen + (event.key === "ArrowDown" ? 1 : -1) + entries.length) % entries.length;
    mark();
  } else if (event.key === "Enter" && !event.isComposing) {
    event.preventDefault();
    if (entries[chosen]) go(entries[chosen]);
  }
}

function mark() {
  const items = dialog.querySelectorAll('[role="option"]');
  items.forEach((item, index) => item.setAttribute("aria-selected", String(index === chosen)));
  items[chosen]?.scrollIntoView({ block: "nearest" });
  dialog.querySelector("input").setAttribute("aria-activedescendant", items.length ? `palette-${chosen}` : "");
}

function go(entry) {
  dialog.close();
  window.location.href = entry.href;
}
