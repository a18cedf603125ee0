// A signature drawn with finger, pen or mouse, kept as one SVG path in the pad's 500 × 200 box.

export type Point = [number, number];

/** Strokes as an SVG path, tenths of a unit kept; a dot is a line of no length, which round caps show. */
export function inked(strokes: Point[][]): string {
  const round = (n: number): number => Math.round(n * 10) / 10;
  return strokes
    .filter((stroke) => stroke.length)
    .map((stroke) => {
      const [first, ...rest] = stroke as [Point, ...Point[]];
      const line = rest.length ? rest : [first];
      return `M${round(first[0])} ${round(first[1])}` + line.map(([x, y]) => `L${round(x)} ${round(y)}`).join("");
    })
    .join("");
}

/** Whether enough was drawn to be a signature and not a touch by mistake: some way, and not all in one place. */
export function drawn(strokes: Point[][]): boolean {
  const points = strokes.flat();
  const span = (values: number[]): number => (values.length ? Math.max(...values) - Math.min(...values) : 0);
  if (Math.max(span(points.map(([x]) => x)), span(points.map(([, y]) => y))) < 20) return false;
  let length = 0;
  for (const stroke of strokes) {
    for (let i = 1; i < stroke.length; i++) length += Math.hypot(stroke[i]![0] - stroke[i - 1]![0], stroke[i]![1] - stroke[i - 1]![1]);
  }
  return length > 60;
}

export function attach(element: HTMLElement): void {
  const pad = element.querySelector<SVGSVGElement>(".pad > svg")!;
  const ink = element.querySelector<SVGPathElement>("[data-ink]")!;
  const path = element.querySelector<HTMLInputElement>("[data-path]");
  const typed = element.querySelector<HTMLInputElement>("[data-typed]");
  let strokes: Point[][] = [];
  const tell = (): void => {
    const line = inked(strokes);
    ink.setAttribute("d", line);
    if (path) path.value = typed?.checked ? "typed" : drawn(strokes) ? line : "";
    element.dispatchEvent(new CustomEvent("rt:signed", { detail: path?.value ?? line, bubbles: true }));
  };
  const at = (event: PointerEvent): Point => {
    const box = pad.getBoundingClientRect();
    return [((event.clientX - box.left) * 500) / box.width, ((event.clientY - box.top) * 200) / box.height];
  };
  pad.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    pad.setPointerCapture(event.pointerId);
    strokes.push([at(event)]);
    tell();
  });
  pad.addEventListener("pointermove", (event) => {
    if (!pad.hasPointerCapture(event.pointerId)) return;
    const stroke = strokes.at(-1)!;
    for (const step of event.getCoalescedEvents?.() ?? [event]) stroke.push(at(step));
    tell();
  });
  element.querySelector("[data-clear]")?.addEventListener("click", () => { strokes = []; if (typed) typed.checked = false; tell(); });
  typed?.addEventListener("change", tell);
}
