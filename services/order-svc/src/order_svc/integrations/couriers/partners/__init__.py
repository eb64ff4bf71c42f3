"""The partners that push to us, a module each: its documentation, its codes, and in `COURIERS` its adapters."""
