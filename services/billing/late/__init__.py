"""Late charges: proposed in the day's run, approved by a person, and following the facts from then on."""
