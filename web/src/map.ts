// A map without images: Europe's outline and roads as SVG, points, lines and circles on it, by pointer, wheel and keyboard.

import { told } from "./island";

interface MapPoint { lat: number; lon: number; label: string; tone?: string; href?: string; glyph?: string }
interface MapLine { points: [number, number][]; label: string }
interface MapCircle { lat: number; lon: number; radius_m: number; label: string }
interface Told { points: MapPoint[]; lines: MapLine[]; circles: MapCircle[]; words: Record<string, string> }
/** Roads as longitude and latitude of the first point in thousandths of a degree and the steps that follow; towns with
 * latitude, longitude and inhabitants. */
interface Tile { m: number[][]; r: number[][]; t: [string, number, number, number][] }
interface Outline { source: string; lands: { home: boolean; rings: [number, number][][] }[] }

const SVG = "http://www.w3.org/2000/svg";
const WORLD = 4096;
const EARTH_M = 40_075_016.686;
const DEG = Math.PI / 180;

/** Web Mercator on a square of 4096; y grows to the south. */
export function projected(lat: number, lon: number): [number, number] {
  const y = Math.log(Math.tan(Math.PI / 4 + (lat * DEG) / 2));
  return [((lon + 180) / 360) * WORLD, (0.5 - y / (2 * Math.PI)) * WORLD];
}

/** A ground distance in map units at a latitude. */
export function spread(metres: number, lat: number): number {
  return (metres / (EARTH_M * Math.cos(lat * DEG))) * WORLD;
}

export interface View { x: number; y: number; width: number }

/** The view that shows all places with air around them, at the box's shape; France when there are none. */
export function around(places: [number, number][], aspect: number): View {
  const shown = places.length ? places : [projected(51.2, -5.2), projected(42.2, 8.4)];
  const xs = shown.map((p) => p[0]);
  const ys = shown.map((p) => p[1]);
  const [west, east, north, south] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const width = Math.max((east - west) * 1.35, (south - north) * 1.5 * aspect, 6);
  return { x: (west + east) / 2 - width / 2, y: (north + south) / 2 - width / aspect / 2, width };
}

/** From how wide a view roads are drawn, in map units: main ones over some countries, all over some départements. */
const LEVELS = [{ name: "near", widest: 36, degrees: 1 }, { name: "main", widest: 370, degrees: 8 }] as const;
/** From this width on main roads are drawn thin: a country's lie close together. */
const FAR = 120;
type Level = (typeof LEVELS)[number]["name"];

/** The tiles of the road net that a view shows, by their names; none where it shows all of Europe. */
export function inSight(view: View, height: number): { level: Level | ""; tiles: string[] } {
  const level = LEVELS.find((one) => view.width <= one.widest);
  if (!level) return { level: "", tiles: [] };
  const { name, degrees } = level;
  const whole = (value: number): number => Math.floor(value / degrees) * degrees;
  const longitude = (x: number): number => (x / WORLD) * 360 - 180;
  const latitude = (y: number): number => Math.atan(Math.sinh((0.5 - y / WORLD) * 2 * Math.PI)) / DEG;
  const tiles: string[] = [];
  for (let lon = whole(longitude(view.x)); lon <= longitude(view.x + view.width); lon += degrees) {
    for (let lat = whole(latitude(view.y + height)); lat <= latitude(view.y); lat += degrees) tiles.push(`${name}_${lon}_${lat}`);
  }
  return { level: name, tiles };
}

/** Roads of a tile as a path in map units. */
export function roadPath(roads: number[][]): string {
  let path = "";
  for (const road of roads) {
    let lon = 0;
    let lat = 0;
    for (let n = 0; n < road.length; n += 2) {
      lon += road[n]!;
      lat += road[n + 1]!;
      const [x, y] = projected(lat / 1000, lon / 1000);
      path += `${n ? "L" : "M"}${x.toFixed(3)} ${y.toFixed(3)}`;
    }
  }
  return path;
}

type Box = [number, number, number, number];

