// A table for a new batch: a file that is dropped anywhere in the box goes on by itself, as one that is chosen does.

const LONGEST_FIELD = 500_000; // characters
const form = document.querySelector("[data-table-form]");
const box = form.querySelector("[data-drop]");
const chooser = form.querySelector('input[type="file"]');

chooser.addEventListener("change", () => chooser.files.length && form.requestSubmit());

// A long text goes as a file would: as a field of a form it would be refused above 4 MB.
form.addEventListener("formdata", ({ formData }) => {
  const pasted = formData.get("pasted");
  if (pasted?.length > LONGEST_FIELD) formData.set("pasted", new File([pasted], "pasted.txt", { type: "text/plain" }));
});

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
