"""What the contenders are fed with: 64 KiB of log lines, plain and coloured."""

COLUMNS, ROWS = 120, 40
CHUNK = 64 * 1024

PLAIN_LINE = (
    b"2026-11-21T13:56:35.123 INFO  some.module.name: request served in 12 ms status=200\r\n"
)
COLOURED_LINE = (
    b"\x1b[2m2026-11-21T13:56:35.123\x1b[0m \x1b[32mINFO\x1b[0m  \x1b[1msome.module.name\x1b[0m:"
    b" request served in \x1b[36m12 ms\x1b[0m path=/api/x\r\n"
)


def chunk_of(line: bytes) -> bytes:
    return (line * (CHUNK // len(line) + 1))[:CHUNK]
