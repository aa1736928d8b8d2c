"""The queries of the draw chapter, one module per deed."""
