"""How many processes, cores, partitions and bytes a number of cases per second needs."""
