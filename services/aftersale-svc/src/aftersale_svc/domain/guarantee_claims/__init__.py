"""Claims of buyers on a guarantee (保障单): the insurance of return freight, or the deposit of a merchant."""
