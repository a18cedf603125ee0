"""What every unit stands on, in eight wings; knows no logistics.

A wing imports only those before it: core, model, access, storage, log, privacy, service, web (decision 0020).
"""
