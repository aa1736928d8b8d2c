"""Why a plan cannot be filled, and what would make it possible."""
