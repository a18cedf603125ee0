// A list that is read by key: enter opens the row, a click beside its links does too.

export function attach(element: HTMLElement): void {
  element.addEventListener("click", (event) => {
    const target = event.target as HTMLElement;
    if (target.closest("a, button, input, label") || getSelection()?.toString()) return;
    target.closest("tr")?.querySelector<HTMLAnchorElement>("a.row-link")?.click();
  });
  const filter = element.dataset["filter"];
  const input = filter ? document.querySelector<HTMLInputElement>(filter) : null;
  input?.addEventListener("input", () => {
    const wanted = input.value.toLowerCase();
    for (const row of element.querySelectorAll<HTMLElement>("tbody tr")) {
      row.hidden = !(row.textContent ?? "").toLowerCase().includes(wanted);
    }
  });
}
