// The keyboard first: / to search, j and k along a list, enter to open.

const TYPING = "input, textarea, select, [contenteditable]";

export function listenToKeys(page: Document): void {
  page.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.target as Element).closest(TYPING)) return;
    if (event.key === "/") {
      const search = page.querySelector<HTMLInputElement>('[data-shortcut="/"]');
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    } else if (event.key === "j" || event.key === "k") {
      move(page, event.key === "j" ? 1 : -1);
    }
  });
}

function move(page: Document, by: number): void {
  const rows = [...page.querySelectorAll<HTMLElement>('[data-island="rows"] tbody tr')];
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.classList.contains("at"));
  const next = rows[Math.min(Math.max(at + by, 0), rows.length - 1)]!;
  rows[at]?.classList.remove("at");
  next.classList.add("at");
  next.querySelector<HTMLElement>("a, button")?.focus();
  next.scrollIntoView({ block: "nearest" });
}
