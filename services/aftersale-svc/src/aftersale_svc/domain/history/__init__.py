"""What a case was at an earlier time, and what each side could see of it then."""
