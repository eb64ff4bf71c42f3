"""`python -m aftercare_simulators.payment`."""

from aftercare_simulators.payment.command import main

main()
