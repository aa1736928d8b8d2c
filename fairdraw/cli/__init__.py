"""What people type and read; nothing here takes part in a draw."""
