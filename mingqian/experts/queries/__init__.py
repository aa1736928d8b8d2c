"""Questions about experts and pools."""
