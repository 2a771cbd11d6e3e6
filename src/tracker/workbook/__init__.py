"""The .xlsx file an agency answers in: drawn and read again."""
