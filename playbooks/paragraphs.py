"""Where in a text a place stands, as a person would say it (pure)."""


def paragraph_at(text: str, position: int) -> int:
    """The number, from 1, of the paragraph that holds the code point `position`; blank lines do not count."""
    return 1 + sum(1 for line in text[:position].split("\n")[:-1] if line.strip())
