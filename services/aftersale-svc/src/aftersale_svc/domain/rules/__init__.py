"""The rules by which a merchant lets cases be decided when they are opened: data, in versions that never change."""
