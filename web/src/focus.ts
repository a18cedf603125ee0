// Windows over the page: the focus goes into one that opens; the browser takes it back when it closes.

const FIRST = "[autofocus], input:not([type=hidden]), select, textarea, a[href], button:not([popovertarget])";

export function followFocus(page: Document): void {
  page.addEventListener("toggle", (event) => {
    const box = event.target;
    if (!(box instanceof HTMLElement) || !box.hasAttribute("popover") || (event as ToggleEvent).newState !== "open") return;
    const close = box.querySelector<HTMLElement>("button");
    if (!box.contains(page.activeElement)) (box.querySelector<HTMLElement>(FIRST) ?? close)?.focus();
  }, true);
}
