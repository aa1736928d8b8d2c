"""Measurements: `./run bench [name]`. Each prints medians and ratios taken within one run."""
