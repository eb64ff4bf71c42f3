"""What a trace and its figures are, and the judgement over them. Standard library only."""
