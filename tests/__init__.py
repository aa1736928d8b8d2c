"""Tests: one folder per chapter with test_<deed>.py, factories, and e2e walks in a real browser."""
