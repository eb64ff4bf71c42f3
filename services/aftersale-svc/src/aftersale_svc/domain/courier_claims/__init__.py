"""Claims on couriers (快递索赔) beside cases about goods that were damaged or lost on their way."""
