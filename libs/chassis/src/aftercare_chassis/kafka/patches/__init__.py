"""Corrections of aiokafka 0.14.0, each in a module of its own that states the defect and when it may be removed."""
