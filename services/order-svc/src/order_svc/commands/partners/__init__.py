"""What couriers and payment providers post to us, whichever they are."""
