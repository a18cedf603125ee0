// The driver's words in Italian.

import type { Words } from "./fr";

export const it: Words = {
  today: "Oggi", stops: "Fermate", mine: "Le mie registrazioni", officer: "Controllo", language: "Lingua", back: "Indietro",
  pickup: "Ritiro", delivery: "Consegna", next: "Prossima fermata", nothing: "Nessuna fermata prevista", nothing_more: "Giornata terminata",
  navigate: "Vai", call: "Chiama", arrive: "Sono arrivato", arrived: "Arrivato alle", depart: "Riparto", departed: "Ripartito alle",
  sign_takeover: "Far firmare il ritiro", sign_delivery: "Far firmare la consegna", signed: "Firmato", window: "Fascia oraria", planned: "Previsto",
  instructions: "Istruzioni", requirements: "Requisiti", goods: "Merce", weight: "Peso", pallets: "Pallet", line: "Riga", reference: "Riferimento",
  check_goods: "Controllare la merce", no_reserve: "Senza riserve", reserve: "Riserva", add_reserve: "Aggiungi una riserva", whole: "Tutta la spedizione",
  missing: "Mancanti", damaged: "Danneggiati", describe: "Indicare cosa, quanto, dove", vague: "Troppo vago: indicare cosa è danneggiato, quanto e dove.", photo: "Aggiungi foto", remove: "Togli",
  given: "Lasciati", returned: "Ripresi", refused_pallets: "Rifiutati", broken: "Rotti", pallet_type: "Tipo",
  signer: "Nome del firmatario", quality: "Funzione", sign_here: "Firmare qui", clear: "Cancella", typed: "Non posso disegnare: il mio nome scritto vale come firma", nobody: "Nessuno per firmare: firmo da solo",
  driver_sign: "Firma dell'autista", confirm: "Conferma", need_name: "Manca il nome del firmatario.", need_ink: "Manca la firma.",
  problem: "Segnala un problema", what: "Che cosa succede?", send: "Invia", kept: "Salvato sul dispositivo",
  delay: "Ritardo", damage: "Danno", missing_goods: "Merce mancante", refused: "Rifiuto", access: "Accesso impossibile", breakdown: "Guasto", accident: "Incidente", theft: "Furto", other: "Altro",
  online: "Online", offline: "Offline", waiting: "da inviare", all_sent: "Tutto inviato", send_now: "Invia ora", seen_at: "Dati del",
  refused_by: "Rifiutato", retry: "Riprova", discard: "Elimina", sure: "Eliminare questa registrazione? Andrà persa.", reconnect: "Accedi di nuovo per inviare", sign_in: "Accedi", sign_out: "Esci",
  consignment: "Lettera di vettura", sender: "Mittente", consignee: "Destinatario", carrier: "Vettore", vehicle: "Veicolo", trailer: "Rimorchio", check: "Verifica", papers: "Documenti a bordo", valid_until: "Valido fino al", no_document: "Lettera di vettura non ancora ricevuta",
  full: "Memoria piena: invia prima ciò che è in attesa.", loading: "Caricamento…",
  national: "Lettera di vettura nazionale", cmr: "Lettera di vettura CMR", none_noted: "Nessuna riserva annotata", by_link: "con link e codice", collected: "raccolta su questo dispositivo", clock_wrong: "L'ora del telefono è sbagliata: impostala",
  needs_tail_lift: "Sponda idraulica", needs_adr: "ADR (merci pericolose)", needs_temperature: "Temperatura controllata", needs_crane: "Gru", needs_forklift: "Carrello elevatore", needs_moffett: "Carrello a bordo", needs_tarpaulin: "Telone", needs_box: "Furgonato", needs_straps: "Cinghie", needs_two_drivers: "Due autisti", needs_customs_seal: "Sigillo doganale", needs_gdp: "GDP (medicinali)",
  ferry: "Traghetto", changed: "Modificato", new_stop: "Nuova fermata", gone: "Fermata tolta", before: "Prima:", seen: "Ho visto", transfer: "Trasbordo", transfer_here: "La merce cambia camion qui: niente da firmare.",
  handover: "Cambio di camion", successor: "Vettore successivo", sign_take: "Prendere in carico dal vettore", sign_give: "Consegnare al vettore successivo", no_next: "Il vettore successivo non è ancora designato",
  many_pallets: "{said} pallet per {counted} sulla lettera di vettura: è il numero giusto?",
};
