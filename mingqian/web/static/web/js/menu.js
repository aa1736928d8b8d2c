// The side menu as a drawer on narrow screens. Without scripts the same drawer opens by its address (#sidemenu).
export function startMenu() {
  const menu = document.getElementById("sidemenu");
  if (!menu) return;
  const opener = document.querySelector("[data-menu-open]");
  const open = (event) => {
    event.preventDefault();
    menu.classList.add("open");
    menu.querySelector("[data-menu-close]")?.focus();
  };
  const close = (event) => {
    event?.preventDefault();
    if (!menu.classList.contains("open")) return;
    menu.classList.remove("open");
    opener?.focus();
  };
  opener?.addEventListener("click", open);
  for (const closer of document.querySelectorAll("[data-menu-close]")) closer.addEventListener("click", close);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
}
