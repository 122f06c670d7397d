"""The reading of a cycle: opened, sent out, brought back, reviewed, decided, posted, closed."""
