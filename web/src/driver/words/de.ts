// The driver's words in German.

import type { Words } from "./fr";

export const de: Words = {
  today: "Heute", stops: "Stopps", mine: "Meine Einträge", officer: "Kontrolle", language: "Sprache", back: "Zurück",
  pickup: "Abholung", delivery: "Zustellung", next: "Nächster Stopp", nothing: "Kein Stopp geplant", nothing_more: "Tag beendet",
  navigate: "Navigieren", call: "Anrufen", arrive: "Ich bin da", arrived: "Angekommen um", depart: "Ich fahre weiter", departed: "Abgefahren um",
  sign_takeover: "Abholung unterschreiben lassen", sign_delivery: "Zustellung unterschreiben lassen", signed: "Unterschrieben", window: "Zeitfenster", planned: "Geplant",
  instructions: "Hinweise", requirements: "Anforderungen", goods: "Ware", weight: "Gewicht", pallets: "Paletten", line: "Position", reference: "Referenz",
  check_goods: "Ware prüfen", no_reserve: "Ohne Vorbehalt", reserve: "Vorbehalt", add_reserve: "Vorbehalt hinzufügen", whole: "Gesamte Sendung",
  missing: "Fehlmenge", damaged: "Beschädigt", describe: "Was, wie viel, wo", vague: "Zu ungenau: Was ist beschädigt, wie viel und wo?", photo: "Foto hinzufügen", remove: "Entfernen",
  given: "Abgegeben", returned: "Zurückgenommen", refused_pallets: "Abgelehnt", broken: "Defekt", pallet_type: "Typ",
  signer: "Name des Unterzeichners", quality: "Funktion", sign_here: "Hier unterschreiben", clear: "Löschen", typed: "Ich kann nicht zeichnen: mein getippter Name gilt als Unterschrift", nobody: "Niemand da: ich unterschreibe allein",
  driver_sign: "Unterschrift des Fahrers", confirm: "Bestätigen", need_name: "Der Name des Unterzeichners fehlt.", need_ink: "Die Unterschrift fehlt.",
  problem: "Problem melden", what: "Was ist los?", send: "Senden", kept: "Auf dem Gerät gespeichert",
  delay: "Verspätung", damage: "Schaden", missing_goods: "Fehlende Ware", refused: "Ablehnung", access: "Kein Zugang", breakdown: "Panne", accident: "Unfall", theft: "Diebstahl", other: "Anderes",
  online: "Online", offline: "Offline", waiting: "zu senden", all_sent: "Alles gesendet", send_now: "Jetzt senden", seen_at: "Daten von",
  refused_by: "Abgelehnt", retry: "Erneut versuchen", discard: "Verwerfen", sure: "Diesen Eintrag verwerfen? Er geht verloren.", reconnect: "Zum Senden neu anmelden", sign_in: "Anmelden", sign_out: "Abmelden",
  consignment: "Frachtbrief", sender: "Absender", consignee: "Empfänger", carrier: "Frachtführer", vehicle: "Fahrzeug", trailer: "Anhänger", check: "Prüfen", papers: "Bordpapiere", valid_until: "Gültig bis", no_document: "Frachtbrief noch nicht erhalten",
  full: "Speicher voll: zuerst Wartendes senden.", loading: "Wird geladen…",
  national: "Nationaler Frachtbrief", cmr: "CMR-Frachtbrief", none_noted: "Kein Vorbehalt vermerkt", by_link: "per Link und Code", collected: "auf diesem Gerät erfasst", clock_wrong: "Die Uhr des Telefons geht falsch: bitte stellen",
  needs_tail_lift: "Hebebühne", needs_adr: "ADR (Gefahrgut)", needs_temperature: "Temperaturgeführt", needs_crane: "Kran", needs_forklift: "Gabelstapler", needs_moffett: "Mitnahmestapler", needs_tarpaulin: "Plane", needs_box: "Koffer", needs_straps: "Spanngurte", needs_two_drivers: "Zwei Fahrer", needs_customs_seal: "Zollplombe", needs_gdp: "GDP (Arzneimittel)",
  ferry: "Fähre", changed: "Geändert", new_stop: "Neuer Stopp", gone: "Stopp gestrichen", before: "Vorher:", seen: "Gesehen", transfer: "Umladung", transfer_here: "Die Ware wechselt hier den Lkw: nichts zu unterschreiben.",
  handover: "Umladung", successor: "Nächster Frachtführer", sign_take: "Vom Frachtführer übernehmen", sign_give: "An den nächsten Frachtführer übergeben", no_next: "Der nächste Frachtführer steht noch nicht fest",
  many_pallets: "{said} Paletten bei {counted} im Frachtbrief: Stimmt die Zahl?",
};
