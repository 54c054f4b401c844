"""One module for each layer: its thresholds with their reasons, and its checks."""
