"""Fees that other services assess: a returned payment, a trip to the door, a restore."""
