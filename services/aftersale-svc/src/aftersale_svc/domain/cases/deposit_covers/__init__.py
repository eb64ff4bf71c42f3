"""What a claim on the merchant's deposit bars in its case."""
