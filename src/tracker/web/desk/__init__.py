"""The coordinator's desk: a season run from one place, by people the plan names."""
