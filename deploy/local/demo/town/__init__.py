"""A sample town, made up from a seed: who lives there, what their meters show, how they pay. Pure.

The same seed and number of accounts give the same town, byte for byte. Everybody in it is invented.
"""
