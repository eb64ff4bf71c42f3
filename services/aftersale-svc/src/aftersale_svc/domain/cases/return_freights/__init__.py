"""The freight of a return that the buyer has paid to a courier and the merchant bears (docs/money.md R6)."""
