"""Route files: out to the meter readers' handhelds, and back. Pure; a reader and a writer per variant."""
