// The reviewer's page: the foot says what will be submitted, the opinion counts its characters.
const form = document.getElementById("decision-form");
const state = document.querySelector("#decision-state span");
const opinion = form?.querySelector('textarea[name="opinion"]');

if (form && state && opinion) {
  const rest = state.textContent;
  const hint = document.getElementById("id_opinion-hint");
  const advice = hint?.textContent ?? "";
  const tell = () => {
    const chosen = form.querySelector('input[name="decision"]:checked');
    const label = chosen?.closest("label")?.querySelector("strong")?.textContent;
    const reasons = form.querySelectorAll('input[name="reasons"]:checked').length;
    const returned = chosen?.value === "RETURN";
    state.textContent = label ? `结论：${label}${returned ? `，原因 ${reasons} 条` : ""}·${rest}` : rest;
    if (hint) hint.textContent = `已写 ${[...opinion.value.trim()].length} 字，${advice}`;
  };
  form.addEventListener("input", tell);
  form.addEventListener("change", tell);
  tell();
}
