// Files dropped on a label land in its input; what was chosen is said.

export function attach(element: HTMLElement): void {
  const input = element.querySelector<HTMLInputElement>("input[type=file]")!;
  const chosen = element.querySelector<HTMLElement>("[data-chosen]")!;
  const show = (): void => { chosen.textContent = [...(input.files ?? [])].map((file) => file.name).join(", "); };
  element.addEventListener("dragover", (event) => { event.preventDefault(); element.classList.add("over"); });
  element.addEventListener("dragleave", () => element.classList.remove("over"));
  element.addEventListener("drop", (event) => {
    event.preventDefault();
    element.classList.remove("over");
    if (event.dataTransfer?.files.length) { input.files = event.dataTransfer.files; show(); }
  });
  input.addEventListener("change", show);
}
