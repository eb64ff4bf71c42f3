"""Pickups: a courier collects returned goods from the buyer in a time that was booked."""
