// The driver's words in French, the source.

export const fr = {
  today: "Aujourd'hui", stops: "Arrêts", mine: "Mes saisies", officer: "Contrôle", language: "Langue", back: "Retour",
  pickup: "Enlèvement", delivery: "Livraison", next: "Prochain arrêt", nothing: "Aucun arrêt prévu", nothing_more: "Journée terminée",
  navigate: "Y aller", call: "Appeler", arrive: "Je suis arrivé", arrived: "Arrivé à", depart: "Je repars", departed: "Reparti à",
  sign_takeover: "Faire signer l'enlèvement", sign_delivery: "Faire signer la livraison", signed: "Signé", window: "Créneau", planned: "Prévu",
  instructions: "Consignes", requirements: "Exigences", goods: "Marchandise", weight: "Poids", pallets: "Palettes", line: "Ligne", reference: "Référence",
  check_goods: "Contrôler la marchandise", no_reserve: "Sans réserve", reserve: "Réserve", add_reserve: "Ajouter une réserve", whole: "Tout l'envoi",
  missing: "Manquants", damaged: "Abîmés", describe: "Dites quoi, combien, où", vague: "Trop vague : dites ce qui est abîmé, combien et où.", photo: "Ajouter une photo", remove: "Enlever",
  given: "Laissées", returned: "Reprises", refused_pallets: "Refusées", broken: "Cassées", pallet_type: "Type",
  signer: "Nom du signataire", quality: "Fonction", sign_here: "Signez ici", clear: "Effacer", typed: "Je ne peux pas dessiner : mon nom écrit vaut signature", nobody: "Personne pour signer : je signe seul",
  driver_sign: "Signature du conducteur", confirm: "Valider", need_name: "Le nom du signataire manque.", need_ink: "La signature manque.",
  problem: "Signaler un problème", what: "Que se passe-t-il ?", send: "Envoyer", kept: "Enregistré sur l'appareil",
  delay: "Retard", damage: "Avarie", missing_goods: "Manquant", refused: "Refus", access: "Accès impossible", breakdown: "Panne", accident: "Accident", theft: "Vol", other: "Autre",
  online: "En ligne", offline: "Hors connexion", waiting: "à envoyer", all_sent: "Tout est envoyé", send_now: "Envoyer maintenant", seen_at: "Données de",
  refused_by: "Refusé", retry: "Réessayer", discard: "Abandonner", sure: "Abandonner cette saisie ? Elle sera perdue.", reconnect: "Reconnectez-vous pour envoyer", sign_in: "Se connecter", sign_out: "Se déconnecter",
  consignment: "Lettre de voiture", sender: "Expéditeur", consignee: "Destinataire", carrier: "Transporteur", vehicle: "Véhicule", trailer: "Remorque", check: "Vérifier", papers: "Documents de bord", valid_until: "Valable jusqu'au", no_document: "Lettre de voiture pas encore reçue",
  full: "Mémoire pleine : envoyez d'abord ce qui attend.", loading: "Chargement…",
  national: "Lettre de voiture nationale", cmr: "Lettre de voiture CMR", none_noted: "Aucune réserve notée", by_link: "par lien et code", collected: "recueillie sur cet appareil", clock_wrong: "L'heure du téléphone est fausse : réglez-la",
  needs_tail_lift: "Hayon", needs_adr: "ADR (matières dangereuses)", needs_temperature: "Température dirigée", needs_crane: "Grue", needs_forklift: "Chariot élévateur", needs_moffett: "Chariot embarqué", needs_tarpaulin: "Bâche", needs_box: "Fourgon", needs_straps: "Sangles", needs_two_drivers: "Double équipage", needs_customs_seal: "Scellé douanier", needs_gdp: "GDP (médicaments)",
  ferry: "Bateau", changed: "Modifié", new_stop: "Nouvel arrêt", gone: "Arrêt retiré", before: "Avant :", seen: "J'ai vu", transfer: "Transbordement", transfer_here: "La marchandise change de camion ici : rien à signer.",
  handover: "Changement de camion", successor: "Transporteur suivant", sign_take: "Reprendre au transporteur", sign_give: "Remettre au transporteur suivant", no_next: "Le transporteur suivant n'est pas encore désigné",
  many_pallets: "{said} palettes pour {counted} sur la lettre de voiture : est-ce bien le nombre ?",
};

export type Word = keyof typeof fr;
export type Words = Record<Word, string>;
