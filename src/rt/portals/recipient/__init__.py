"""The recipient's portal: what arrives and when, signing with reserves, pallets; most come by a link."""
