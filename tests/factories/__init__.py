"""Plain functions that make what a test needs, through models and services."""
