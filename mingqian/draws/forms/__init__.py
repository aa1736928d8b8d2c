"""The forms of the draw chapter, one module per deed."""
