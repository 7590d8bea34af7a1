// A table for a new batch: a file that is dropped anywhere in the box goes on by itself, as one that is chosen does.

const form = document.querySelector("[data-table-form]");
const box = form.querySelector("[data-drop]");
const chooser = form.querySelector('input[type="file"]');

chooser.addEventListener("change", () => chooser.files.length && form.requestSubmit());

for (const name of ["dragenter", "dragover"]) box.addEventListener(name, over);
box.addEventListener("dragleave", (event) => box.contains(event.relatedTarget) || delete box.dataset.over);
box.addEventListener("drop", (event) => {
  event.preventDefault();
  delete box.dataset.over;
  if (!event.dataTransfer.files.length) return;
  chooser.files = event.dataTransfer.files;
  form.requestSubmit();
});

function over(event) {
  if (![...event.dataTransfer.types].includes("Files")) return;
  event.preventDefault();
  box.dataset.over = "";
}
