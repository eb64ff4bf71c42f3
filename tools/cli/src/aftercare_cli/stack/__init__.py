"""The local stack: servers, services and simulators, as processes or as containers."""
