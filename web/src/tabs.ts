// Tabs that do not fit are pushed sideways: the current one is in sight when the page opens.

export function attach(element: HTMLElement): void {
  const current = element.querySelector<HTMLElement>("[aria-current]");
  if (current) element.scrollLeft = current.offsetLeft - (element.clientWidth - current.offsetWidth) / 2;
}
