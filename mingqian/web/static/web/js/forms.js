// Forms: no double submit, no silent loss of what was typed, no stale errors, files shown by name.
import { ask } from "./dialog.js";

export function startForms() {
  document.addEventListener("submit", onSubmit);
  window.addEventListener("pageshow", (event) => {
    // Coming back from the browser's cache: the buttons of the old page must work again.
    if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(release);
  });
  for (const form of document.querySelectorAll("form[data-guard]")) guard(form);
  for (const zone of document.querySelectorAll(".dropzone")) dropzone(zone);
  document.addEventListener("input", (event) => clearError(event.target));
  document.addEventListener("invalid", (event) => event.target.closest(".field")?.classList.add("invalid"), true);
}

function onSubmit(event) {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  delete form.dataset.changed;
  event.submitter?.setAttribute("aria-busy", "true");
  // A download leaves the page standing; let its buttons go after a while.
  setTimeout(() => release(form), 8000);
}

function release(form) {
  delete form.dataset.sent;
  form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
}

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form");
  if (form) release(form);
});

function guard(form) {
  const changed = () => {
    form.dataset.changed = "yes";
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  if (form.querySelector(".error-summary")) changed();
  window.addEventListener("beforeunload", (event) => {
    if (form.dataset.changed && !form.dataset.sent) event.preventDefault();
  });
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[href]");
    if (!link || !form.dataset.changed || link.target || link.hasAttribute("download")) return;
    const url = new URL(link.href, window.location.href);
    const same = url.pathname === window.location.pathname && url.search === window.location.search;
    if (same || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (await ask("填写的内容还没有保存，离开后将丢失。", { title: "离开本页？", yes: "离开", no: "继续填写", danger: true })) {
      delete form.dataset.changed;
      window.location.href = link.href;
    }
  });
}

function clearError(control) {
  const field = control.closest?.(".field.invalid");
  if (!field) return;
  field.classList.remove("invalid");
  control.removeAttribute("aria-invalid");
}

function dropzone(zone) {
  const input = zone.querySelector("input[type=file]");
  if (!input) return;
  const words = zone.querySelector("[data-file-names]") ?? zone.querySelector("p, span");
  const original = words?.textContent;
  input.addEventListener("change", () => {
    const names = [...input.files].map((file) => `${file.name}（${size(file.size)}）`);
    if (words) words.textContent = names.length ? names.join("，") : original;
  });
  for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, () => zone.classList.add("over"));
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("over"));
}

function size(bytes) {
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
