"""What people read about a case, in Chinese and English. The codes in it are those of the tables."""
