"""The half of the corpus that is set aside: the rules were not tuned on it."""

from tests.services.core_orders.letters import Sample

ASIDE = [
    Sample(
        """Bonjour Sandrine,

Peux-tu me prendre en charge le transport ci-dessous stp ?

Enlèvement : Fonderies du Vercors, ZI de Centr'Alp, 38340 Voreppe
le jeudi 10/12/2026 de 7h à 11h
Livraison : Renault Douai, 59500 Douai, le vendredi 11/12/2026 à 6h
Marchandise : carters aluminium
18 palettes, 14 200 kg

Merci d'avance
Bien à toi
Olivier
""",
        {
            "0.name": "Fonderies du Vercors",
            "0.street": "ZI de Centr'Alp",
            "0.cp": "38340",
            "0.city": "Voreppe",
            "0.from": "2026-12-10 07:00",
            "0.until": "2026-12-10 11:00",
            "1.name": "Renault Douai",
            "1.cp": "59500",
            "1.city": "Douai",
            "1.from": "2026-12-11 06:00",
            "desc": "carters aluminium",
            "pal": "18",
            "kg": "14200",
        },
    ),
    Sample(
        """CHGT 01/12 AM BEAUVAIS 60000
LIV 02/12 8H RENNES 35000
33 PAL 24T
BACHE
RÉF 88123
""",
        {
            "0.cp": "60000",
            "0.city": "BEAUVAIS",
            "0.day": "2026-12-01",
            "1.cp": "35000",
            "1.city": "RENNES",
            "1.from": "2026-12-02 08:00",
            "pal": "33",
            "kg": "24000",
            "req": "tarpaulin",
            "po": "88123",
        },
    ),
    Sample(
        """Dear Sir or Madam,

Please arrange the following transport:

Loading place: Kent Fruit Packers Ltd, Unit 4 Ashford Road, Ashford
Loading date: 14 December 2026, 09:00 - 12:00
Delivery place: Marché de Rungis, 94150 Rungis, France
Delivery date: 15 December 2026 before 05:00
Goods: fresh apples, 26 pallets, 17,500 kg, temperature +2/+4°C
Our reference: KF-20881

Kind regards,
Emma Stone
Kent Fruit Packers
+44 1233 555 010
""",
        {
            "0.name": "Kent Fruit Packers Ltd",
            "0.street": "Unit 4 Ashford Road",
            "0.city": "Ashford",
            "0.country": "GB",
            "0.from": "2026-12-14 09:00",
            "0.until": "2026-12-14 12:00",
            "1.name": "Marché de Rungis",
            "1.cp": "94150",
            "1.city": "Rungis",
            "1.until": "2026-12-15 05:00",
            "desc": "fresh apples",
            "pal": "26",
            "kg": "17500",
            "tmin": "2",
            "tmax": "4",
            "req": "temperature",
            "po": "KF-20881",
        },
    ),
    Sample(
        """Sehr geehrte Damen und Herren,

hiermit beauftragen wir Sie mit folgendem Transport:

Beladestelle:
Müller Metallbau GmbH
Industriestraße 14
D-70565 Stuttgart
08.12.2026, 08:00 - 14:00 Uhr

Entladestelle:
Serrurerie Alsace SARL
5 rue des Forges
F-67100 Strasbourg
09.12.2026 bis 12:00 Uhr

Ware: Stahlprofile
Gewicht: 8.500 kg
Auftrag Nr. 4711-26

Mit freundlichen Grüßen
Klaus Weber
""",
        {
            "0.name": "Müller Metallbau GmbH",
            "0.street": "Industriestraße 14",
            "0.cp": "70565",
            "0.city": "Stuttgart",
            "0.country": "DE",
            "0.from": "2026-12-08 08:00",
            "0.until": "2026-12-08 14:00",
            "1.name": "Serrurerie Alsace SARL",
            "1.street": "5 rue des Forges",
            "1.cp": "67100",
            "1.city": "Strasbourg",
            "1.until": "2026-12-09 12:00",
            "desc": "Stahlprofile",
            "kg": "8500",
            "po": "4711-26",
        },
    ),
    Sample(
        """Bonjour,

Trois livraisons à partir de notre dépôt :

Enlèvement : Cartonneries de Bourgogne, 21000 Dijon, lundi 07/12/2026 à partir de 8h
Livraisons :
1) 25000 Besançon, mardi 08/12/2026 avant 10h
2) 90000 Belfort, mardi 08/12/2026 avant 14h
3) 68100 Mulhouse, mardi 08/12/2026 avant 17h

Total 15 palettes 5 400 kg de cartons plats.

Cordialement
""",
        {
            "0.name": "Cartonneries de Bourgogne",
            "0.cp": "21000",
            "0.city": "Dijon",
            "0.from": "2026-12-07 08:00",
            "1.cp": "25000",
            "1.city": "Besançon",
            "1.until": "2026-12-08 10:00",
            "2.cp": "90000",
            "2.city": "Belfort",
            "2.until": "2026-12-08 14:00",
            "3.cp": "68100",
            "3.city": "Mulhouse",
            "3.until": "2026-12-08 17:00",
            "pal": "15",
            "kg": "5400",
            "desc": "cartons plats",
        },
    ),
    Sample(
        """Bonjour,
Deux transports à prévoir :

Commande 1
Chargement : 44000 Nantes le 14/12/2026
Livraison : 33000 Bordeaux le 15/12/2026
10 palettes 6 t

Commande 2
Chargement : 44600 Saint-Nazaire le 16/12/2026
Livraison : 31000 Toulouse le 17/12/2026
20 palettes 12 t
""",
        {
            "0.cp": "44000",
            "0.city": "Nantes",
            "0.day": "2026-12-14",
            "1.cp": "33000",
            "1.city": "Bordeaux",
            "1.day": "2026-12-15",
            "pal": "10",
            "kg": "6000",
        },
        2,
    ),
    Sample(
        """Référence\tCP enlèvement\tVille d'enlèvement\tDate d'enlèvement\
\tCP livraison\tVille de livraison\tPalettes\tPoids (kg)
A-501\t76600\tLe Havre\t15/12/2026\t69800\tSaint-Priest\t22\t18400
A-502\t76600\tLe Havre\t16/12/2026\t59000\tLille\t12\t9100
""",
        {
            "0.cp": "76600",
            "0.city": "Le Havre",
            "0.day": "2026-12-15",
            "1.cp": "69800",
            "1.city": "Saint-Priest",
            "pal": "22",
            "kg": "18400",
            "po": "A-501",
        },
        2,
    ),
    Sample(
        """De : Service Expédition <expedition@verrerie-oise.fr>
Envoyé : vendredi 27 novembre 2026 16:42
À : exploitation@transport.example
Objet : TR: demande de transport

Bonjour,
merci de nous confirmer le transport suivant :
départ : Verrerie de l'Oise, 14 avenue de la Gare, 60110 Méru, le 04/12/2026 matin
arrivée : Champagne Martin, 51200 Épernay, le 07/12/2026
12 palettes de bouteilles vides, 7,2 tonnes
palettes 100x120
Tarif convenu : 390,00 €

Cordialement,
Luc Petit
Verrerie de l'Oise - 14 avenue de la Gare - 60110 Méru
Tél. 03 44 00 00 00
""",
        {
            "0.name": "Verrerie de l'Oise",
            "0.street": "14 avenue de la Gare",
            "0.cp": "60110",
            "0.city": "Méru",
            "0.day": "2026-12-04",
            "1.name": "Champagne Martin",
            "1.cp": "51200",
            "1.city": "Épernay",
            "1.day": "2026-12-07",
            "pal": "12",
            "desc": "bouteilles vides",
            "kg": "7200",
            "l": "100",
            "w": "120",
            "price": "39000",
            "cur": "EUR",
        },
    ),
    Sample(
        """Hi team,

Can you move 1 x full load from Lyon to Hamburg on Wednesday 9 December 2026?
24 t of plastic granulate, tautliner please. Rate 1,850 EUR all-in as agreed.
PO 4500099871

Thanks and regards,
Priya
""",
        {
            "0.city": "Lyon",
            "1.city": "Hamburg",
            "1.country": "DE",
            "0.day": "2026-12-09",
            "kg": "24000",
            "desc": "plastic granulate",
            "req": "tarpaulin",
            "equipment": "semi_tautliner",
            "price": "185000",
            "cur": "EUR",
            "po": "4500099871",
        },
    ),
    Sample(
        """ORDRE DE TRANSPORT N° OT-26-1187
Donneur d'ordre : GROUPE LOGISUD, 13127 VITROLLES

EXPEDITEUR
CHIMIE PROVENCE
Route de la Raffinerie
13117 MARTIGUES
Contact : Mme Roux 04 42 00 11 22
Date : 02/12/2026 Heure : 14h00

DESTINATAIRE
PEINTURES DU NORD
Rue de l'Industrie
59200 TOURCOING
Date : 04/12/2026 Heure : 8h00

MARCHANDISE : PEINTURE UN 1263
Nombre de palettes : 6
Poids brut : 4 800 kg
ADR : oui
Hayon : non
""",
        {
            "0.name": "CHIMIE PROVENCE",
            "0.street": "Route de la Raffinerie",
            "0.cp": "13117",
            "0.city": "MARTIGUES",
            "0.contact": "Mme Roux",
            "0.phone": "04 42 00 11 22",
            "0.from": "2026-12-02 14:00",
            "1.name": "PEINTURES DU NORD",
            "1.street": "Rue de l'Industrie",
            "1.cp": "59200",
            "1.city": "TOURCOING",
            "1.from": "2026-12-04 08:00",
            "desc": "PEINTURE",
            "un": "1263",
            "pal": "6",
            "kg": "4800",
            "req": "adr",
            "po": "OT-26-1187",
        },
    ),
    Sample(
        """Salut, dispo demain pour 5 pal Grenoble > Chambéry ? 2T5, hayon obligatoire. Merci
""",
        {"0.city": "Grenoble", "1.city": "Chambéry", "0.day": "2026-11-30", "pal": "5", "req": "tail_lift"},
    ),
    Sample(
        """Bonjour,

Voici notre demande de ramasse :

Adresse d'enlèvement :
SARL Les Vergers d'Anjou
La Croix Blanche
49070 Beaucouzé
Horaires : 9h-12h / 14h-17h
Date d'enlèvement : 03/12/2026

Adresse de livraison :
Plateforme Sud
ZAC du Rival
34470 Pérols
Date de livraison : 04/12/2026 avant 12h

Nature de la marchandise : pommes
Température : 2 à 6°C
Nombre de colis : 480
Poids brut : 5 760 kg

Bonne journée
""",
        {
            "0.name": "SARL Les Vergers d'Anjou",
            "0.cp": "49070",
            "0.city": "Beaucouzé",
            "0.day": "2026-12-03",
            "1.name": "Plateforme Sud",
            "1.street": "ZAC du Rival",
            "1.cp": "34470",
            "1.city": "Pérols",
            "1.until": "2026-12-04 12:00",
            "desc": "pommes",
            "tmin": "2",
            "tmax": "6",
            "qty": "480",
            "kg": "5760",
            "req": "temperature",
        },
    ),
    Sample(
        """Please collect from Antwerp (BE-2030) on 07/12/2026 and deliver to 59000 Lille on 08/12/2026.
10 drums, 2.000 kg, UN 1993, ADR vehicle required.
Booking: ANT556677
""",
        {
            "0.cp": "2030",
            "0.city": "Antwerp",
            "0.country": "BE",
            "0.day": "2026-12-07",
            "1.cp": "59000",
            "1.city": "Lille",
            "1.day": "2026-12-08",
            "qty": "10",
            "pack": "DR",
            "kg": "2000",
            "un": "1993",
            "req": "adr",
            "booking": "ANT556677",
        },
    ),
    Sample(
        """Bonjour à tous,

Suite à notre échange téléphonique je vous confirme l'affrètement suivant,
chargement chez Bonduelle à 80200 Péronne
mardi 1er décembre 2026 à 10h pour livraison plateforme Carrefour 91000 Évry
le mercredi 2 décembre 2026, rdv 05h30.
Il s'agit de 30 palettes de conserves pour 22,5 tonnes. Référence de chargement 778210.

Bonne réception,
Nadia
> Le 26/11/2026 à 10:12, Transport X a écrit :
> Bonjour, nous pouvons vous proposer 520 € pour un départ de 62000 Arras le 30/11/2026.
""",
        {
            "0.name": "Bonduelle",
            "0.cp": "80200",
            "0.city": "Péronne",
            "0.from": "2026-12-01 10:00",
            "1.name": "plateforme Carrefour",
            "1.cp": "91000",
            "1.city": "Évry",
            "1.from": "2026-12-02 05:30",
            "pal": "30",
            "desc": "conserves",
            "kg": "22500",
        },
    ),
    Sample(
        """Guten Tag,

bitte Abholung am Montag 07.12.2026 ab 10 Uhr bei Schmidt Logistik, Hafenstr. 3, 68159 Mannheim.
Lieferung am Dienstag 08.12.2026 bis 16 Uhr an Dupont SA, 57000 Metz.
6 Europaletten Maschinenteile, 3,2 t. Hebebühne erforderlich.

Viele Grüße
Anna
""",
        {
            "0.name": "Schmidt Logistik",
            "0.street": "Hafenstr. 3",
            "0.cp": "68159",
            "0.city": "Mannheim",
            "0.country": "DE",
            "0.from": "2026-12-07 10:00",
            "1.name": "Dupont SA",
            "1.cp": "57000",
            "1.city": "Metz",
            "1.until": "2026-12-08 16:00",
            "pal": "6",
            "desc": "Maschinenteile",
            "kg": "3200",
            "req": "tail_lift",
        },
    ),
    Sample(
        """Commande transport n° CT2611-044 du 27/11/2026

Expéditeur : Papeteries Vosges - 12 quai de la Moselle - 88000 Épinal
Enlèvement le 01/12/2026 entre 8h00 et 16h00
Destinataire : Imprimerie Louis - 8 rue Pasteur - 54000 Nancy
Livraison le 02/12/2026 entre 8h00 et 12h00
Marchandise : bobines de papier
Qté : 14 bobines
Poids : 9 800 kg
Prix : 285 EUR HT

Ce message est confidentiel et destiné exclusivement à son destinataire.
""",
        {
            "po": "CT2611-044",
            "0.name": "Papeteries Vosges",
            "0.street": "12 quai de la Moselle",
            "0.cp": "88000",
            "0.city": "Épinal",
            "0.from": "2026-12-01 08:00",
            "0.until": "2026-12-01 16:00",
            "1.name": "Imprimerie Louis",
            "1.street": "8 rue Pasteur",
            "1.cp": "54000",
            "1.city": "Nancy",
            "1.from": "2026-12-02 08:00",
            "1.until": "2026-12-02 12:00",
            "desc": "bobines de papier",
            "qty": "14",
            "pack": "RO",
            "kg": "9800",
            "price": "28500",
            "cur": "EUR",
        },
    ),
    Sample(
        """Pick up: 05/04/2027 08:00-10:00, Felixstowe Port
Deliver: 06/04/2027, Paris
1 pallet 120x80x150 cm, 350 kg
""",
        {
            "0.city": "Felixstowe",
            "0.country": "GB",
            "0.from": "2027-04-05 08:00",
            "0.until": "2027-04-05 10:00",
            "1.city": "Paris",
            "1.day": "2027-04-06",
            "pal": "1",
            "l": "120",
            "w": "80",
            "h": "150",
            "kg": "350",
        },
    ),
    Sample(
        """Bonjour,

Merci d'enlever chez notre fournisseur :
TUBES & RACCORDS SAS
Parc d'activités des Lacs
33520 BRUGES
Tél : 05 56 00 00 01

pour livrer notre usine de
64000 PAU
au plus tard le vendredi 04/12/2026 à 12h.
Enlèvement possible dès le mercredi 02/12/2026.

2 fardeaux de tubes longueur 6 m, 1,8 t, bâché avec grue si possible.
BL 66210
""",
        {
            "0.name": "TUBES & RACCORDS SAS",
            "0.street": "Parc d'activités des Lacs",
            "0.cp": "33520",
            "0.city": "BRUGES",
            "0.phone": "05 56 00 00 01",
            "0.day": "2026-12-02",
            "1.cp": "64000",
            "1.city": "PAU",
            "1.until": "2026-12-04 12:00",
            "qty": "2",
            "pack": "BE",
            "kg": "1800",
            "req": "crane,tarpaulin",
            "bl": "66210",
        },
    ),
    Sample(
        """Objet : enlèvement semaine 50

Bonjour,
Départ : Toulouse (31)
Arrivée : Barcelone
Date : le 8 décembre
4 palettes, 1200 kg, 80x120x180
Valeur marchandise : 20 000 €
Merci de votre retour avant le 1er décembre.
""",
        {
            "0.city": "Toulouse",
            "1.city": "Barcelone",
            "1.country": "ES",
            "pal": "4",
            "kg": "1200",
            "l": "80",
            "w": "120",
            "h": "180",
            "value": "2000000",
        },
    ),
    Sample(
        """Bonjour, ci-joint notre commande.

10 palettes X 500 kg : non merci de noter poids total 5 000 kg
Chargement 01000 Bourg-en-Bresse le 15/12/2026 8h-10h
Déchargement 39000 Lons-le-Saunier le 15/12/2026 14h-16h
Sans hayon, pas d'ADR.
Contact livraison : Paul Girard 06 12 34 56 78
""",
        {
            "0.cp": "01000",
            "0.city": "Bourg-en-Bresse",
            "0.from": "2026-12-15 08:00",
            "0.until": "2026-12-15 10:00",
            "1.cp": "39000",
            "1.city": "Lons-le-Saunier",
            "1.from": "2026-12-15 14:00",
            "1.until": "2026-12-15 16:00",
            "1.contact": "Paul Girard",
            "1.phone": "06 12 34 56 78",
            "pal": "10",
            "kg": "5000",
        },
    ),
    Sample(
        """Vervoer / Transport

From: Van Dijk BV, Havenweg 12, NL-3011 AA Rotterdam
To: Leroy SA, 2 rue du Port, 76000 Rouen
Loading 9 Dec 2026 7:00 am
Delivery 10 Dec 2026 2:30 pm
Cargo: paint additives
Gross weight: 11.5 t
20 pallets
""",
        {
            "0.name": "Van Dijk BV",
            "0.street": "Havenweg 12",
            "0.cp": "3011 AA",
            "0.city": "Rotterdam",
            "0.country": "NL",
            "0.from": "2026-12-09 07:00",
            "1.name": "Leroy SA",
            "1.street": "2 rue du Port",
            "1.cp": "76000",
            "1.city": "Rouen",
            "1.from": "2026-12-10 14:30",
            "desc": "paint additives",
            "kg": "11500",
            "pal": "20",
        },
    ),
    Sample(
        """Voici les transports de la semaine :
- Lyon -> Dijon 5 pal le 07/12/2026
- Lyon -> Metz 8 pal le 08/12/2026
- Lyon -> Nice 3 pal le 09/12/2026
""",
        {"0.city": "Lyon", "1.city": "Dijon", "0.day": "2026-12-07", "pal": "5"},
        3,
    ),
]
