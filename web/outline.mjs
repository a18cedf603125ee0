// Outlines of Europe's countries from Natural Earth (public domain), clipped, thinned and rounded for the map island.
import { readFileSync } from "node:fs";
import { feature } from "topojson-client";
import { presimplify, quantile, simplify } from "topojson-simplify";
import { topology } from "topojson-server";

const WEST = -13, EAST = 33, SOUTH = 34, NORTH = 62.5;
const HOME = "250"; // ISO 3166-1 numeric of France
const KEPT = 0.2; // share of points that thinning keeps

const inside = ([lon, lat]) => lon >= WEST && lon <= EAST && lat >= SOUTH && lat <= NORTH;

function rings(geometry) {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  return polygons.filter((polygon) => polygon[0].some(inside));
}

export function outline() {
  const atlas = JSON.parse(readFileSync("node_modules/world-atlas/countries-50m.json", "utf8"));
  const world = feature(atlas, atlas.objects.countries).features;
  const near = world
    .map((f) => ({ type: "Feature", properties: { id: f.id }, geometry: { type: "MultiPolygon", coordinates: rings(f.geometry) } }))
    .filter((f) => f.geometry.coordinates.length);
  const shared = presimplify(topology({ land: { type: "FeatureCollection", features: near } }));
  const thin = simplify(shared, quantile(shared, KEPT));
  const clamp = ([lon, lat]) => [
    Math.round(Math.min(Math.max(lon, WEST - 4), EAST + 4) * 50) / 50,
    Math.round(Math.min(Math.max(lat, SOUTH - 3), NORTH + 3) * 50) / 50,
  ];
  const distinct = (ring) => ring.filter((p, i) => !i || p[0] !== ring[i - 1][0] || p[1] !== ring[i - 1][1]);
  const lands = feature(thin, thin.objects.land).features.map((f) => ({
    home: f.properties.id === HOME,
    rings: f.geometry.coordinates.map((polygon) => distinct(polygon[0].map(clamp))).filter((ring) => ring.length > 3),
  }));
  return { source: "Natural Earth", lands: lands.filter((land) => land.rings.length) };
}
