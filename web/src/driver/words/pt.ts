// The driver's words in Portuguese.

import type { Words } from "./fr";

export const pt: Words = {
  today: "Hoje", stops: "Paragens", mine: "Os meus registos", officer: "Fiscalização", language: "Idioma", back: "Voltar",
  pickup: "Recolha", delivery: "Entrega", next: "Próxima paragem", nothing: "Nenhuma paragem prevista", nothing_more: "Dia terminado",
  navigate: "Ir", call: "Ligar", arrive: "Cheguei", arrived: "Chegada às", depart: "Vou partir", departed: "Partida às",
  sign_takeover: "Recolher assinatura da recolha", sign_delivery: "Recolher assinatura da entrega", signed: "Assinado", window: "Janela", planned: "Previsto",
  instructions: "Instruções", requirements: "Requisitos", goods: "Mercadoria", weight: "Peso", pallets: "Paletes", line: "Linha", reference: "Referência",
  check_goods: "Verificar a mercadoria", no_reserve: "Sem reservas", reserve: "Reserva", add_reserve: "Adicionar reserva", whole: "Todo o envio",
  missing: "Em falta", damaged: "Danificados", describe: "Diga o quê, quanto e onde", vague: "Demasiado vago: diga o que está danificado, quanto e onde.", photo: "Adicionar foto", remove: "Retirar",
  given: "Deixadas", returned: "Devolvidas", refused_pallets: "Recusadas", broken: "Partidas", pallet_type: "Tipo",
  signer: "Nome do signatário", quality: "Função", sign_here: "Assine aqui", clear: "Apagar", typed: "Não consigo desenhar: o meu nome escrito vale como assinatura", nobody: "Ninguém para assinar: assino sozinho",
  driver_sign: "Assinatura do motorista", confirm: "Confirmar", need_name: "Falta o nome do signatário.", need_ink: "Falta a assinatura.",
  problem: "Comunicar um problema", what: "O que se passa?", send: "Enviar", kept: "Guardado no dispositivo",
  delay: "Atraso", damage: "Avaria", missing_goods: "Mercadoria em falta", refused: "Recusa", access: "Sem acesso", breakdown: "Avaria do veículo", accident: "Acidente", theft: "Roubo", other: "Outro",
  online: "Online", offline: "Sem ligação", waiting: "por enviar", all_sent: "Tudo enviado", send_now: "Enviar agora", seen_at: "Dados de",
  refused_by: "Recusado", retry: "Tentar de novo", discard: "Descartar", sure: "Descartar este registo? Será perdido.", reconnect: "Inicie sessão de novo para enviar", sign_in: "Iniciar sessão", sign_out: "Terminar sessão",
  consignment: "Guia de transporte", sender: "Expedidor", consignee: "Destinatário", carrier: "Transportador", vehicle: "Veículo", trailer: "Reboque", check: "Verificar", papers: "Documentos a bordo", valid_until: "Válido até", no_document: "Guia de transporte ainda não recebida",
  full: "Memória cheia: envie primeiro o que está pendente.", loading: "A carregar…",
  national: "Guia de transporte nacional", cmr: "Guia de transporte CMR", none_noted: "Nenhuma reserva anotada", by_link: "por ligação e código", collected: "recolhida neste aparelho", clock_wrong: "A hora do telefone está errada: acerte-a",
  needs_tail_lift: "Plataforma elevatória", needs_adr: "ADR (mercadorias perigosas)", needs_temperature: "Temperatura controlada", needs_crane: "Grua", needs_forklift: "Empilhador", needs_moffett: "Empilhador embarcado", needs_tarpaulin: "Lona", needs_box: "Caixa fechada", needs_straps: "Cintas", needs_two_drivers: "Dois motoristas", needs_customs_seal: "Selo aduaneiro", needs_gdp: "BPD (medicamentos)",
  ferry: "Barco", changed: "Alterado", new_stop: "Nova paragem", gone: "Paragem retirada", before: "Antes:", seen: "Já vi", transfer: "Transbordo", transfer_here: "A mercadoria muda de camião aqui: nada a assinar.",
  handover: "Mudança de camião", successor: "Transportador seguinte", sign_take: "Receber do transportador", sign_give: "Entregar ao transportador seguinte", no_next: "O transportador seguinte ainda não foi designado",
  many_pallets: "{said} paletes para {counted} na guia: é mesmo este o número?",
};
