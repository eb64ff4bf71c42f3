"""The hold on the money of a fast exchange: the buyer agrees to it before the replacement is sent."""
