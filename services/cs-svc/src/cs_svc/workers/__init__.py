"""Work of cs-svc that no client waits for, one module for each."""
