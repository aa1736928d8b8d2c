"""The pool as columns and as types: people whom no rule tells apart."""
