// The form of an application: autosave's answers, errors at their fields, files and people sent as soon as chosen.
// Without this script every deed is a button and the draft is saved by 保存草稿.

const form = document.getElementById("application-form");

if (form) {
  tellTime();
  followAutosave();
  sendWhenChosen();
  reloadWhenTheFrameChanges();
  markSections();
}

// The form's own clock: a late autosave must not win over a newer post of the same form.
function tellTime() {
  const tick = form.querySelector('input[name="tick"]');
  const now = () => {
    tick.value = String(Date.now());
  };
  form.addEventListener("submit", now, true);
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt !== form) return;
    now();
    event.detail.parameters.tick = tick.value;
  });
}

function followAutosave() {
  document.addEventListener("draft-saved", (event) => {
    delete form.dataset.changed;
    showErrors(event.detail.errors ?? {});
    form.dispatchEvent(new CustomEvent("seats-counted"));
  });
  // 409 carries the notice that somebody else saved; htmx would drop it.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status !== 409) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  });
  // A part in which somebody is typing is left alone until the next time.
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const active = document.activeElement;
    const typing = active && active.matches("input, textarea, select") && event.detail.target.contains(active);
    if (typing) event.detail.shouldSwap = false;
  });
}

function showErrors(errors) {
  for (const old of form.querySelectorAll(".field-error[data-live]")) old.remove();
  for (const [name, message] of Object.entries(errors)) {
    const field = document.getElementById(`id_${name}-field`);
    const input = document.getElementById(`id_${name}`);
    if (!field || !input) continue;
    field.classList.add("invalid");
    input.setAttribute("aria-invalid", "true");
    if (field.querySelector(".field-error")) continue;
    const words = document.createElement("p");
    words.className = "field-error";
    words.dataset.live = "yes";
    words.textContent = message;
    field.append(words);
  }
}

function sendWhenChosen() {
  for (const chooser of form.querySelectorAll("[data-submit-with]")) {
    const button = document.getElementById(chooser.dataset.submitWith);
    chooser.addEventListener("change", (event) => {
      event.stopPropagation();
      if (chooser.value) form.requestSubmit(button);
    });
    // Its own input events are no change of the draft.
    chooser.addEventListener("input", (event) => event.stopPropagation());
  }
}

// Another committee, year or way makes another grid: the page is loaded anew with the draft saved.
function reloadWhenTheFrameChanges() {
  form.addEventListener("change", (event) => {
    if (!["committee", "mode"].includes(event.target.name)) return;
    event.stopPropagation();
    const save = document.createElement("button");
    save.type = "submit";
    save.name = "deed";
    save.value = event.target.name === "mode" ? "save:2" : "save:1";
    save.hidden = true;
    form.append(save);
    form.requestSubmit(save);
  });
}

function markSections() {
  const contents = document.getElementById("contents");
  if (!contents || !("IntersectionObserver" in window)) return;
  const seen = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        for (const link of document.querySelectorAll("#contents a")) {
          if (link.hash === `#${entry.target.id}`) link.setAttribute("aria-current", "true");
          else link.removeAttribute("aria-current");
        }
      }
    },
    { rootMargin: "-20% 0px -70% 0px" },
  );
  for (const section of form.querySelectorAll("section.card[id]")) seen.observe(section);
}
