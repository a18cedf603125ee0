"""Words that are the names of towns somewhere, and mean something else in a letter."""

NEVER_TOWNS = (
    "le la les de du des a au aux et en un une sur pour par chez the at to on of in"
    " date heure contact tel client usine"
    " quai camion merci bonjour hello lundi mardi mercredi jeudi vendredi samedi dimanche"
    " monday tuesday wednesday"
    " thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag janvier"
    " fevrier mars avril mai juin"
    " juillet aout septembre octobre novembre decembre january march april may june"
    " july august september october"
    " november december januar marz juni juli oktober dezember am bei ab von nach der"
    " die das und mit bis zum palettes"
    " pallets paletten palette marchandise adresse lieu ville cp rue avenue zone nom"
    " name ref po bl rdv hayon bonsoir"
    " dear sehr hallo please transport tour port centre plateforme entrepot depot warehouse"
    " lager firma company stop"
    " import export poids weight total eur euro prix price hall gate tor porte site"
    " reference order commande pal plts"
    " postal code before avant apres after matin soir demain tomorrow morgen semi fret adr froid bache"
    " frigo box sas sa sarl"
)
NEVER = frozenset(NEVER_TOWNS.split())
