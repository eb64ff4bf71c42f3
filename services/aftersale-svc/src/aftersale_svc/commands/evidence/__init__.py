"""Evidence: files that are uploaded, checked, cited and found again."""
