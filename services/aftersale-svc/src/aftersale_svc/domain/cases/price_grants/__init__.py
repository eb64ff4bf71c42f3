"""What is granted of a price adjustment: the prices that were verified, and who bears the amount (docs/money.md R11)."""
