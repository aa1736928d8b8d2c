"""The rules of one application, all at once: `findings_of` answers with every finding, the gravest first."""

from .check import findings_of, read_case
from .finding import Finding, Findings, Fix, Level

__all__ = ["Finding", "Findings", "Fix", "Level", "findings_of", "read_case"]
