"""What runs beside the service: the training of the bot's models in a process of its own, and the models that answer."""
