"""How a consignment note says no."""

from rt.kernel.core.errors import Conflict, Forbidden, Invalid, NotFound


class NoteUnknown(NotFound):
    fr = "Cette lettre de voiture est introuvable."
    en = "This consignment note was not found."


class PhotoUnknown(NotFound):
    fr = "Cette photo n'est pas (encore) arrivée."
    en = "This photo has not arrived (yet)."


class NoteCancelled(Conflict):
    fr = "La lettre de voiture {number} est annulée avec sa commande."
    en = "Consignment note {number} was cancelled with its order."


class ContentChanged(Conflict):
    fr = "Le document a changé depuis sa lecture : {boxes_fr}. Relisez-le avant de signer."
    en = "The note changed since it was read: {boxes_en}. Read it again before signing."


class ContentUnknown(Conflict):
    fr = "L'empreinte ne correspond à aucune version de ce document. Rechargez-le."
    en = "The hash belongs to no version of this note. Load it again."


class AlreadySigned(Conflict):
    fr = "Déjà signé par {name} le {at}."
    en = "Already signed by {name} on {at}."


class NotTakenOver(Conflict):
    fr = "La prise en charge n'est pas signée : la livraison ne peut pas l'être."
    en = "The takeover is not signed: the delivery cannot be."


class NotNextLeg(Invalid):
    fr = "Ce trajet ({name}) ne reprend pas la marchandise là où elle est."
    en = "This leg ({name}) does not take the goods on from where they are."


class HandoverMissing(Conflict):
    fr = "La marchandise change de camion ({place}) : signez d'abord la remise au transporteur suivant."
    en = "The goods change trucks ({place}): sign the handover to the next carrier first."


class DeliveredBefore(Conflict):
    fr = "La livraison est signée : la marchandise ne change plus de transporteur."
    en = "The delivery is signed: the goods change carriers no more."


class ConsigneeSignsFirst(Conflict):
    fr = "Le destinataire signe la livraison ; le conducteur contresigne."
    en = "The consignee signs the delivery; the driver countersigns."


class WrongParty(Forbidden):
    fr = "Cette étape ne se signe pas au titre de « {party} »."
    en = "This step is not signed as “{party}”."


class PartySignsTwice(Invalid):
    fr = "Une même partie ne signe pas deux fois."
    en = "One party does not sign twice."


class NothingProposed(Conflict):
    fr = "Aucune nouvelle version n'attend de signature."
    en = "No new version waits for a signature."


class NothingChanged(Invalid):
    fr = "La nouvelle version est identique à celle en vigueur."
    en = "The new version is the same as the one in force."


class LinesRepeated(Invalid):
    fr = "Deux lignes de marchandise portent le même numéro."
    en = "Two goods lines have the same number."


class LineUnknown(Invalid):
    fr = "La ligne de marchandise {line} n'existe pas."
    en = "There is no goods line {line}."


class MoreThanCarried(Invalid):
    fr = "Manquants et avariés dépassent la quantité transportée ({quantity})."
    en = "Missing and damaged exceed the quantity carried ({quantity})."


class NotYourStop(Forbidden):
    fr = "Cet arrêt est celui d'un autre transporteur : lui seul en note les heures."
    en = "This stop is another carrier's, which alone records its times."


class MayNotAmend(Forbidden):
    fr = "Seuls l'expéditeur et le transporteur peuvent modifier le document."
    en = "Only the sender and the carrier may amend the note."


class MayNotSendLink(Forbidden):
    fr = "Seuls l'expéditeur et le transporteur envoient un lien de signature."
    en = "Only the sender and the carrier send a link to sign."


class NoCarrier(Conflict):
    fr = "Aucun transporteur n'est encore désigné."
    en = "No carrier is named yet."


class TimeAlreadyRecorded(Conflict):
    fr = "Cet horaire est déjà enregistré."
    en = "This time is already recorded."


class TooManyPhotos(Conflict):
    fr = "Au plus {limit} photos par document."
    en = "At most {limit} photos per note."


class PalletsBeyondNote(Invalid):
    fr = "{said} palettes pour {counted} sur la lettre de voiture : vérifiez le nombre, ou confirmez-le."
    en = "{said} pallets for {counted} on the note: check the number, or confirm it."


class ReservesUnseen(Conflict):
    fr = "Des réserves ou des palettes ont été notées à cette étape. Relisez-les avant de signer."
    en = "Reservations or pallets were noted at this step. Read them before you sign."


class ReservesNotTheirs(Invalid):
    fr = "À la prise en charge, les réserves sont celles du transporteur : il doit signer avec elles."
    en = "At takeover reservations are the carrier's: it has to sign with them."


class LinkNotSent(Forbidden):
    fr = "Ce lien n'a pas été envoyé pour signer ce document."
    en = "This link was not sent to sign this note."


class AddressUnknown(Invalid):
    fr = "Aucune adresse de cette partie n'est connue. Elle seule peut en donner une."
    en = "No address of this party is known. It alone can give one."


class AddressNotTheirs(Invalid):
    fr = "Cette adresse n'est pas connue comme celle de {name}, qui seul peut en donner une autre."
    en = "This address is not known as one of {name}, who alone can give another."


class AddressOfAnother(Invalid):
    fr = "Cette adresse est celle d'une autre partie au transport."
    en = "This address belongs to another party of the carriage."


class PhoneNotTheirs(Invalid):
    fr = "Le numéro ne peut être donné que par la partie qui signe."
    en = "The number can only be given by the party that signs."
