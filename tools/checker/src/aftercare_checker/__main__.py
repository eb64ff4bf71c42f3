from aftercare_checker.command import main

main()
