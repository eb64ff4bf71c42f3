"""What couriers are asked for: prices, labels and pickups."""
