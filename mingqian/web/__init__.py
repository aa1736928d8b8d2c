"""What every chapter stands on: base page, components, the one listing, long work, static files."""
