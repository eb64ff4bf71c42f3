"""The file of a label. Its libraries are those of the dependency group `labels`, which the image of the service does not have."""
