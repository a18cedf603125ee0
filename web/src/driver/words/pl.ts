// The driver's words in Polish.

import type { Words } from "./fr";

export const pl: Words = {
  today: "Dzisiaj", stops: "Przystanki", mine: "Moje wpisy", officer: "Kontrola", language: "Język", back: "Wstecz",
  pickup: "Załadunek", delivery: "Dostawa", next: "Następny przystanek", nothing: "Brak zaplanowanych przystanków", nothing_more: "Koniec dnia",
  navigate: "Nawiguj", call: "Zadzwoń", arrive: "Jestem na miejscu", arrived: "Przyjazd o", depart: "Odjeżdżam", departed: "Odjazd o",
  sign_takeover: "Podpis przy załadunku", sign_delivery: "Podpis przy dostawie", signed: "Podpisano", window: "Okno czasowe", planned: "Planowane",
  instructions: "Wskazówki", requirements: "Wymagania", goods: "Towar", weight: "Waga", pallets: "Palety", line: "Pozycja", reference: "Numer",
  check_goods: "Sprawdź towar", no_reserve: "Bez zastrzeżeń", reserve: "Zastrzeżenie", add_reserve: "Dodaj zastrzeżenie", whole: "Cała przesyłka",
  missing: "Brakuje", damaged: "Uszkodzone", describe: "Napisz co, ile i gdzie", vague: "Zbyt ogólne: napisz co jest uszkodzone, ile i gdzie.", photo: "Dodaj zdjęcie", remove: "Usuń",
  given: "Zostawione", returned: "Zabrane", refused_pallets: "Odrzucone", broken: "Połamane", pallet_type: "Typ",
  signer: "Imię i nazwisko podpisującego", quality: "Stanowisko", sign_here: "Podpisz tutaj", clear: "Wyczyść", typed: "Nie mogę rysować: wpisane nazwisko jest moim podpisem", nobody: "Nie ma kto podpisać: podpisuję sam",
  driver_sign: "Podpis kierowcy", confirm: "Potwierdź", need_name: "Brak nazwiska podpisującego.", need_ink: "Brak podpisu.",
  problem: "Zgłoś problem", what: "Co się dzieje?", send: "Wyślij", kept: "Zapisano na urządzeniu",
  delay: "Opóźnienie", damage: "Uszkodzenie", missing_goods: "Brak towaru", refused: "Odmowa", access: "Brak dojazdu", breakdown: "Awaria", accident: "Wypadek", theft: "Kradzież", other: "Inne",
  online: "Online", offline: "Offline", waiting: "do wysłania", all_sent: "Wszystko wysłane", send_now: "Wyślij teraz", seen_at: "Dane z",
  refused_by: "Odrzucono", retry: "Spróbuj ponownie", discard: "Porzuć", sure: "Porzucić ten wpis? Zostanie utracony.", reconnect: "Zaloguj się ponownie, aby wysłać", sign_in: "Zaloguj się", sign_out: "Wyloguj się",
  consignment: "List przewozowy", sender: "Nadawca", consignee: "Odbiorca", carrier: "Przewoźnik", vehicle: "Pojazd", trailer: "Naczepa", check: "Sprawdź", papers: "Dokumenty pokładowe", valid_until: "Ważne do", no_document: "List przewozowy jeszcze nie dotarł",
  full: "Pamięć pełna: najpierw wyślij oczekujące.", loading: "Ładowanie…",
  national: "Krajowy list przewozowy", cmr: "List przewozowy CMR", none_noted: "Brak odnotowanych zastrzeżeń", by_link: "przez link i kod", collected: "zebrany na tym urządzeniu", clock_wrong: "Zegar telefonu jest błędny: ustaw go",
  needs_tail_lift: "Winda załadowcza", needs_adr: "ADR (towary niebezpieczne)", needs_temperature: "Kontrolowana temperatura", needs_crane: "Dźwig", needs_forklift: "Wózek widłowy", needs_moffett: "Wózek widłowy na pojeździe", needs_tarpaulin: "Plandeka", needs_box: "Zabudowa skrzyniowa", needs_straps: "Pasy", needs_two_drivers: "Dwóch kierowców", needs_customs_seal: "Plomba celna", needs_gdp: "GDP (leki)",
  ferry: "Prom", changed: "Zmieniono", new_stop: "Nowy przystanek", gone: "Przystanek usunięty", before: "Wcześniej:", seen: "Widziałem", transfer: "Przeładunek", transfer_here: "Towar zmienia tu ciężarówkę: nic do podpisania.",
  handover: "Przeładunek", successor: "Następny przewoźnik", sign_take: "Przejąć od przewoźnika", sign_give: "Przekazać następnemu przewoźnikowi", no_next: "Następny przewoźnik nie jest jeszcze wyznaczony",
  many_pallets: "{said} palet wobec {counted} w liście przewozowym: czy to właściwa liczba?",
};
