"""Ways a letter leaves, each an Apprise scheme of the project: SMTP and a folder of .eml files."""
