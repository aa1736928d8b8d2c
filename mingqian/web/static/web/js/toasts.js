// The words of the last deed float for a while at the top right; without scripts they stand on the page.
const STAY = 6000;
const ICONS = { success: "circle-check", warning: "alert-triangle", error: "alert-circle" };

export function startToasts() {
  for (const list of document.querySelectorAll("[data-messages]")) {
    for (const message of [...list.children]) {
      // Warnings and errors stay where they are until the page is left: they must not vanish unread.
      if (message.classList.contains("error") || message.classList.contains("warning")) continue;
      float(message);
    }
    if (!list.children.length) list.remove();
  }
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    const incident = event.detail.xhr.getResponseHeader("X-Request-ID");
    const words = { 403: "没有权限进行这项操作", 404: "没有找到这项内容", 409: "内容已被他人修改，请刷新页面", 413: "提交的内容过大" };
    toast(`${words[status] ?? "操作没有完成，请重试"}${incident ? `（事件编号 ${incident.toUpperCase()}）` : ""}`, "error");
  });
  document.addEventListener("htmx:sendError", () => toast("网络连接中断，请检查网络后重试", "error"));
}

export function toast(text, level = "info") {
  const message = document.createElement("div");
  message.className = `message ${level}`;
  const sprite = document.querySelector(".icon use")?.getAttribute("href")?.replace(/#.*/, "");
  if (sprite) message.append(picture(`${sprite}#${ICONS[level] ?? "info-circle"}`));
  const words = document.createElement("span");
  words.textContent = text;
  message.append(words);
  float(message);
}

function picture(address) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", address);
  svg.append(use);
  return svg;
}

function float(message) {
  let stack = document.querySelector(".toasts");
  if (!stack) {
    stack = document.createElement("div");
    stack.className = "toasts";
    stack.setAttribute("role", "status");
    document.body.append(stack);
  }
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = "×";
  close.setAttribute("aria-label", "关闭");
  close.addEventListener("click", () => message.remove());
  message.append(close);
  stack.append(message);
  if (!message.classList.contains("error")) setTimeout(() => message.remove(), STAY);
}
