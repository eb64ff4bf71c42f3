"""The evolution check: a released event may only be extended by optional fields. docs/evolution.md states the rules."""
