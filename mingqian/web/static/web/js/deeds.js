// Small deeds named by attributes: print, copy, show a password, full screen, confirm, close popovers.
import { ask } from "./dialog.js";
import { toast } from "./toasts.js";

export function startDeeds() {
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", closeOnEscape);
  document.querySelector("[data-focus]")?.focus({ preventScroll: true });
}

function onClick(event) {
  const target = event.target.closest("[data-print], [data-copy], [data-toggle-password], [data-fullscreen], [data-confirm]");
  closePopovers(event.target);
  if (!target) return;
  if (target.matches("[data-print]")) window.print();
  else if (target.matches("[data-copy]")) copy(target.dataset.copy);
  else if (target.matches("[data-toggle-password]")) togglePassword(target);
  else if (target.matches("[data-fullscreen]")) toggleFullScreen();
  else if (target.matches("[data-confirm]") && !target.dataset.confirmed) {
    event.preventDefault();
    confirmThen(target);
  }
}

async function confirmThen(target) {
  if (!(await ask(target.dataset.confirm, { danger: target.classList.contains("danger") }))) return;
  target.dataset.confirmed = "yes";
  target.click();
  delete target.dataset.confirmed;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("已复制", "info");
  } catch {
    toast("浏览器不允许复制，请手动选择文字", "warning");
  }
}

function togglePassword(button) {
  const input = document.getElementById(button.dataset.togglePassword);
  if (!input) return;
  const shown = input.type === "password";
  input.type = shown ? "text" : "password";
  button.setAttribute("aria-label", shown ? "隐藏密码" : "显示密码");
  const use = button.querySelector("use");
  use?.setAttribute("href", use.getAttribute("href").replace(/#.*/, shown ? "#eye-off" : "#eye"));
}

function toggleFullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.();
}

function closePopovers(inside) {
  for (const open of document.querySelectorAll("details.popover[open]")) {
    if (!open.contains(inside)) open.open = false;
  }
}

function closeOnEscape(event) {
  if (event.key !== "Escape") return;
  for (const open of document.querySelectorAll("details.popover[open]")) {
    open.open = false;
    open.querySelector("summary")?.focus();
  }
}
