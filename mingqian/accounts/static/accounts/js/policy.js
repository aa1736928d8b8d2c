// Ticks the lines of the password policy as one types. The server decides; this only shows what it will say.
const list = document.querySelector("[data-policy-for]");
const input = list && document.getElementById(list.dataset.policyFor);

const judges = {
  length: (password, least) => [...password].length >= Number(least),
  classes: (password, least) =>
    [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/].filter((kind) => kind.test(password)).length >= Number(least),
  "no-username": (password) => !password.toLowerCase().includes(list.dataset.username.toLowerCase()),
  "no-common": (password) => !list.dataset.common.split(" ").some((word) => password.toLowerCase().includes(word)),
  again: (password, _least, line) => document.getElementById(line.dataset.again).value === password,
};

function judge(line, password) {
  const key = line.dataset.line;
  if (key in judges) return judges[key](password, 0, line);
  const [kind, least] = key.split("-");
  return judges[kind](password, least, line);
}

function update() {
  const password = input.value;
  for (const line of list.querySelectorAll("[data-line]")) {
    const met = password !== "" && judge(line, password);
    line.classList.toggle("met", met);
    line.classList.toggle("unmet", password !== "" && !met);
    line.querySelector("[data-verdict]").textContent = password === "" ? "" : met ? "：已满足" : "：未满足";
  }
}

if (input) {
  input.form.addEventListener("input", update);
  input.setAttribute("aria-describedby", `${input.getAttribute("aria-describedby") ?? ""} ${list.id}`.trim());
  update();
  const show = document.querySelector("[data-show-passwords]");
  show?.addEventListener("change", () => {
    for (const field of input.form.querySelectorAll('input[autocomplete$="password"]')) field.type = show.checked ? "text" : "password";
  });
}
