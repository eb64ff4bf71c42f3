"""The guarantee deposits (保证金) of merchants: what is on them, by entries that never change."""
