// The driver's words in English.

import type { Words } from "./fr";

export const en: Words = {
  today: "Today", stops: "Stops", mine: "My entries", officer: "Inspection", language: "Language", back: "Back",
  pickup: "Pickup", delivery: "Delivery", next: "Next stop", nothing: "No stop planned", nothing_more: "Day finished",
  navigate: "Navigate", call: "Call", arrive: "I have arrived", arrived: "Arrived at", depart: "I am leaving", departed: "Left at",
  sign_takeover: "Have the pickup signed", sign_delivery: "Have the delivery signed", signed: "Signed", window: "Time slot", planned: "Planned",
  instructions: "Instructions", requirements: "Requirements", goods: "Goods", weight: "Weight", pallets: "Pallets", line: "Line", reference: "Reference",
  check_goods: "Check the goods", no_reserve: "No reserve", reserve: "Reserve", add_reserve: "Add a reserve", whole: "Whole consignment",
  missing: "Missing", damaged: "Damaged", describe: "Say what, how many, where", vague: "Too vague: say what is damaged, how much and where.", photo: "Add a photo", remove: "Remove",
  given: "Left", returned: "Taken back", refused_pallets: "Refused", broken: "Broken", pallet_type: "Type",
  signer: "Signer's name", quality: "Position", sign_here: "Sign here", clear: "Clear", typed: "I cannot draw: my typed name is my signature", nobody: "Nobody to sign: I sign alone",
  driver_sign: "Driver's signature", confirm: "Confirm", need_name: "The signer's name is missing.", need_ink: "The signature is missing.",
  problem: "Report a problem", what: "What is happening?", send: "Send", kept: "Saved on this device",
  delay: "Delay", damage: "Damage", missing_goods: "Missing goods", refused: "Refusal", access: "No access", breakdown: "Breakdown", accident: "Accident", theft: "Theft", other: "Other",
  online: "Online", offline: "Offline", waiting: "to send", all_sent: "Everything is sent", send_now: "Send now", seen_at: "Data from",
  refused_by: "Refused", retry: "Try again", discard: "Discard", sure: "Discard this entry? It will be lost.", reconnect: "Sign in again to send", sign_in: "Sign in", sign_out: "Sign out",
  consignment: "Consignment note", sender: "Sender", consignee: "Consignee", carrier: "Carrier", vehicle: "Vehicle", trailer: "Trailer", check: "Verify", papers: "Documents on board", valid_until: "Valid until", no_document: "Consignment note not received yet",
  full: "Storage is full: first send what is waiting.", loading: "Loading…",
  national: "National consignment note", cmr: "CMR consignment note", none_noted: "No reserve noted", by_link: "by link and code", collected: "collected on this device", clock_wrong: "The phone's clock is wrong: set it",
  needs_tail_lift: "Tail lift", needs_adr: "ADR (dangerous goods)", needs_temperature: "Temperature controlled", needs_crane: "Crane", needs_forklift: "Forklift", needs_moffett: "Truck-mounted forklift", needs_tarpaulin: "Tarpaulin", needs_box: "Box", needs_straps: "Straps", needs_two_drivers: "Two drivers", needs_customs_seal: "Customs seal", needs_gdp: "GDP (medicines)",
  ferry: "Ferry", changed: "Changed", new_stop: "New stop", gone: "Stop removed", before: "Before:", seen: "I have seen it", transfer: "Transshipment", transfer_here: "The goods change trucks here: nothing to sign.",
  handover: "Change of truck", successor: "Next carrier", sign_take: "Take over from the carrier", sign_give: "Hand over to the next carrier", no_next: "The next carrier is not named yet",
  many_pallets: "{said} pallets for {counted} on the note: is that the number?",
};
