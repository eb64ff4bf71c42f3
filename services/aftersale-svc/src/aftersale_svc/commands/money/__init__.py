"""Money of a case: refunds, freights, charges, deposits and debts."""
