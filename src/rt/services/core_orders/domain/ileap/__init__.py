"""Footprints as other systems read them: iLEAP Technical Specifications 1.0.0, in the envelope of PACT 2.

Smart Freight Centre and SINE Foundation, https://sine-fdn.github.io/ileap-extension/ (27 May 2025). Not made:
the hub category (HOC), as the platform knows no emissions of hubs; transport activity data; the sign-in and
the paths of PACT, for which the keys and paths of this platform stand.
"""
