"""Every file that leaves: the memo as .docx and as HTML."""
