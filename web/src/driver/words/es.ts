// The driver's words in Spanish.

import type { Words } from "./fr";

export const es: Words = {
  today: "Hoy", stops: "Paradas", mine: "Mis registros", officer: "Control", language: "Idioma", back: "Volver",
  pickup: "Recogida", delivery: "Entrega", next: "Próxima parada", nothing: "Ninguna parada prevista", nothing_more: "Jornada terminada",
  navigate: "Ir", call: "Llamar", arrive: "He llegado", arrived: "Llegada a las", depart: "Me voy", departed: "Salida a las",
  sign_takeover: "Hacer firmar la recogida", sign_delivery: "Hacer firmar la entrega", signed: "Firmado", window: "Franja", planned: "Previsto",
  instructions: "Instrucciones", requirements: "Requisitos", goods: "Mercancía", weight: "Peso", pallets: "Palés", line: "Línea", reference: "Referencia",
  check_goods: "Comprobar la mercancía", no_reserve: "Sin reservas", reserve: "Reserva", add_reserve: "Añadir una reserva", whole: "Todo el envío",
  missing: "Faltan", damaged: "Dañados", describe: "Diga qué, cuánto y dónde", vague: "Demasiado vago: diga qué está dañado, cuánto y dónde.", photo: "Añadir foto", remove: "Quitar",
  given: "Entregados", returned: "Devueltos", refused_pallets: "Rechazados", broken: "Rotos", pallet_type: "Tipo",
  signer: "Nombre del firmante", quality: "Cargo", sign_here: "Firme aquí", clear: "Borrar", typed: "No puedo dibujar: mi nombre escrito vale como firma", nobody: "Nadie para firmar: firmo solo",
  driver_sign: "Firma del conductor", confirm: "Confirmar", need_name: "Falta el nombre del firmante.", need_ink: "Falta la firma.",
  problem: "Avisar de un problema", what: "¿Qué ocurre?", send: "Enviar", kept: "Guardado en el dispositivo",
  delay: "Retraso", damage: "Avería", missing_goods: "Falta mercancía", refused: "Rechazo", access: "Sin acceso", breakdown: "Avería del vehículo", accident: "Accidente", theft: "Robo", other: "Otro",
  online: "En línea", offline: "Sin conexión", waiting: "por enviar", all_sent: "Todo enviado", send_now: "Enviar ahora", seen_at: "Datos de",
  refused_by: "Rechazado", retry: "Reintentar", discard: "Descartar", sure: "¿Descartar este registro? Se perderá.", reconnect: "Inicie sesión de nuevo para enviar", sign_in: "Iniciar sesión", sign_out: "Cerrar sesión",
  consignment: "Carta de porte", sender: "Remitente", consignee: "Destinatario", carrier: "Transportista", vehicle: "Vehículo", trailer: "Remolque", check: "Verificar", papers: "Documentos a bordo", valid_until: "Válido hasta", no_document: "Carta de porte aún no recibida",
  full: "Memoria llena: envíe primero lo pendiente.", loading: "Cargando…",
  national: "Carta de porte nacional", cmr: "Carta de porte CMR", none_noted: "Sin reservas anotadas", by_link: "por enlace y código", collected: "recogida en este dispositivo", clock_wrong: "La hora del teléfono es incorrecta: ajústela",
  needs_tail_lift: "Plataforma elevadora", needs_adr: "ADR (mercancías peligrosas)", needs_temperature: "Temperatura controlada", needs_crane: "Grúa", needs_forklift: "Carretilla elevadora", needs_moffett: "Carretilla embarcada", needs_tarpaulin: "Lona", needs_box: "Caja cerrada", needs_straps: "Cinchas", needs_two_drivers: "Dos conductores", needs_customs_seal: "Precinto aduanero", needs_gdp: "BPD (medicamentos)",
  ferry: "Barco", changed: "Modificado", new_stop: "Nueva parada", gone: "Parada retirada", before: "Antes:", seen: "Visto", transfer: "Transbordo", transfer_here: "La mercancía cambia de camión aquí: nada que firmar.",
  handover: "Cambio de camión", successor: "Transportista siguiente", sign_take: "Recoger del transportista", sign_give: "Entregar al transportista siguiente", no_next: "El transportista siguiente aún no está designado",
  many_pallets: "{said} palés para {counted} en la carta de porte: ¿es correcto?",
};
