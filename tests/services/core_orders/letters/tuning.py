"""The half of the corpus that the rules were tuned on."""

from tests.services.core_orders.letters import Sample

TUNING = [
    Sample(
        """Bonjour,

Merci de prévoir l'enlèvement suivant :

Chargement : ACME Industrie
12 rue de Gerland
69007 LYON
le lundi 14/12/2026 entre 8h et 12h
Contact : M. Dupont 04 78 00 00 00

Livraison : Brico Loire
3 rue Bergson
42000 Saint-Étienne
mardi 15/12/2026 avant 12h00

12 palettes de robinetterie, 4 250 kg, 4,8 ml
Hayon impératif
Notre réf. CMD-1001
Prix convenu 480 € HT

Cordialement,
Jean Martin
04 72 11 22 33
jean.martin@acme.fr
""",
        {
            "0.name": "ACME Industrie",
            "0.street": "12 rue de Gerland",
            "0.cp": "69007",
            "0.city": "LYON",
            "0.from": "2026-12-14 08:00",
            "0.until": "2026-12-14 12:00",
            "0.contact": "M. Dupont",
            "0.phone": "04 78 00 00 00",
            "1.name": "Brico Loire",
            "1.street": "3 rue Bergson",
            "1.cp": "42000",
            "1.city": "Saint-Étienne",
            "1.until": "2026-12-15 12:00",
            "pal": "12",
            "desc": "robinetterie",
            "kg": "4250",
            "ldm": "4.8",
            "req": "tail_lift",
            "po": "CMD-1001",
            "price": "48000",
            "cur": "EUR",
        },
    ),
    Sample(
        """chgt lyon 69 lundi 30/11/2026 matin
liv paris 75012 mardi 01/12/2026
26 pal 80x120 12t5 marchandise diverse
""",
        {
            "0.city": "lyon",
            "0.day": "2026-11-30",
            "1.cp": "75012",
            "1.city": "paris",
            "1.day": "2026-12-01",
            "pal": "26",
            "l": "80",
            "w": "120",
        },
    ),
    Sample(
        """ENLEVEMENT : SOCIETE BOIS DU JURA - 39200 SAINT-CLAUDE - LE 02/12/2026 A PARTIR DE 8H
LIVRAISON : SCIERIE DU MIDI - 84000 AVIGNON - LE 03/12/2026 AVANT 16H
MARCHANDISE : PLANCHES DE CHENE
POIDS : 18 T
LONGUEUR : 13,60 MPL
SEMI BACHEE + SANGLES
N° COMMANDE : BJ-2214
""",
        {
            "0.name": "SOCIETE BOIS DU JURA",
            "0.cp": "39200",
            "0.city": "SAINT-CLAUDE",
            "0.from": "2026-12-02 08:00",
            "1.name": "SCIERIE DU MIDI",
            "1.cp": "84000",
            "1.city": "AVIGNON",
            "1.until": "2026-12-03 16:00",
            "desc": "PLANCHES DE CHENE",
            "kg": "18000",
            "ldm": "13.6",
            "req": "straps,tarpaulin",
            "equipment": "semi_tautliner",
            "po": "BJ-2214",
        },
    ),
    Sample(
        """Dear partner,

Pickup: Wednesday 2 December 2026, 8:00 AM, Bolts & Nuts Ltd, 12 Mill Road, Calais 62100
Delivery: Thursday 3 December 2026 before noon, Hôtel des Ventes, 75009 Paris
Commodity: spare parts
2 pallets, 640 kg
Tail-lift required at delivery.
Ref: BN/5521

Best regards
John
""",
        {
            "0.name": "Bolts & Nuts Ltd",
            "0.street": "12 Mill Road",
            "0.cp": "62100",
            "0.city": "Calais",
            "0.from": "2026-12-02 08:00",
            "1.name": "Hôtel des Ventes",
            "1.cp": "75009",
            "1.city": "Paris",
            "1.until": "2026-12-03 12:00",
            "desc": "spare parts",
            "pal": "2",
            "kg": "640",
            "req": "tail_lift",
            "po": "BN/5521",
        },
    ),
    Sample(
        """Transportauftrag 2026-3391

Ladestelle: Chemie Rhein AG, Werkstr. 8, 67056 Ludwigshafen
Ladetermin: 10.12.2026 06:00 Uhr
Entladestelle: Arkema, 69310 Pierre-Bénite
Liefertermin: 11.12.2026 08:00 Uhr
Ladung: Harze
22 Paletten, 19.800 kg, Gefahrgut UN 1866
Frachtpreis: 1.450,00 EUR

Freundliche Grüße
""",
        {
            "po": "2026-3391",
            "0.name": "Chemie Rhein AG",
            "0.street": "Werkstr. 8",
            "0.cp": "67056",
            "0.city": "Ludwigshafen",
            "0.country": "DE",
            "0.from": "2026-12-10 06:00",
            "1.name": "Arkema",
            "1.cp": "69310",
            "1.city": "Pierre-Bénite",
            "1.from": "2026-12-11 08:00",
            "desc": "Harze",
            "pal": "22",
            "kg": "19800",
            "un": "1866",
            "req": "adr",
            "price": "145000",
            "cur": "EUR",
        },
    ),
    Sample(
        """Bonjour,

Chargement 1 : 59300 Valenciennes, lundi 07/12/2026 8h
Chargement 2 : 59400 Cambrai, lundi 07/12/2026 10h30
Livraison : 45000 Orléans, mardi 08/12/2026 14h-16h
Total : 33 palettes, 21 000 kg d'eau minérale
""",
        {
            "0.cp": "59300",
            "0.city": "Valenciennes",
            "0.from": "2026-12-07 08:00",
            "1.cp": "59400",
            "1.city": "Cambrai",
            "1.from": "2026-12-07 10:30",
            "2.cp": "45000",
            "2.city": "Orléans",
            "2.from": "2026-12-08 14:00",
            "2.until": "2026-12-08 16:00",
            "pal": "33",
            "kg": "21000",
        },
    ),
    Sample(
        """Bonjour,

1) Enlèvement 67000 Strasbourg le 14/12/2026, livraison 57000 Metz le 15/12/2026, 4 palettes 1 600 kg
2) Enlèvement 67000 Strasbourg le 14/12/2026, livraison 51100 Reims le 15/12/2026, 7 palettes 2 900 kg
""",
        {
            "0.cp": "67000",
            "0.city": "Strasbourg",
            "0.day": "2026-12-14",
            "1.cp": "57000",
            "1.city": "Metz",
            "1.day": "2026-12-15",
            "pal": "4",
            "kg": "1600",
        },
        2,
    ),
    Sample(
        """Ville départ | Ville arrivée | Date chargement | Date livraison | Palettes | Poids
Nantes | Rennes | 07/12/2026 | 08/12/2026 | 10 | 4 500 kg
""",
        {
            "0.city": "Nantes",
            "0.day": "2026-12-07",
            "1.city": "Rennes",
            "1.day": "2026-12-08",
            "pal": "10",
            "kg": "4500",
        },
    ),
    Sample(
        """Bonjour,

OK pour l'offre. Détails :
Enlèvement : Laiterie du Perche, 61110 Rémalard, 09/12/2026 14h
Livraison : Metro, 92000 Nanterre, 10/12/2026 6h
20 palettes de crème, 9 t, froid +2/+4 °C

Cordialement

-----Message d'origine-----
De : exploitation@transport.example
Envoyé : jeudi 26 novembre 2026
À : Laiterie
Objet : offre

Bonjour, 420 € pour un enlèvement à 72000 Le Mans le 30/11/2026, 33 palettes.
""",
        {
            "0.name": "Laiterie du Perche",
            "0.cp": "61110",
            "0.city": "Rémalard",
            "0.from": "2026-12-09 14:00",
            "1.name": "Metro",
            "1.cp": "92000",
            "1.city": "Nanterre",
            "1.from": "2026-12-10 06:00",
            "pal": "20",
            "desc": "crème",
            "kg": "9000",
            "tmin": "2",
            "tmax": "4",
            "req": "temperature",
        },
    ),
    Sample(
        """EXPÉDITEUR
Nom : Ateliers Lefèvre
Adresse : 27 rue des Artisans
Code postal : 72000
Ville : Le Mans
Date : 07/12/2026
Heure : 8h-12h

DESTINATAIRE
Nom : Musée des Beaux-Arts
Adresse : 1 place Stanislas
Code postal : 54000
Ville : Nancy
Date : 08/12/2026
Heure : 9h-11h

Marchandise : mobilier
Colis : 12
Poids : 850 kg
""",
        {
            "0.name": "Ateliers Lefèvre",
            "0.street": "27 rue des Artisans",
            "0.cp": "72000",
            "0.city": "Le Mans",
            "0.from": "2026-12-07 08:00",
            "0.until": "2026-12-07 12:00",
            "1.name": "Musée des Beaux-Arts",
            "1.street": "1 place Stanislas",
            "1.cp": "54000",
            "1.city": "Nancy",
            "1.from": "2026-12-08 09:00",
            "1.until": "2026-12-08 11:00",
            "desc": "mobilier",
            "qty": "12",
            "kg": "850",
        },
    ),
    Sample(
        """bonjour dispo pour marseille - toulouse 03/12/2026 ? 8 pal 3T merci 320€
""",
        {
            "0.city": "marseille",
            "1.city": "toulouse",
            "0.day": "2026-12-03",
            "pal": "8",
            "kg": "3000",
            "price": "32000",
            "cur": "EUR",
        },
    ),
    Sample(
        """Objet : transport de Rouen à Caen

Merci d'enlever le 16 décembre 2026 à Rouen (76000), livraison à Caen (14000) le 17 décembre 2026.
15 caisses de vin, 1.250 kg
""",
        {
            "0.cp": "76000",
            "0.city": "Rouen",
            "0.day": "2026-12-16",
            "1.cp": "14000",
            "1.city": "Caen",
            "1.day": "2026-12-17",
            "qty": "15",
            "pack": "CS",
            "desc": "vin",
            "kg": "1250",
        },
    ),
    Sample(
        """Loading: 03/12/2026
Unloading: 04/12/2026
Loading address: Hall 4, Hafenstraße 21, DE-20457 Hamburg
Unloading address: 8 rue du Bac, FR-67000 Strasbourg
12 crates machine parts, 6,500 kg
Order no. 77-1203
""",
        {
            "0.day": "2026-12-03",
            "1.day": "2026-12-04",
            "0.street": "Hafenstraße 21",
            "0.cp": "20457",
            "0.city": "Hamburg",
            "0.country": "DE",
            "1.street": "8 rue du Bac",
            "1.cp": "67000",
            "1.city": "Strasbourg",
            "qty": "12",
            "pack": "CR",
            "kg": "6500",
            "po": "77-1203",
        },
    ),
    Sample(
        """Bonjour,
ramasse ce jeudi 03/12 chez Décolletage Arve 74300 Cluses, quai ouvert 8h-17h
pour livraison vendredi 04/12 chez Airbus 31700 Blagnac avant 15h
3 palettes 120x80x100 cm - 1 350 kg
v/réf 90211 n/réf 4432-B
""",
        {
            "0.name": "Décolletage Arve",
            "0.cp": "74300",
            "0.city": "Cluses",
            "0.from": "2026-12-03 08:00",
            "0.until": "2026-12-03 17:00",
            "1.name": "Airbus",
            "1.cp": "31700",
            "1.city": "Blagnac",
            "1.until": "2026-12-04 15:00",
            "pal": "3",
            "l": "120",
            "w": "80",
            "h": "100",
            "kg": "1350",
            "po": "90211",
        },
    ),
    Sample(
        """<html><body><p>Bonjour,</p><p>Chargement : <b>35000 Rennes</b> le 08/12/2026 &agrave; 9h</p>
<p>Livraison : <b>29200 Brest</b> le 09/12/2026 &agrave; 7h</p>
<table><tr><td>10 palettes</td><td>5&nbsp;000 kg</td></tr></table>
<script>alert('69007 Lyon')</script></body></html>
""",
        {
            "0.cp": "35000",
            "0.city": "Rennes",
            "0.from": "2026-12-08 09:00",
            "1.cp": "29200",
            "1.city": "Brest",
            "1.from": "2026-12-09 07:00",
            "pal": "10",
            "kg": "5000",
        },
    ),
    Sample(
        """Commande n° 4500012345
Facturation : SODEX SA, 92100 Boulogne-Billancourt
Lieu de chargement : SODEX Entrepôt, 2 avenue du Parc, 78310 Maurepas
Date de chargement : 01/12/2026
Lieu de livraison : Hôpital Nord, chemin des Bourrely, 13015 Marseille
Date de livraison : 03/12/2026 9h
Nature : matériel médical
Poids total : 2 400 kg
Nb palettes : 8
Consignes : prendre rendez-vous 24h avant
Pénalité de retard : 50 €
""",
        {
            "po": "4500012345",
            "0.name": "SODEX Entrepôt",
            "0.street": "2 avenue du Parc",
            "0.cp": "78310",
            "0.city": "Maurepas",
            "0.day": "2026-12-01",
            "1.name": "Hôpital Nord",
            "1.street": "chemin des Bourrely",
            "1.cp": "13015",
            "1.city": "Marseille",
            "1.from": "2026-12-03 09:00",
            "desc": "matériel médical",
            "kg": "2400",
            "pal": "8",
            "note": "prendre rendez-vous 24h avant",
        },
    ),
    Sample(
        """Désignation;Quantité;Poids (kg)
Pompes;10;1200
Vannes;25;800

Enlèvement 38000 Grenoble le 14/12/2026
Livraison 63000 Clermont-Ferrand le 15/12/2026
""",
        {
            "0.cp": "38000",
            "0.city": "Grenoble",
            "0.day": "2026-12-14",
            "1.cp": "63000",
            "1.city": "Clermont-Ferrand",
            "1.day": "2026-12-15",
            "desc": "Pompes",
            "qty": "10",
            "kg": "1200",
            "g1.desc": "Vannes",
            "g1.qty": "25",
            "g1.kg": "800",
        },
    ),
    Sample(
        """Enlèvement du 07/12/2026 au 09/12/2026 à 80000 Amiens
Livraison le 11/12/2026 à 44000 Nantes
5 palettes de tissu - 900 kg
3 palettes de fil - 700 kg
""",
        {
            "0.cp": "80000",
            "0.city": "Amiens",
            "0.from": "2026-12-07 00:00",
            "0.until": "2026-12-09 23:59",
            "1.cp": "44000",
            "1.city": "Nantes",
            "1.day": "2026-12-11",
            "pal": "5",
            "desc": "tissu",
            "kg": "900",
            "g1.pal": "3",
            "g1.desc": "fil",
            "g1.kg": "700",
        },
    ),
    Sample(
        """Hello,
we need transport from Gent (B-9000) to Lyon (F-69003)
loading 4 December 2026, delivery 7 December 2026
frozen food, 33 pallets, 20 t, -18°C, reefer
Regards
""",
        {
            "0.cp": "9000",
            "0.city": "Gent",
            "0.country": "BE",
            "1.cp": "69003",
            "1.city": "Lyon",
            "0.day": "2026-12-04",
            "1.day": "2026-12-07",
            "pal": "33",
            "kg": "20000",
            "tmax": "-18",
            "req": "temperature",
        },
    ),
    Sample(
        """Bonjour,

Pouvez-vous nous faire un prix pour :
Départ 06000 Nice
Arrivée 20000 Ajaccio
1 colis 25 kg
40 x 30 x 20 cm
Merci de répondre avant le 02/12/2026
""",
        {
            "0.cp": "06000",
            "0.city": "Nice",
            "1.cp": "20000",
            "1.city": "Ajaccio",
            "qty": "1",
            "pack": "PK",
            "kg": "25",
            "l": "40",
            "w": "30",
            "h": "20",
        },
    ),
    Sample(
        """Enlèvement\t44800 Saint-Herblain\t10/12/2026\t8h-12h
Livraison\t85000 La Roche-sur-Yon\t10/12/2026\t14h-18h
Palettes\t6
Poids\t2 100 kg
""",
        {
            "0.cp": "44800",
            "0.city": "Saint-Herblain",
            "0.from": "2026-12-10 08:00",
            "0.until": "2026-12-10 12:00",
            "1.cp": "85000",
            "1.city": "La Roche-sur-Yon",
            "1.from": "2026-12-10 14:00",
            "1.until": "2026-12-10 18:00",
            "kg": "2100",
        },
    ),
]
