// The driver's words in Romanian.

import type { Words } from "./fr";

export const ro: Words = {
  today: "Astăzi", stops: "Opriri", mine: "Înregistrările mele", officer: "Control", language: "Limbă", back: "Înapoi",
  pickup: "Încărcare", delivery: "Livrare", next: "Următoarea oprire", nothing: "Nicio oprire planificată", nothing_more: "Zi încheiată",
  navigate: "Navighează", call: "Sună", arrive: "Am ajuns", arrived: "Sosit la", depart: "Plec", departed: "Plecat la",
  sign_takeover: "Semnare la încărcare", sign_delivery: "Semnare la livrare", signed: "Semnat", window: "Interval", planned: "Planificat",
  instructions: "Instrucțiuni", requirements: "Cerințe", goods: "Marfă", weight: "Greutate", pallets: "Paleți", line: "Linie", reference: "Referință",
  check_goods: "Verifică marfa", no_reserve: "Fără rezerve", reserve: "Rezervă", add_reserve: "Adaugă o rezervă", whole: "Toată expediția",
  missing: "Lipsă", damaged: "Deteriorate", describe: "Spune ce, cât și unde", vague: "Prea vag: spune ce este deteriorat, cât și unde.", photo: "Adaugă o fotografie", remove: "Elimină",
  given: "Lăsați", returned: "Luați înapoi", refused_pallets: "Refuzați", broken: "Rupți", pallet_type: "Tip",
  signer: "Numele semnatarului", quality: "Funcția", sign_here: "Semnați aici", clear: "Șterge", typed: "Nu pot desena: numele scris este semnătura mea", nobody: "Nu are cine semna: semnez singur",
  driver_sign: "Semnătura șoferului", confirm: "Confirmă", need_name: "Lipsește numele semnatarului.", need_ink: "Lipsește semnătura.",
  problem: "Raportează o problemă", what: "Ce se întâmplă?", send: "Trimite", kept: "Salvat pe dispozitiv",
  delay: "Întârziere", damage: "Avarie", missing_goods: "Marfă lipsă", refused: "Refuz", access: "Fără acces", breakdown: "Pană", accident: "Accident", theft: "Furt", other: "Altele",
  online: "Online", offline: "Offline", waiting: "de trimis", all_sent: "Totul este trimis", send_now: "Trimite acum", seen_at: "Date din",
  refused_by: "Refuzat", retry: "Încearcă din nou", discard: "Renunță", sure: "Renunți la această înregistrare? Se va pierde.", reconnect: "Conectează-te din nou pentru a trimite", sign_in: "Conectare", sign_out: "Deconectare",
  consignment: "Scrisoare de trăsură", sender: "Expeditor", consignee: "Destinatar", carrier: "Transportator", vehicle: "Vehicul", trailer: "Remorcă", check: "Verifică", papers: "Documente la bord", valid_until: "Valabil până la", no_document: "Scrisoarea de trăsură nu a sosit încă",
  full: "Memorie plină: trimite întâi ce așteaptă.", loading: "Se încarcă…",
  national: "Scrisoare de trăsură națională", cmr: "Scrisoare de trăsură CMR", none_noted: "Nicio rezervă notată", by_link: "prin link și cod", collected: "preluată pe acest dispozitiv", clock_wrong: "Ora telefonului este greșită: potriviți-o",
  needs_tail_lift: "Lift hidraulic", needs_adr: "ADR (mărfuri periculoase)", needs_temperature: "Temperatură controlată", needs_crane: "Macara", needs_forklift: "Stivuitor", needs_moffett: "Stivuitor ambarcat", needs_tarpaulin: "Prelată", needs_box: "Dubă", needs_straps: "Chingi", needs_two_drivers: "Doi șoferi", needs_customs_seal: "Sigiliu vamal", needs_gdp: "GDP (medicamente)",
  ferry: "Feribot", changed: "Modificat", new_stop: "Oprire nouă", gone: "Oprire anulată", before: "Înainte:", seen: "Am văzut", transfer: "Transbordare", transfer_here: "Marfa schimbă camionul aici: nimic de semnat.",
  handover: "Schimbare de camion", successor: "Transportatorul următor", sign_take: "Preluați de la transportator", sign_give: "Predați transportatorului următor", no_next: "Transportatorul următor nu este încă desemnat",
  many_pallets: "{said} paleți pentru {counted} în scrisoarea de trăsură: numărul este corect?",
};
