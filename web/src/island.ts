// How islands are attached: an element says `data-island="map"`, its code is fetched when one is on the page.

export type Island = (element: HTMLElement) => void;

const LOADERS: Record<string, () => Promise<{ attach: Island }>> = {
  map: () => import("./map"),
  pad: () => import("./pad"),
  photos: () => import("./photos"),
  drop: () => import("./drop"),
  rows: () => import("./rows"),
  tabs: () => import("./tabs"),
  push: () => import("./push"),
  bell: () => import("./bell"),
  zone: () => import("./zone"),
};

export function attachAll(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLElement>("[data-island]:not([data-attached])")) {
    const load = LOADERS[element.dataset["island"] ?? ""];
    if (!load) continue;
    element.dataset["attached"] = "";
    void load().then((module) => module.attach(element));
  }
}

/** The JSON that a page left for an island in a script element inside it. */
export function told<T>(element: Element): T {
  return JSON.parse(element.querySelector('script[type="application/json"]')?.textContent ?? "{}") as T;
}

export function meta(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "";
}
