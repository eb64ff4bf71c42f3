"""What runs beside the service (the training of the bot's models, the models that answer), and the channels over which customers write."""
