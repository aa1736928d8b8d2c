"""The views of the experts chapter, one module per deed."""
