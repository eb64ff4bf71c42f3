"""What is sold and how it is received: kinds of goods, stock, restrictions of buyers and articles, receipt."""
