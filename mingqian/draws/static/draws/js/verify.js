// A transcript that is chosen or dropped is judged at once; the button stays for those without a script.
const form = document.querySelector("form[data-verify]");
const input = form?.querySelector("input[type=file]");
input?.addEventListener("change", () => {
  if (input.files.length) form.requestSubmit();
});
