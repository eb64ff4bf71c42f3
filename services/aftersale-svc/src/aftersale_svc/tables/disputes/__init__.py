"""The tables of disputes."""
