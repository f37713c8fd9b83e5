"""Refusals of this app: each says in one sentence what is wrong and what to do."""


class AccountRefusal(Exception):
    """An account's wish that cannot be granted; *message* is for its owner."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class TooManyTokens(AccountRefusal):
    pass


class NameTaken(AccountRefusal):
    pass


class StaffAccount(AccountRefusal):
    pass
