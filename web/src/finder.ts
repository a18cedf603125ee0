// Ctrl-K: the search over everything as a dialog; arrow keys go through what was found, enter opens it.

import { meta } from "./island";
import { recent, type Opened } from "./recent";

const WAIT_MS = 200;

/** Open it from the header's link and by Ctrl-K (Cmd-K); without script the link leads to the same search. */
export function listenToFinder(page: Document): void {
  const link = page.querySelector<HTMLAnchorElement>("a[data-finder]");
  if (!link) return;
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(page, link);
  });
  page.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    const shown = page.querySelector<HTMLDialogElement>("dialog.finder-box");
    if (shown) shown.close();
    else if (!page.querySelector("dialog[open]")) open(page, link);
  });
}

/** The next of so many, round and round; nothing when there are none. */
export function stepped(at: number, by: number, count: number): number {
  return count ? (at + by + (at < 0 && by < 0 ? 1 : 0) + count) % count : -1;
}

function open(page: Document, link: HTMLAnchorElement): void {
  const said = link.dataset;
  const box = page.createElement("dialog");
  box.className = "finder-box";
  box.setAttribute("aria-label", said["name"] ?? "");
  const frame = page.createElement("div");
  frame.className = "control";
  const input = page.createElement("input");
  const list = page.createElement("div");
  const close = page.createElement("button");
  const told = page.createElement("p");
  Object.assign(input, { type: "search", autocomplete: "off", placeholder: said["placeholder"] ?? "" });
  const roles = {
    role: "combobox", "aria-label": said["name"] ?? "", "aria-autocomplete": "list",
    "aria-expanded": "true", "aria-controls": "finder-list", maxlength: "80",
  };
  for (const [name, value] of Object.entries(roles)) input.setAttribute(name, value);
  list.id = "finder-list";
  list.className = "stack tight";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", said["name"] ?? "");
  told.className = "told";
  told.setAttribute("role", "status");
  Object.assign(close, { type: "button", className: "button quiet small", textContent: said["close"] ?? "×" });
  close.addEventListener("click", () => box.close());
  frame.append(input, close);
  box.append(frame, told, list);

  let at = -1;
  let waiting = 0;
  let asking: AbortController | undefined;
  const options = (): HTMLAnchorElement[] => [...list.querySelectorAll<HTMLAnchorElement>("a")];
  const mark = (to: number): void => {
    const all = options();
    all[at]?.setAttribute("aria-selected", "false");
    at = to;
    const chosen = all[at];
    if (!chosen) { input.removeAttribute("aria-activedescendant"); return; }
    chosen.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", chosen.id);
    chosen.scrollIntoView({ block: "nearest" });
  };
  const show = (found: DocumentFragment): void => {
    const sentences = [...found.querySelectorAll("[role=status]")].map((one) => { one.remove(); return one.textContent ?? ""; });
    told.textContent = sentences.join(" ");
    list.replaceChildren(found);
    asListbox(list);
    at = -1;
    mark(options().length ? 0 : -1);
  };
  const ask = async (): Promise<void> => {
    asking?.abort();
    asking = new AbortController();
    const typed = input.value.trim();
    try {
      const answer = await fetch(`${link.pathname}?q=${encodeURIComponent(typed)}`, {
        headers: { "HX-Request": "true", accept: "text/html" }, signal: asking.signal,
      });
      const moved = answer.headers.get("HX-Redirect");
      if (moved) { location.assign(moved); return; }
      if (!answer.ok) { told.textContent = said["silent"] ?? ""; return; }
      const part = page.createElement("template");
      part.innerHTML = await answer.text();
      if (!typed) part.content.prepend(lately(page, said["recent"] ?? "", recent(meta("rt-owner"))));
      show(part.content);
    } catch (fault) {
      if ((fault as Error).name !== "AbortError") told.textContent = said["silent"] ?? "";
    }
  };
  input.addEventListener("input", () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => void ask(), WAIT_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      mark(stepped(at, event.key === "ArrowDown" ? 1 : -1, options().length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      options()[at]?.click();
    } else if (event.key === "Escape") {
      // A search field would only be emptied by it.
      event.preventDefault();
      box.close();
    }
  });
  box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
  box.addEventListener("close", () => { asking?.abort(); window.clearTimeout(waiting); box.remove(); });
  page.body.append(box);
  box.showModal();
  input.focus();
  void ask();
}

/** What was opened before, the latest first, as the server's groups look. */
function lately(page: Document, label: string, opened: Opened[]): Node {
  const section = page.createElement("section");
  if (!opened.length) return page.createDocumentFragment();
  section.className = "found";
  section.setAttribute("aria-labelledby", "found-0");
  const heading = page.createElement("h2");
  heading.id = "found-0";
  heading.textContent = label;
  const list = page.createElement("ul");
  list.className = "plain";
  for (const one of opened) {
    const item = page.createElement("li");
    const link = page.createElement("a");
    const name = page.createElement("b");
    link.href = one.path;
    name.textContent = one.label;
    link.append(name);
    if (one.kind) {
      const kind = page.createElement("small");
      kind.textContent = ` ${one.kind}`;
      link.append(kind);
    }
    item.append(link);
    list.append(item);
  }
  section.append(heading, list);
  return section;
}

/** The page's lists of links as one list of options in groups (ARIA combobox with a list box). */
function asListbox(list: HTMLElement): void {
  for (const section of list.querySelectorAll("section")) section.setAttribute("role", "group");
  for (const heading of list.querySelectorAll("h2")) heading.setAttribute("role", "presentation");
  for (const plain of list.querySelectorAll("ul, li")) plain.setAttribute("role", "presentation");
  list.querySelectorAll("a").forEach((link, index) => {
    link.id = `finder-${index}`;
    link.tabIndex = -1;
    link.setAttribute("role", "option");
    link.setAttribute("aria-selected", "false");
  });
}
