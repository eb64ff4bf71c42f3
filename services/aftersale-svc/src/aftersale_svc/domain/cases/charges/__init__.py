"""What a buyer has to pay in a case, once they have agreed to it. It is paid outside the suite."""
