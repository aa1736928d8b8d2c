"""The views of the draw chapter, one module per deed."""
