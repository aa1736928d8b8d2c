"""Reading a register workbook: the gate, the limited parser, the columns, the cleaning, the judgement. No database here."""
