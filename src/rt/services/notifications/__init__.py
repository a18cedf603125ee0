"""Tells people and systems what happened: mail, SMS, push, notices, webhooks."""
