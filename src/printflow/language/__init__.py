"""What people read, as their language writes it: money, weights, times, and translated texts."""
