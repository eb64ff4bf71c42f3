"""What is ordered of couriers: waybills with their labels, pickups, intercepts. Amounts are in minor units, weights in grams."""
