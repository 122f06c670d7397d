"""A request that can't be done, said to the person who made it."""


class Refused(Exception):
    """`sentence` says what was wrong and what to do; `status` is the HTTP status it answers with."""

    def __init__(self, sentence: str, status: int = 409) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status


def not_found(thing: str, key: object) -> Refused:
    """Nothing of that kind has that key."""
    return Refused(f"There is no {thing} {key}.", 404)
