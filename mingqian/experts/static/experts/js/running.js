// The progress box asks for itself; once the work has ended, this page has become the result.
document.querySelector("[data-import-running]")?.addEventListener("htmx:afterSettle", (event) => {
  const box = event.currentTarget.querySelector("[id^=job-]") ?? event.currentTarget;
  if (!box.hasAttribute("aria-busy")) window.location.reload();
});
