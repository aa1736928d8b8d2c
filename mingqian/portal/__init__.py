"""Home, menu and to-do page: what a person sees first, gathered from the chapters below."""
