"""Cases: opened, reviewed, decided and ended, by people and by rules."""
