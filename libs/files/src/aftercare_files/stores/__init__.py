"""Where files are kept: an S3-compatible store, or a folder of this machine behind the same contract."""
