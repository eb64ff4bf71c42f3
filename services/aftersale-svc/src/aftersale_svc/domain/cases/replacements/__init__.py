"""What a merchant sends to the buyer for a case: what is known of it, what bars its steps, their refusals."""
