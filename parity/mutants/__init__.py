"""Wrong implementations that the harness must catch, and cases made blind that it must not count."""
