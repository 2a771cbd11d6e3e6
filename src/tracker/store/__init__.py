"""What is remembered: the database, one module for each noun."""
