// A party's number: made here, kept in this tab until the reveal, handed in as its commitment alone.
import { commitmentOf, fromHex, makeNonce, toHex } from "./nonce.js";
import { toast } from "../../web/js/toasts.js";

const PLACE = "fairdraw-nonce:";
const SAVED = "fairdraw-nonce-saved:";
const NO_STORE = "这个浏览器不允许网页保存数据，随机数无法留到揭示。请换一个浏览器，或在别处生成后只填承诺值。";

// The page of a refusal came by POST; loading it again must not send the form again.
if (document.querySelector("[data-refused], .reveal [aria-invalid]")) {
  history.replaceState(null, "", window.location.pathname.replace(/\/[^/]*$/, ""));
}
startContributing();
startKeeping();
startRevealing();
for (const done of document.querySelectorAll("[data-revealed]")) {
  sessionStorage.removeItem(PLACE + done.dataset.revealed);
  sessionStorage.removeItem(SAVED + done.dataset.revealed);
}

function startContributing() {
  const form = document.querySelector("[data-contribute]");
  if (!form) return;
  const place = PLACE + form.dataset.nonce;
  const field = form.querySelector("[data-commitment]");
  let working = false;
  form.addEventListener("submit", async (event) => {
    field.disabled = form.elements.way.value !== "device";
    if (field.disabled || field.value) return;
    event.preventDefault();
    if (working) return;
    working = true;
    try {
      // A number that is here already may have been handed in, only the answer was lost: it is used again.
      if (form.hasAttribute("data-refused")) sessionStorage.removeItem(place);
      const kept = sessionStorage.getItem(place);
      const nonce = kept ? fromHex(kept) : await makeNonce(form.querySelector("#way-words").value.trim());
      const commitment = await commitmentOf(nonce);
      sessionStorage.setItem(place, toHex(nonce));
      field.value = commitment;
      // While this event is still being told, browsers ignore another submission of the form.
      setTimeout(() => form.requestSubmit(event.submitter));
    } catch {
      complain(form);
    } finally {
      working = false;
    }
  });
  window.addEventListener("pageshow", () => {
    field.value = "";
  });
}

function complain(form) {
  const fault = form.querySelector("[data-nonce-fault]");
  fault.querySelector("span").textContent = NO_STORE;
  fault.hidden = false;
}

/** The number of this tab if it is the one behind the commitment, else "". */
async function keptIn(element, name) {
  const digits = sessionStorage.getItem(PLACE + name) ?? "";
  return digits && (await commitmentOf(fromHex(digits))) === element.dataset.commitment ? digits : "";
}

/**
 * Ask before the tab is closed on a number that exists nowhere else; the answer is a function to call once it does.
 * A form that is sent, or the page loading itself again, leaves the number where it is.
 */
function guard(element, name) {
  const mark = element.dataset.commitment.slice(0, 16);
  const off = new AbortController();
  if (sessionStorage.getItem(SAVED + name) === mark) return () => {};
  window.addEventListener("beforeunload", (event) => event.preventDefault(), { signal: off.signal });
  // On the window: whoever holds these events back has done so by then.
  window.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) off.abort();
  });
  window.addEventListener("htmx:beforeOnLoad", (event) => {
    if (!event.defaultPrevented && event.detail.xhr.getResponseHeader("HX-Refresh")) off.abort();
  });
  return () => {
    sessionStorage.setItem(SAVED + name, mark);
    off.abort();
  };
}

async function startKeeping() {
  const card = document.querySelector("[data-keep]");
  const digits = card && (await keptIn(card, card.dataset.keep));
  if (!digits) return;
  const saved = guard(card, card.dataset.keep);
  const words = digits.match(/.{1,8}/g).join(" ");
  const shown = card.querySelector("[data-keep-digits]");
  const masked = shown.textContent;
  const button = card.querySelector("[data-keep-show]");
  button.addEventListener("click", () => {
    const open = button.getAttribute("aria-pressed") !== "true";
    shown.textContent = open ? words : masked;
    button.setAttribute("aria-pressed", String(open));
    button.querySelector("span").textContent = open ? "隐藏" : "显示";
  });
  card.querySelector("[data-keep-copy]").addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(digits);
      saved();
      toast("已复制", "info");
    } catch {
      toast("浏览器不允许复制，请点按显示后手动选择", "warning");
    }
  });
  card.querySelector("[data-keep-print]").addEventListener("click", () => {
    card.querySelector("[data-keep-slip]").textContent = words;
    document.documentElement.classList.add("printing-slip");
    window.addEventListener("afterprint", () => document.documentElement.classList.remove("printing-slip"), { once: true });
    window.print();
    saved();
  });
  // Selected and copied by hand, where the browser does not let the button do it.
  shown.addEventListener("copy", () => shown.textContent === words && saved());
  card.hidden = false;
}

async function startRevealing() {
  const form = document.querySelector("[data-reveal]");
  const digits = form && (await keptIn(form, form.dataset.reveal));
  const field = form?.querySelector("input[name=nonce]");
  // What a person typed and was refused stays as it is.
  if (!digits || field.value) return;
  field.addEventListener("copy", guard(form, form.dataset.reveal));
  // As if the server had sent it: nothing here is lost by a reload.
  field.defaultValue = digits;
  form.querySelector("[data-reveal-found]").hidden = false;
  form.querySelector("[data-reveal-missing]").hidden = true;
}
