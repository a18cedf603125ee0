// Elements without markup strings: text stays text.

export type Child = Node | string | number | false | null | undefined;

const SVG = "http://www.w3.org/2000/svg";

export function h<K extends keyof HTMLElementTagNameMap>(
  name: K, attributes: Record<string, string | boolean | undefined | ((event: Event) => void)> = {}, ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(key, value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== false && child !== null && child !== undefined).map((child) => (typeof child === "number" ? String(child) : (child as Node | string))));
  return element;
}

export function icon(name: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/static/built/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

export function button(label: string, kind: string, sign: string, act: () => void): HTMLButtonElement {
  return h("button", { class: `button ${kind}`, type: "button", click: act }, sign ? icon(sign) : null, label);
}

export function field(label: string, input: HTMLElement, hint = ""): HTMLElement {
  const id = `f${Math.random().toString(36).slice(2)}`;
  input.id = id;
  return h("div", { class: "field" }, h("label", { for: id }, label), h("div", { class: "control" }, input), hint && h("p", { class: "hint" }, hint));
}

export function badge(text: string, tone: string, sign: string): HTMLElement {
  return h("span", { class: `badge ${tone}` }, icon(sign), text);
}
