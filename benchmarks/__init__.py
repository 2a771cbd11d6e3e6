"""What `make bench` runs: medians of several runs in fresh processes, beside what each is held against."""
