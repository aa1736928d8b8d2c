// Tom Select for [data-picker] and [data-picker-url], flatpickr for [data-date]; plain controls without scripts.
/* global TomSelect, flatpickr */

export function startPickers(root) {
  for (const element of find(root, "[data-picker], [data-picker-url]")) picker(element);
  for (const element of find(root, "input[data-date]")) calendar(element);
}

function find(root, selector) {
  const found = [...root.querySelectorAll(selector)];
  if (root.matches?.(selector)) found.push(root);
  return found;
}

function picker(element) {
  if (element.tomselect || typeof TomSelect === "undefined") return;
  const url = element.dataset.pickerUrl;
  const several = element.multiple;
  const chooser = new TomSelect(element, {
    plugins: several ? { remove_button: { title: "移除", label: "×" } } : {},
    maxOptions: 200,
    maxItems: several ? Number(element.dataset.max) || null : 1,
    placeholder: element.getAttribute("placeholder") || (several ? "名称或拼音首字母" : undefined),
    searchField: ["text", "pinyin", "note"],
    valueField: "value",
    labelField: "text",
    hidePlaceholder: true,
    closeAfterSelect: !several,
    preload: url ? "focus" : false,
    loadThrottle: 250,
    load: url ? (query, done) => load(url, query, done) : undefined,
    // Matching by initials is the server's business; what it sends is shown.
    score: url ? () => () => 1 : undefined,
    render: {
      option: (item, escape) =>
        `<div class="option"><span>${escape(item.text)}</span>${item.note ? `<small>${escape(item.note)}</small>` : ""}</div>`,
      item: (item, escape) => `<div class="item">${escape(item.text)}</div>`,
      no_results: () => '<div class="no-results">没有匹配的内容</div>',
      loading: () => '<div class="no-results">正在查找…</div>',
    },
  });
  // The search box carries the label from here on; the hidden select would only be a nameless double.
  element.setAttribute("aria-hidden", "true");
  const label = element.id && document.querySelector(`label[for="${CSS.escape(element.id)}"]`);
  if (label) chooser.control_input.setAttribute("aria-label", label.textContent.replace(/\*|（必填）/g, "").trim());
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (element.hasAttribute(name)) chooser.control_input.setAttribute(name, element.getAttribute(name));
  }
}

async function load(url, query, done) {
  try {
    const address = new URL(url, window.location.href);
    address.searchParams.set("q", query);
    const answer = await fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    done(answer.ok ? (await answer.json()).results : []);
  } catch {
    done([]);
  }
}

function calendar(element) {
  if (element._flatpickr || typeof flatpickr === "undefined") return;
  const timed = element.dataset.date === "datetime";
  flatpickr(element, {
    locale: flatpickr.l10ns.zh ?? "default",
    allowInput: true,
    disableMobile: true,
    enableTime: timed,
    time_24hr: true,
    minuteIncrement: 5,
    dateFormat: timed ? "Y-m-d H:i" : "Y-m-d",
    minDate: element.dataset.min || null,
    maxDate: element.dataset.max || null,
    // Typing a day and leaving the field must count as choosing it.
    onClose: (_days, _text, instance) => {
      if (element.value) instance.setDate(element.value, true);
    },
  });
}
