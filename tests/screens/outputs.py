"""What programs print, and what they should not: strategies for whole outputs."""

from hypothesis import strategies as st

NUMBERS = st.one_of(
    st.just(""),
    st.integers(0, 9).map(str),
    st.integers(0, 30).map(str),
    st.sampled_from(["255", "256", "99999", "2147483647", "2147483648"]),
)
PRIVATE_MODES = st.sampled_from([3, 6, 7, 25, 47, 1047, 1049, 2004, 12, 1000])
STYLES = st.one_of(
    st.integers(0, 110).map(str),
    st.sampled_from(["4:0", "4:1", "4:3", "4:5", "4:7", "38:5:200", "58:5:12", "48:5:300"]),
    st.sampled_from(["38;5;200", "48;5;17", "38;2;1;2;3", "48;2;9;8;7", "58;2;5;5;5", "58;5;4"]),
    st.sampled_from(["38:2::10:20:30", "48:2:10:20:30", "38;5", "38;2;1", "48;5;999", "38:2:1"]),
)
CHARACTERS = (
    "aZ ~éñß你好漢字─│┌😀👩\u0301\u0300\u200d\u3099ｶﾞ\u00ad\u200b‱⌚한\u1160🇩🇪❤\ufe0f\u2028\x85"
)
BROKEN = (b"\xe4\xbd", b"\xff", b"\xc3(", b"\xe2\x82\xac\xe2\x82", b"\xf0\x9f\x98", b"\x9b")
CONTROLS = ("\r\n", "\n", "\r", "\b", "\t", "\x0e", "\x0f", "\x07", "\x00", "\x0b", "\x7f")
ESCAPES = ("7", "8", "D", "E", "M", "H", "c", "#8", "(0", "(B", ")0", ")B", "[s", "[u", "=", "[4h")
SWITCHES = ("[4l", "[?7l", "[?7h", "[?1049h", "[?1049l", "[3J")
STRINGS = ("]0;title\x07", "]2;t\x1b\\", "Pq#0\x1b\\", "_x\x1b\\", "kn\x1b\\", "]8;;http://x\x07")
ODDITIES = ("^p\x1b\\", "[1\r;2H", "[3\x18", "\x1b[A", "[1;\x07")


@st.composite
def _function(draw: st.DrawFn) -> str:
    final = draw(st.sampled_from("@ABCDEFGHJKLMPSTXZ`bdfgr"))
    count = 2 if final in "Hfr" else 1
    return "\x1b[" + ";".join(draw(NUMBERS) for _ in range(count)) + final


@st.composite
def _odd_function(draw: st.DrawFn) -> str:
    prefix = draw(st.sampled_from(["", "", "<", "=", ">", "?", "!", "?!", " ", "$", "???", "????"]))
    body = draw(st.text("0123456789;:", max_size=70))
    # No query of the kind that ends a feed of the pane.
    return f"\x1b[{prefix}{body}{draw(st.sampled_from('hlmqtsux~pyzJKb@'))}"


TEXT = st.text(st.sampled_from("abcdefghijklm XYZ.-"), min_size=1, max_size=45)
UNICODE = st.text(st.sampled_from(CHARACTERS), min_size=1, max_size=12)
PIECES = st.one_of(
    TEXT,
    TEXT,
    UNICODE,
    st.lists(TEXT, min_size=2, max_size=12).map("\r\n".join),
    st.sampled_from(CONTROLS),
    st.sampled_from(ESCAPES).map("\x1b{}".format),
    st.lists(STYLES, min_size=1, max_size=4).map(lambda styles: f"\x1b[{';'.join(styles)}m"),
    _function(),
    _function(),
    st.tuples(PRIVATE_MODES, st.sampled_from("hhl")).map(lambda it: f"\x1b[?{it[0]}{it[1]}"),
    st.sampled_from(SWITCHES + STRINGS + ODDITIES).map("\x1b{}".format),
    _odd_function(),
)


def outputs(most: int = 25) -> st.SearchStrategy[bytes]:
    """Whole sequences and characters mostly, some broken ones between them."""
    whole = PIECES.map(str.encode)
    piece = st.one_of(whole, whole, whole, st.sampled_from(BROKEN))
    return st.lists(piece, max_size=most).map(b"".join)


def sessions() -> st.SearchStrategy[list[bytes | tuple[int, int]]]:
    sizes = st.tuples(st.integers(2, 45), st.integers(1, 14))
    return st.lists(st.one_of(outputs(12), sizes), max_size=8)
