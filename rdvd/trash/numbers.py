"""Numbers of the kernel have 64 bits without a sign; those of SQLite have one. Pure."""


def signed(number: int) -> int:
    return number - (1 << 64) if number >= 1 << 63 else number


def unsigned(number: int) -> int:
    return number + (1 << 64) if number < 0 else number
