"""The table of a signed plan, in a Word or Excel file, read into a plan file that an admin goes on with."""
