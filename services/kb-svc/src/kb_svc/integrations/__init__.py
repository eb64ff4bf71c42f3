"""Files with articles, which imports read and exports write."""