/** Whether a box lies in the window and over no other. */
export function fits(box: Box, taken: Box[], wide: number, high: number): boolean {
  return box[0] >= 0 && box[1] >= 0 && box[2] <= wide && box[3] <= high
    && !taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]);
}

export interface Spot { x: number; y: number; width: number }
export type Side = "right" | "left" | "below" | "above" | "";
const TOOLS = { width: 60, height: 160 };
const PIN = 12;
const LINE = 16;

/**
 * On which side of its pin each label stands, in pixels of a window so wide and high: the first side where it is in
 * sight and hides neither the tools nor another pin or label; nowhere when there is none. What is taken in the end is
 * told in `taken`.
 */
export function sides(spots: Spot[], wide: number, high: number, taken: Box[] = []): Side[] {
  taken.push([wide - TOOLS.width, 0, wide, TOOLS.height], ...spots.map(({ x, y }): Box => [x - PIN, y - PIN, x + PIN, y + PIN]));
  return spots.map(({ x, y, width }) => {
    const boxes: [Side, Box][] = [
      ["right", [x + 17, y - LINE / 2, x + 17 + width, y + LINE / 2]],
      ["left", [x - 17 - width, y - LINE / 2, x - 17, y + LINE / 2]],
      ["below", [x - width / 2, y + 15, x + width / 2, y + 15 + LINE]],
      ["above", [x - width / 2, y - 15 - LINE, x + width / 2, y - 15]],
    ];
    const free = boxes.find(([, box]) => fits(box, taken, wide, high));
    if (free) taken.push(free[1]);
    return free?.[0] ?? "";
  });
}

/** With fewer pins on a map each stands alone, over others too. */
const FEW = 12;
/** Map units across, below which there is no closer to look. */
const CLOSEST = 0.8;

/** Pins that lie on each other, by their numbers: each group at the place of its first. */
export function clustered(spots: Spot[]): number[][] {
  const groups: { at: Spot; members: number[] }[] = [];
  spots.forEach((spot, n) => {
    const group = groups.find(({ at }) => Math.hypot(at.x - spot.x, at.y - spot.y) < 2 * PIN);
    if (group) group.members.push(n);
    else groups.push({ at: spot, members: [n] });
  });
  return groups.map(({ members }) => members);
}

/** Where a label's text begins on each side of its pin. */
const PLACES: Record<Exclude<Side, "">, Record<string, string | number>> = {
  right: { x: 17, y: 5 }, left: { x: -17, y: 5, "text-anchor": "end" },
  below: { x: 0, y: 28, "text-anchor": "middle" }, above: { x: 0, y: -19, "text-anchor": "middle" },
};

/** Towns that give the eye a hold, the greatest first (positions: Natural Earth, rounded). */
const TOWNS: [string, number, number][] = [
  ["Paris", 48.86, 2.35], ["Lyon", 45.76, 4.84], ["Marseille", 43.3, 5.37], ["Lille", 50.63, 3.06], ["Toulouse", 43.6, 1.44],
  ["Bordeaux", 44.84, -0.58], ["Nantes", 47.22, -1.55], ["Strasbourg", 48.58, 7.75], ["Bruxelles", 50.85, 4.35], ["Madrid", 40.42, -3.7],
  ["Barcelona", 41.39, 2.17], ["Milano", 45.46, 9.19], ["Torino", 45.07, 7.69], ["Genève", 46.2, 6.14], ["Zürich", 47.38, 8.54],
  ["Frankfurt", 50.11, 8.68], ["Köln", 50.94, 6.96], ["München", 48.14, 11.58], ["Hamburg", 53.55, 9.99], ["Berlin", 52.52, 13.4],
  ["Amsterdam", 52.37, 4.9], ["Rotterdam", 51.92, 4.48], ["London", 51.51, -0.13], ["Lisboa", 38.72, -9.14], ["Porto", 41.15, -8.61],
  ["Roma", 41.9, 12.5], ["Wien", 48.21, 16.37], ["Praha", 50.08, 14.44], ["Warszawa", 52.23, 21.01], ["Budapest", 47.5, 19.04],
  ["București", 44.43, 26.1], ["Rennes", 48.11, -1.68], ["Nice", 43.7, 7.27], ["Dijon", 47.32, 5.04], ["Clermont-Ferrand", 45.78, 3.09],
  ["Rouen", 49.44, 1.1], ["Reims", 49.26, 4.03], ["Tours", 47.39, 0.69], ["Metz", 49.12, 6.18], ["Perpignan", 42.7, 2.9],
  ["Brest", 48.39, -4.49], ["Bayonne", 43.49, -1.47], ["Grenoble", 45.19, 5.72], ["Orléans", 47.9, 1.91], ["Le Mans", 48.0, 0.2],
];

