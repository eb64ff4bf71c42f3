"""What test runs and benchmarks need of the stack: servers in containers, and an end of everything that was started."""
