// The driver's words in Dutch.

import type { Words } from "./fr";

export const nl: Words = {
  today: "Vandaag", stops: "Stops", mine: "Mijn invoer", officer: "Controle", language: "Taal", back: "Terug",
  pickup: "Laden", delivery: "Lossen", next: "Volgende stop", nothing: "Geen stop gepland", nothing_more: "Dag afgerond",
  navigate: "Navigeren", call: "Bellen", arrive: "Ik ben er", arrived: "Aangekomen om", depart: "Ik vertrek", departed: "Vertrokken om",
  sign_takeover: "Laden laten tekenen", sign_delivery: "Levering laten tekenen", signed: "Getekend", window: "Tijdvak", planned: "Gepland",
  instructions: "Aanwijzingen", requirements: "Eisen", goods: "Goederen", weight: "Gewicht", pallets: "Pallets", line: "Regel", reference: "Referentie",
  check_goods: "Goederen controleren", no_reserve: "Zonder voorbehoud", reserve: "Voorbehoud", add_reserve: "Voorbehoud toevoegen", whole: "Hele zending",
  missing: "Ontbreekt", damaged: "Beschadigd", describe: "Zeg wat, hoeveel, waar", vague: "Te vaag: zeg wat beschadigd is, hoeveel en waar.", photo: "Foto toevoegen", remove: "Verwijderen",
  given: "Achtergelaten", returned: "Meegenomen", refused_pallets: "Geweigerd", broken: "Kapot", pallet_type: "Type",
  signer: "Naam van de ondertekenaar", quality: "Functie", sign_here: "Teken hier", clear: "Wissen", typed: "Ik kan niet tekenen: mijn getypte naam geldt als handtekening", nobody: "Niemand om te tekenen: ik teken alleen",
  driver_sign: "Handtekening chauffeur", confirm: "Bevestigen", need_name: "De naam van de ondertekenaar ontbreekt.", need_ink: "De handtekening ontbreekt.",
  problem: "Probleem melden", what: "Wat is er aan de hand?", send: "Versturen", kept: "Opgeslagen op het toestel",
  delay: "Vertraging", damage: "Schade", missing_goods: "Ontbrekende goederen", refused: "Weigering", access: "Geen toegang", breakdown: "Pech", accident: "Ongeval", theft: "Diefstal", other: "Anders",
  online: "Online", offline: "Offline", waiting: "te versturen", all_sent: "Alles verstuurd", send_now: "Nu versturen", seen_at: "Gegevens van",
  refused_by: "Geweigerd", retry: "Opnieuw", discard: "Weggooien", sure: "Deze invoer weggooien? Hij gaat verloren.", reconnect: "Meld u opnieuw aan om te versturen", sign_in: "Aanmelden", sign_out: "Afmelden",
  consignment: "Vrachtbrief", sender: "Afzender", consignee: "Geadresseerde", carrier: "Vervoerder", vehicle: "Voertuig", trailer: "Oplegger", check: "Controleren", papers: "Documenten aan boord", valid_until: "Geldig tot", no_document: "Vrachtbrief nog niet ontvangen",
  full: "Geheugen vol: verstuur eerst wat wacht.", loading: "Laden…",
  national: "Nationale vrachtbrief", cmr: "CMR-vrachtbrief", none_noted: "Geen voorbehoud genoteerd", by_link: "met link en code", collected: "op dit toestel getekend", clock_wrong: "De klok van de telefoon loopt verkeerd: zet hem goed",
  needs_tail_lift: "Laadklep", needs_adr: "ADR (gevaarlijke stoffen)", needs_temperature: "Temperatuurgecontroleerd", needs_crane: "Kraan", needs_forklift: "Heftruck", needs_moffett: "Meeneemheftruck", needs_tarpaulin: "Zeil", needs_box: "Gesloten bak", needs_straps: "Spanbanden", needs_two_drivers: "Twee chauffeurs", needs_customs_seal: "Douaneverzegeling", needs_gdp: "GDP (geneesmiddelen)",
  ferry: "Veerboot", changed: "Gewijzigd", new_stop: "Nieuwe stop", gone: "Stop vervallen", before: "Eerder:", seen: "Gezien", transfer: "Overslag", transfer_here: "De goederen gaan hier over op een andere wagen: niets te tekenen.",
  handover: "Overlading", successor: "Volgende vervoerder", sign_take: "Overnemen van de vervoerder", sign_give: "Overdragen aan de volgende vervoerder", no_next: "De volgende vervoerder is nog niet bekend",
  many_pallets: "{said} pallets voor {counted} op de vrachtbrief: klopt dat?",
};