function drawn(name: string, attributes: Record<string, string | number>, text = ""): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  if (text) element.textContent = text;
  return element;
}

function ringPath(ring: [number, number][]): string {
  return ring.map(([lon, lat], i) => {
    const [x, y] = projected(lat, lon);
    return `${i ? "L" : "M"}${x.toFixed(2)} ${y.toFixed(2)}`;
  }).join("") + "Z";
}

let outline: Promise<Outline> | undefined;
const STROKE = { fill: "none", "stroke-linejoin": "round" };
const TILES = new Map<string, Promise<Tile>>();
const MOST_TOWNS = 40;

/** A tile of the road net, asked for once on a page; empty where it cannot be had: the map stands without. */
function tile(name: string): Promise<Tile> {
  const nothing: Tile = { m: [], r: [], t: [] };
  const asked = TILES.get(name) ?? fetch(`/static/roads/${name}`)
    .then((answer) => (answer.ok ? (answer.json() as Promise<Tile>) : nothing), () => nothing);
  TILES.set(name, asked);
  return asked;
}

export function attach(element: HTMLElement): void {
  const shown = told<Told>(element);
  const svg = drawn("svg", { tabindex: 0, role: "group", "aria-label": shown.words["help"] ?? "", preserveAspectRatio: "xMidYMid slice" }) as SVGSVGElement;
  const land = drawn("g", {});
  const net: Record<Level, SVGElement> = { main: drawn("g", {}), near: drawn("g", {}) };
  const over = drawn("g", {});
  svg.append(land, net.main, net.near, over);
  const known = new Map<string, Tile["t"]>();
  element.append(svg, tools());

  const places = [
    ...shown.points.map((p) => projected(p.lat, p.lon)),
    ...shown.lines.flatMap((l) => l.points.map(([lat, lon]) => projected(lat, lon))),
    ...shown.circles.flatMap((c) => {
      const [x, y] = projected(c.lat, c.lon);
      const r = spread(c.radius_m, c.lat);
      return [[x - r, y - r], [x + r, y + r]] as [number, number][];
    }),
  ];
  const aspect = (): number => element.clientWidth / Math.max(element.clientHeight, 1) || 1.6;
  let view = around(places, aspect());
  let soon = 0;

  outline ??= fetch("/static/built/outline.json").then((answer) => answer.json() as Promise<Outline>);
  void outline.then((world) => {
    for (const one of world.lands) {
      land.append(drawn("path", { class: one.home ? "land home" : "land", d: one.rings.map(ringPath).join("") }));
    }
    const source = document.createElement("span");
    source.className = "source";
    source.textContent = `${world.source} · © OpenStreetMap`;
    element.append(source);
  });

  function draw(): void {
    const height = view.width / aspect();
    svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${height}`);
    const unit = view.width / Math.max(element.clientWidth, 1);
    over.replaceChildren();
    for (const circle of shown.circles) {
      const [cx, cy] = projected(circle.lat, circle.lon);
      const fence = drawn("circle", { class: "fence", cx, cy, r: spread(circle.radius_m, circle.lat) });
      fence.append(drawn("title", {}, circle.label));
      over.append(fence);
    }
    for (const line of shown.lines) {
      const points = line.points.map(([lat, lon]) => projected(lat, lon).join(",")).join(" ");
      const road = drawn("polyline", { class: "road", points, ...STROKE });
      road.append(drawn("title", {}, line.label));
      over.append(road);
    }
    const spots = shown.points.map((point) => {
      const [x, y] = projected(point.lat, point.lon);
      return { x: (x - view.x) / unit, y: (y - view.y) / unit, width: point.label.length * 7.5 };
    });
    const taken: Box[] = [[0, element.clientHeight - 20, 200, element.clientHeight]]; // whose data it is
    const apart = shown.points.length <= FEW || view.width <= 2 * CLOSEST;
    const groups = apart ? spots.map((_, n) => [n]) : clustered(spots);
    const firsts = groups.map((members) => ({ ...spots[members[0]!]!, ...(members.length > 1 && { width: 0 }) }));
    const beside = sides(firsts, element.clientWidth, element.clientHeight, taken);
    roads(height);
    towns(height, unit, taken);
    groups.forEach((members, n) => over.append(members.length > 1 ? cluster(members, unit) : pin(shown.points[members[0]!]!, unit, beside[n]!)));
  }

  /** Show the roads of this view; what is not here yet comes, once the view has stood still for a moment. */
  function roads(height: number): void {
    const { level, tiles } = inSight(view, height);
    for (const one of LEVELS) net[one.name].setAttribute("visibility", one.name === level ? "visible" : "hidden");
    net.main.setAttribute("stroke-width", view.width > FAR ? "1.1" : "2.25");
    window.clearTimeout(soon);
    const missing = tiles.filter((name) => !known.has(name));
    if (!level || !missing.length) return;
    soon = window.setTimeout(() => void Promise.all(missing.map(async (name) => {
      const found = await tile(name);
      if (known.has(name)) return;
      known.set(name, found.t);
      net[level].append(
        drawn("path", { class: "net", d: roadPath(found.r), "stroke-width": 1, ...STROKE }),
        drawn("path", { class: "net", d: roadPath(found.m), ...STROKE, ...(level === "near" && { "stroke-width": 2.25 }) }),
      );
    })).then(draw), 120);
  }

  /** Names of towns, the greatest first, where they hide nothing. */
  function towns(height: number, unit: number, taken: Box[]): void {
    const { level, tiles } = inSight(view, height);
    const near = tiles.flatMap((name) => known.get(name) ?? []).sort((one, other) => other[3] - one[3]);
    let left = MOST_TOWNS;
    for (const [name, lat, lon] of level && near.length ? near : TOWNS) {
      const [x, y] = projected(lat, lon);
      const [across, top] = [(x - view.x) / unit, (y - view.y) / unit];
      const box: Box = [across - 4, top - 9, across + 10 + name.length * 6.8, top + 9];
      if (!left || !fits(box, taken, element.clientWidth, element.clientHeight)) continue;
      taken.push(box);
      left -= 1;
      const town = drawn("g", { transform: `translate(${x} ${y}) scale(${unit})`, "aria-hidden": "true" });
      town.append(drawn("circle", { class: "towndot", r: 2.5 }), drawn("text", { class: "town", x: 6, y: 4 }, name));
      over.append(town);
    }
  }

  function pin(point: MapPoint, unit: number, side: Side): SVGElement {
    const [x, y] = projected(point.lat, point.lon);
    const group = drawn(point.href ? "a" : "g", {
      class: `pin ${point.tone ?? ""}`, transform: `translate(${x} ${y}) scale(${unit})`,
      ...(point.href ? { href: point.href } : { role: "img", "aria-label": point.label }),
    });
    group.append(drawn("title", {}, point.label));
    group.append(drawn("circle", { r: 22, fill: "none", stroke: "none", "pointer-events": "all", opacity: 0 }));
    group.append(drawn("circle", { r: point.glyph ? 12 : 9 }));
    if (point.glyph) group.append(drawn("text", { class: "glyph", "text-anchor": "middle", y: 4.5, "aria-hidden": "true" }, point.glyph));
    if (side) group.append(drawn("text", PLACES[side], point.label));
    return group;
  }

  /** Several pins at one place of this view: how many, and closer at a press. */
  function cluster(members: number[], unit: number): SVGElement {
    const points = members.map((n) => shown.points[n]!);
    const all = points.map((point) => projected(point.lat, point.lon));
    const [x, y] = all[0]!;
    const tone = ["bad", "warn"].find((one) => points.some((point) => point.tone === one)) ?? "";
    const label = points.map((point) => point.label).join(", ");
    const group = drawn("g", { class: `pin cluster ${tone}`, transform: `translate(${x} ${y}) scale(${unit})`, role: "button", tabindex: 0, "aria-label": `${members.length} : ${label}` });
    group.append(drawn("title", {}, label), drawn("circle", { r: 22, fill: "none", stroke: "none", "pointer-events": "all", opacity: 0 }), drawn("circle", { r: 15 }));
    group.append(drawn("text", { class: "glyph", "text-anchor": "middle", y: 4.5, "aria-hidden": "true" }, String(members.length)));
    const closer = (): void => {
      const near = around(all, aspect());
      const width = Math.max(Math.min(near.width, view.width * 0.4), CLOSEST);
      view = { width, x: near.x + (near.width - width) / 2, y: near.y + (near.width - width) / aspect() / 2 };
      draw();
    };
    group.addEventListener("click", closer);
    group.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); closer(); } });
    return group;
  }

  function zoom(by: number, at = { x: 0.5, y: 0.5 }): void {
    const width = Math.min(Math.max(view.width * by, CLOSEST), 700);
    const held = { x: view.x + view.width * at.x, y: view.y + (view.width / aspect()) * at.y };
    view = { width, x: held.x - width * at.x, y: held.y - (width / aspect()) * at.y };
    draw();
  }

  function tools(): HTMLElement {
    const box = document.createElement("div");
    box.className = "tools";
    const add = (sign: string, word: string, act: () => void): void => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = sign;
      button.setAttribute("aria-label", word);
      button.addEventListener("click", act);
      box.append(button);
    };
    add("+", shown.words["in"] ?? "+", () => zoom(0.6));
    add("−", shown.words["out"] ?? "−", () => zoom(1 / 0.6));
    add("⤢", shown.words["all"] ?? "", () => { view = around(places, aspect()); draw(); });
    return box;
  }

  const fingers = new Map<number, { x: number; y: number }>();
  svg.addEventListener("pointerdown", (event) => {
    if ((event.target as Element).closest("a, .cluster")) return;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const other = [...fingers.entries()].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const was = Math.hypot(before.x - other.x, before.y - other.y);
      const is = Math.hypot(event.clientX - other.x, event.clientY - other.y);
      if (was && is) zoom(was / is);
    } else {
      const unit = view.width / element.clientWidth;
      view = { ...view, x: view.x - (event.clientX - before.x) * unit, y: view.y - (event.clientY - before.y) * unit };
      draw();
    }
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  });
  for (const end of ["pointerup", "pointercancel"] as const) svg.addEventListener(end, (event) => fingers.delete(event.pointerId));
  // The page scrolls under the wheel as ever; with ctrl, which is also a trackpad's pinch, the map grows.
  svg.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const box = svg.getBoundingClientRect();
    zoom(event.deltaY > 0 ? 1.2 : 1 / 1.2, { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height });
  }, { passive: false });
  svg.addEventListener("keydown", (event) => {
    const step = view.width * 0.12;
    const moves: Record<string, [number, number]> = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    const move = moves[event.key];
    if (move) { view = { ...view, x: view.x + move[0], y: view.y + move[1] }; draw(); }
    else if (event.key === "+" || event.key === "=") zoom(0.7);
    else if (event.key === "-") zoom(1 / 0.7);
    else return;
    event.preventDefault();
  });
  new ResizeObserver(() => draw()).observe(element);
  draw();
}
