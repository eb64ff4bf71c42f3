"""`python -m aftercare_simulators.providers`."""

from aftercare_simulators.providers.command import main

main()
