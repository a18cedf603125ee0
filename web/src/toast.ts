// Short messages: they go by themselves after ten seconds, not while one points at them or stands in them.

const SHOWN_MS = 10_000;

export function closeToasts(root: ParentNode): void {
  for (const toast of root.querySelectorAll<HTMLElement>("[data-toast]:not([data-counting])")) count(toast);
}

function count(toast: HTMLElement): void {
  toast.dataset["counting"] = "";
  let timer = 0;
  const start = (): void => { timer = window.setTimeout(() => toast.remove(), SHOWN_MS); };
  const stop = (): void => window.clearTimeout(timer);
  toast.addEventListener("pointerenter", stop);
  toast.addEventListener("pointerleave", start);
  toast.addEventListener("focusin", stop);
  toast.addEventListener("focusout", start);
  toast.querySelector("[data-close]")?.addEventListener("click", () => toast.remove());
  if (!toast.closest(".static-toasts")) start();
}

export function say(text: string, undo?: { label: string; act: () => void }): void {
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.dataset["toast"] = "";
  toast.setAttribute("role", "status");
  const words = document.createElement("p");
  words.textContent = text;
  toast.append(words);
  if (undo) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = undo.label;
    button.addEventListener("click", () => { undo.act(); toast.remove(); });
    toast.append(button);
  }
  const place = document.getElementById("toasts") ?? document.body;
  for (const same of place.querySelectorAll<HTMLElement>("[data-toast]")) if (same.textContent === text) same.remove();
  place.append(toast);
  count(toast);
}
