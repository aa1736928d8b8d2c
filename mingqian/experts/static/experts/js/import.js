// Tells a file that is too large or no workbook before it is sent; the server judges again.
const form = document.querySelector("[data-import-form]");
const input = form?.querySelector("input[type=file]");

if (input) {
  const error = document.getElementById("id_file-error");
  const words = error.querySelector("[data-file-error]");
  const most = Number(input.dataset.mostBytes);

  const fault = () => {
    const file = input.files[0];
    if (!file) return "请选择名册文件。";
    if (file.size > most) {
      return `文件有 ${(file.size / 1024 / 1024).toFixed(1)} MB，超过 ${most / 1024 / 1024} MB 的上限。请删去图片和无关的工作表，或分成几个文件分次导入。`;
    }
    if (!/\.xlsx$/i.test(file.name)) return "只接受扩展名为 .xlsx 的文件。请在 Excel 或 WPS 中另存为「Excel 工作簿 (*.xlsx)」。";
    return "";
  };
  const tell = (text) => {
    words.textContent = text;
    error.hidden = !text;
    input.closest(".field").classList.toggle("invalid", Boolean(text));
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    return text;
  };
  input.addEventListener("change", () => tell(fault()));
  // Before the page's own guard against double submit marks the form as sent.
  form.addEventListener(
    "submit",
    (event) => {
      if (!tell(fault())) return;
      event.preventDefault();
      event.stopPropagation();
      input.focus();
    },
    true,
  );
}
