"""Error codes as sentences for the command line. The library itself returns codes only."""

from __future__ import annotations

import unicodedata

from fairdraw.errors import FairdrawError

#: Every code that the engine raises; docs/fairdraw.md lists them all.
SENTENCES = {
    "ALTERNATES_UNDECIDED": "whether every panel leaves enough people for the alternates was not found out within the limit of work: ask for fewer alternates or wider caps",
    "ANSWER_AFTER_DECLINE": "{id!r} declined before and cannot answer again",
    "ANSWER_OF_STRANGER": "{id} was not drawn",
    "ANSWER_UNKNOWN": "{answer} is no answer (ACCEPTED or DECLINED)",
    "ANSWER_WHILE_WAITING": "{id!r} waits for a seat and has nothing to accept yet",
    "ATTEMPT_MISCOUNTED": "attempt {attempt} needs the commitments of all attempts before it, found {abandoned}",
    "BEACON_MISSING": "a beacon was announced, so --beacon-value is needed",
    "BEACON_UNEXPECTED": "no beacon was announced, so --beacon-value has no place",
    "BYTES_EXPECTED": "{field} must be bytes, not {found}",
    "CALLABLE_EXPECTED": "{field} must be something that can be called, not {found}",
    "CANDIDATE_TWICE": "{id!r} stands in the pool twice",
    "CEILING_BELOW_ONE": "{field} must be at least 1, not {value}",
    "CEILING_INVALID": "{field} must be a number such as 1.5, not {value}",
    "CHOICE_UNKNOWN": "{choice} is no choice (SEAT or RESERVE)",
    "COLUMN_INVALID": "the column {column!r} is no list of texts",
    "COLUMN_LENGTH": "the column {column!r} has {found} entries, not {expected}",
    "COLUMN_MISSING": "there is no column {column!r}",
    "COLUMN_TWICE": "the column {column!r} stands there twice",
    "COLUMN_UNKNOWN": "{column!r} is no known column; known are id, employer, strata, excluded, value:NAME",
    "COMMITMENT_ALTERED": "the commitment does not fit what it binds",
    "CSV_BROKEN": "this is no readable CSV: {reason}",
    "DESIGNATED_OVER_CAP": "the designated members of {employer!r} are already more than the cap allows",
    "DESIGNATED_OVER_QUOTA": "the members who sit outside the draw are already more than the quota of {category!r} allows",
    "DRAWN_TWICE": "{id!r} has been drawn or appointed already",
    "DRAW_DIFFERS": "the transcript of draw {draw} is another one: the file names {expected}, given is {found}",
    "EMPLOYER_MISSING": "{id!r} has no employer, so the cap cannot be checked; exclude them (DATA_MISSING)",
    "ENTRY_FORBIDDEN": "{id!r} may not enter the seat of {seat!r}: {row} {limit} would be broken",
    "EVENT_UNKNOWN": "{kind} is nothing that happens to a roster",
    "EXCLUSION_CODE_INVALID": "{text!r} is no exclusion code (capital letters, digits and _)",
    "EXCLUSION_TWICE": "{id!r} has one exclusion code twice",
    "FIELD_MISSING": "{field} is missing",
    "FIELD_TWICE": "{field} and {other} say the same; give one of them",
    "FIELD_UNKNOWN": "{field!r} is no known field",
    "FILE_EXISTS": "there is such a file already; --force writes over it",
    "FILE_NAMED_TWICE": "two results cannot go into one file",
    "FILE_TOO_LARGE": "the file is larger than {most} bytes",
    "FILE_UNREADABLE": "cannot be read: {reason}",
    "FILE_UNWRITABLE": "cannot be written: {reason}",
    "FROZEN_UNREADABLE": "this is no file that `freeze` wrote",
    "GROUP_UNKNOWN": "no stratum is in a group {group!r}",
    "HASH_EXPECTED": "{field} must be 64 hex digits",
    "INFEASIBLE": "the plan cannot be filled from this pool",
    "INTEGER_EXPECTED": "{field} must be a whole number, not {found}",
    "INTEGER_OUT_OF_RANGE": "{field} must lie between {low} and {high}, not {value}",
    "KEPT_DIFFER": "the supplement must keep exactly the people seated: it lacks {missing}, it should not name {unexpected}",
    "KEYS_BROKEN": "this is no table of names and salts",
    "LIST_DIFFERS": "number {number} of those listed as {list} must be {expected}, the file says {found}",
    "LIST_EXPECTED": "{field} must be a list, not {found}",
    "MAPPING_EXPECTED": "{field} must be a table, not {found}",
    "LOTTERY_TOO_HARD": "no lottery over whole panels was found within the limit of work, with {cells} kinds of seats: ask for fewer or wider quotas, or for more seats",
    "MEMBER_IN_POOL": "{id!r} is a member already and cannot be drawn as well; exclude them",
    "MEMBER_TWICE": "{id!r} is named twice among the members",
    "NONCE_LENGTH": "the contribution of {party!r} must be {least} to {most} bytes, as hex digits",
    "NONCE_MISSING": "the contribution of {party!r} is empty",
    "NONCE_REUSED": "two parties gave the same contribution",
    "NOTHING_TO_REVERT": "{id!r} has given no answer that could be taken back",
    "NOT_A_CHANGE_OF_PLAN": "{relaxation} is nothing that a plan says",
    "NOT_CANONICAL": "this cannot be written as canonical JSON (at {where})",
    "NOT_HEX": "the contribution of {party!r} is no hex digits",
    "NOT_SEATED": "{id!r} does not hold a seat",
    "NOT_THE_NEWEST_DRAW": "{draw} is not the supplement that joined last",
    "NOT_UTF8": "the file is not UTF-8 (byte {byte}); it looks like {guess}: save it as CSV UTF-8",
    "NOT_WAITING": "{id!r} does not wait for a seat",
    "NO_DRAWS": "there is no draw",
    "NO_SEATS": "the plan has no primary seat",
    "NO_STRATA": "the plan has no stratum",
    "NUL_BYTE": "the file contains a zero byte: it is no text",
    "OBJECT_EXPECTED": "{field} must be {expected}, not {found}",
    "OPTION_FIXED_BEFORE": "{option} was decided when the draw was frozen and cannot be given now",
    "OPTION_MISSING": "{option} is needed (or {other}, with what `freeze` wrote)",
    "PAIRS_EXPECTED": "{field} must be pairs, not {found}",
    "PAIR_EXPECTED": "each must be PARTY=VALUE (or PARTY=@FILE)",
    "PARTS_DO_NOT_FIT": "the parts do not belong together: the {piece} is another one",
    "PARTY_INVALID": "{party!r} is no party name (lower-case letters, digits, - and _)",
    "PARTY_TWICE": "the party {party!r} is named twice",
    "PREVIOUS_MISSING": "{field}: a supplement needs the digest of the draw before it",
    "PROFILE_UNAVAILABLE": "this Python does not offer the hash of profile {profile!r}",
    "PROFILE_UNKNOWN": "{profile} is no known profile",
    "PROGRAM_CHANGED": "another version of the program froze this draw: draw with that one, or freeze anew",
    "QUOTA_EMPTY": "the quota of {category!r} has {field} {low} above {high}: nobody can keep it",
    "QUOTA_OVER_SEATS": "the quota of {category!r} asks with {field} for more people than the {seats} seats it counts",
    "RECORD_INVALID": "{field} is misshapen",
    "REFUSAL_IN_DRAW": "{id!r} refused and could still be drawn; exclude them",
    "REFUSAL_TWICE": "{id!r} is named twice among those who refused",
    "RELAXATION_OF_ANOTHER_PLAN": "the change {relaxation} does not fit this plan",
    "RESULT_IS_OFFICIAL": "this is an official result and no trial",
    "RESULT_IS_TRIAL": "this is a trial and no official result",
    "REVEAL_MISMATCH": "{party!r} shows another contribution than it committed to",
    "REVEAL_MISSING": "{party!r} has not shown its contribution",
    "REVEAL_UNEXPECTED": "{party} is no party of this draw",
    "ROSTER_UNREADABLE": "this is no file of a roster",
    "ROW_LENGTH": "the row has {found} cells, the header {columns}",
    "SALT_TOO_SHORT": "a salt must have at least {least} bytes",
    "SEAT_DIFFERS": "the seat {seat} must be {expected}, the file says {found}",
    "SEAT_IS_DRAWN": "the seat of {seat!r} belongs to {holder!r}, who was drawn into it",
    "SEAT_TAKEN": "the seat that {id!r} left is held by {holder!r}: choose SEAT or RESERVE",
    "SEAT_UNKNOWN": "{seat!r} names no drawn seat",
    "SEED_LENGTH": "a seed must have {bytes} bytes",
    "SIGNATURE_INVALID": "the signature of {party!r} does not fit",
    "SIGNATURE_TWICE": "{party!r} has signed already",
    "SOLUTION_OF_ANOTHER_PLAN": "the solution was made for another plan",
    "SOLUTION_OF_ANOTHER_POOL": "the solution was made for another pool",
    "STRATA_EXPECTED": "the strata of {id!r} must be a list",
    "STRATUM_TWICE": "a stratum is named twice",
    "STRATUM_UNKNOWN": "the plan has no stratum {stratum!r}",
    "TABLE_EXPECTED": "{field} must be a table",
    "TEXT_EXPECTED": "{field} must be text, not {found}",
    "TEXT_MISSING": "{field} is empty",
    "TEXT_TOO_LONG": "{field} is longer than {limit} characters",
    "TEXT_UNUSABLE": "{field} contains control characters",
    "TOML_BROKEN": "this is no readable TOML: {reason}",
    "TOO_FEW_PARTIES": "at least {least} parties must contribute, found {found}",
    "TOO_MANY_COLUMNS": "more than {most} columns",
    "TOO_MANY_QUOTAS": "more than {most} quotas",
    "TOO_MANY_SEATS": "more than {most} seats",
    "TOO_MANY_TYPES": "the people fall into {found} different kinds; at most {most} can be handled",
    "TRANSCRIPT_UNREADABLE": "this is no transcript of a draw",
    "VALUES_EXPECTED": "the values of the quota of {category!r} must be a list",
    "VALUES_MISSING": "the quota of {category!r} names no value",
    "VALUE_MISSING": "{id!r} has no value for {category!r}, so a quota cannot be checked; fill it in or exclude them (DATA_MISSING)",
    "VALUE_TWICE": "{category!r} has a value twice",
    "VECTORS_MISSING": "no vectors there (*.json)",
    "WORKBOOK_BROKEN": "this is no readable workbook: {reason}",
    "WORKBOOK_NEEDS": "reading a workbook needs the package {package} (pip install {package}); or save it as CSV",
    "WORKBOOK_TOO_LARGE": "the workbook holds more than {most} bytes or cells once it is opened",
    "WRONG_STRATUM": "the seat of {seat!r} is of a stratum to which {id!r} does not belong",
}


def visible(text: str) -> str:
    """The text with everything that a terminal would obey rather than show written as \\uXXXX.

    Texts come from strangers: a control character or a mark that turns the direction of writing
    could make a line say what it does not.
    """
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(letter: str) -> str:
    kind = unicodedata.category(letter)
    if kind[0] != "C" and kind not in ("Zl", "Zp"):
        return letter
    units = letter.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))


def sentence(error: FairdrawError) -> str:
    """One line: where, then what is wrong."""
    return visible(_sentence(error))


def _sentence(error: FairdrawError) -> str:
    where = str(error.params.get("file", ""))
    # The row of a plan that forbids somebody has a name; that of a file has a number.
    if isinstance(error.params.get("row"), int):
        where += f", row {error.params['row']}"
    if "event" in error.params:
        where += f", event {error.params['event']}"
    if "column" in error.params:
        where += f", column {error.params['column']}"
    text = SENTENCES.get(error.code)
    try:
        told = str(error) if text is None else text.format(**error.params)
    except KeyError:
        told = str(error)
    where = where.removeprefix(", ")
    return f"{where}: {told}" if where else told
