"""The services of the draw chapter, one module per deed."""
