"""What the workflow needs to know of a draw application."""


def register_all() -> None:
    """Make draw applications known to the workflow."""
