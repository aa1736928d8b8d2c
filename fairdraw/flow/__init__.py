"""Mode B: strata under employer caps, a flow that is always whole when scaled."""
