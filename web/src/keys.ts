// The keyboard first: / to search, j and k along a list, enter to open, ctrl-k to go anywhere.

const TYPING = "input, textarea, select, [contenteditable]";

export function listenToKeys(page: Document): void {
  page.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "k") {
      event.preventDefault();
      openPalette(page);
      return;
    }
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

interface Place { label: string; href: string }

export function matching(places: Place[], typed: string): Place[] {
  const plain = (text: string): string => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  const words = plain(typed).split(/\s+/).filter(Boolean);
  return places.filter((place) => words.every((word) => plain(place.label).includes(word)));
}

function openPalette(page: Document): void {
  const open = page.getElementById("palette");
  if (open) { open.remove(); return; }
  const places: Place[] = [...page.querySelectorAll<HTMLAnchorElement>(".side nav a, .tabs a, td a.row-link")]
    .map((link) => ({ label: link.textContent?.trim() ?? "", href: link.href }));
  const box = page.createElement("div");
  box.id = "palette";
  box.setAttribute("popover", "auto");
  box.setAttribute("role", "dialog");
  const frame = page.createElement("div");
  frame.className = "control";
  const input = page.createElement("input");
  input.type = "search";
  input.setAttribute("aria-label", "Ctrl+K");
  frame.append(input);
  const list = page.createElement("ul");
  list.className = "plain stack tight";
  const draw = (): void => {
    list.replaceChildren(...matching(places, input.value).slice(0, 8).map((place) => {
      const item = page.createElement("li");
      const link = page.createElement("a");
      link.className = "button quiet";
      link.href = place.href;
      link.textContent = place.label;
      item.append(link);
      return item;
    }));
  };
  input.addEventListener("input", draw);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") list.querySelector<HTMLAnchorElement>("a")?.click();
  });
  box.addEventListener("toggle", (event) => { if ((event as ToggleEvent).newState === "closed") box.remove(); });
  box.append(frame, list);
  page.body.append(box);
  draw();
  box.showPopover();
  input.focus();
}
