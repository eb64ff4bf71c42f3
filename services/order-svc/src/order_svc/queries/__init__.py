"""SELECTs that answer, by subject. They lock nothing and write nothing."""
