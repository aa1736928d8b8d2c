// A transcript that is chosen or dropped is judged at once; the button stays for those without a script, and for
// those who are about to choose the one before it as well.
const form = document.querySelector("form[data-verify]");
const input = form?.querySelector("input[name=file]");
const before = form?.querySelector(".verify-previous");
input?.addEventListener("change", () => {
  if (input.files.length && !before.open) form.requestSubmit();
});
