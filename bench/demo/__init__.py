"""The demo: a made-up region through the real stack, every verdict compared with the truth."""
