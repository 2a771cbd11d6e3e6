"""The JSON way in: programs read a plan, or answer for an agency, by a token. It only translates."""
