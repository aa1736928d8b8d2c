// One question with two answers, instead of window.confirm.
export function ask(question, { danger = false, yes = "确定", no = "取消", title = "请确认" } = {}) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  const heading = document.createElement("h2");
  heading.textContent = title;
  heading.id = "dialog-title";
  dialog.setAttribute("aria-labelledby", heading.id);
  const body = document.createElement("p");
  body.className = "dialog-body";
  body.textContent = question;
  const foot = document.createElement("form");
  foot.method = "dialog";
  foot.className = "dialog-foot";
  const cancel = button(no, "no", "button");
  const accept = button(yes, "yes", danger ? "button danger primary" : "button primary");
  foot.append(cancel, accept);
  dialog.append(heading, body, foot);
  document.body.append(dialog);
  dialog.showModal();
  (danger ? cancel : accept).focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "yes");
      dialog.remove();
    });
  });
}

function button(text, value, className) {
  const element = document.createElement("button");
  element.textContent = text;
  element.value = value;
  element.className = className;
  return element;
}
