"""Mode L: any rows at all, by a lottery over valid panels and its certificate."""
