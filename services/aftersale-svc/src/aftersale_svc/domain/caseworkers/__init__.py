"""Who reviews cases and decides disputes for the platform, and who of them gets the next one."""
