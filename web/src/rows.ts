// A list that is read by key: enter opens the row, a click beside its links does too; rows are chosen and counted.

export function attach(element: HTMLElement): void {
  element.addEventListener("click", (event) => {
    const target = event.target as HTMLElement;
    if (target.closest("a, button, input, label") || getSelection()?.toString()) return;
    target.closest("tr")?.querySelector<HTMLAnchorElement>("a.row-link")?.click();
  });
  counting(element);
  const filter = element.dataset["filter"];
  const input = filter ? document.querySelector<HTMLInputElement>(filter) : null;
  input?.addEventListener("input", () => {
    const wanted = input.value.toLowerCase();
    for (const row of element.querySelectorAll<HTMLElement>("tbody tr")) {
      row.hidden = !(row.textContent ?? "").toLowerCase().includes(wanted);
    }
  });
}

/** The box in the head chooses every row; how many are chosen stands in the bar of the same form. */
function counting(element: HTMLElement): void {
  const all = element.querySelector<HTMLInputElement>("[data-all]");
  const boxes = [...element.querySelectorAll<HTMLInputElement>("tbody td input[type=checkbox]")];
  const told = (boxes[0]?.form ?? element.closest("form"))?.querySelector<HTMLElement>("[data-chosen]");
  if (!all || !told) return;
  const count = (): void => {
    const chosen = boxes.filter((box) => box.checked).length;
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
    const said = told.dataset[chosen === 0 ? "none" : chosen === 1 ? "one" : "many"] ?? "";
    told.textContent = said.replace("#", String(chosen));
  };
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    count();
  });
  element.addEventListener("change", count);
  count();
}
