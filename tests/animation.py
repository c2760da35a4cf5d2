"""An animated picture from screenshots of a terminal: an SVG with CSS keyframes."""

import re

STYLE = re.compile(r"\.terminal-\d+-(r\d+) \{ (.*?) ?\}")
ELEMENT = re.compile(
    r"<rect [^>]*shape-rendering[^>]*/>|<text class=\"terminal-\d+-r\d+\".*?</text>"
)
CLIP = re.compile(r"<clipPath id=\"terminal-\d+-line-\d+\">.*?</clipPath>\s*", re.DOTALL)
HEIGHT = 24.4  # of a row, in the pictures of Rich


def animated(frames: list[tuple[float, str]], seconds: float) -> str:
    """Join screenshots, each with the second at which it shows, into one that repeats itself.

    What stands in a row is drawn once for all the frames in which it stays the same. Where nothing
    may move, the last frame shows.
    """
    styles: dict[str, str] = {}
    began: dict[int, tuple[float, str]] = {}  # what each row shows, and since when
    shown: list[tuple[str, float, float]] = []
    for at, picture in [*frames, (seconds, "")]:
        rows = _rows(picture, styles)
        for row in sorted(rows.keys() | began.keys()):
            since, content = began.get(row, (0.0, ""))
            if rows.get(row, "") != content:
                if content:
                    shown.append((content, since, at))
                began[row] = at, rows.get(row, "")
    first = frames[0][1]
    names = {span: f"k{n}" for n, span in enumerate({(begin, end): 0 for _, begin, end in shown})}
    sheet = [f".{name} {{ {style} }}" for style, name in styles.items()]
    for (begin, end), name in names.items():
        if (begin, end) != (0, seconds):
            sheet += [_keyframes(name, begin / seconds, end / seconds)]
            still = "visible" if end == seconds else "hidden"
            moving = f"animation: {name} {seconds:.2f}s step-end infinite"
            sheet += [f".{name} {{ visibility: {still}; {moving} }}"]
    sheet += ["@media (prefers-reduced-motion: reduce) { g { animation: none !important } }"]
    body = "".join(f'<g class="{names[begin, end]}">{text}</g>\n' for text, begin, end in shown)
    return _with(first, "\n".join(sheet), body)


def _keyframes(name: str, begin: float, end: float) -> str:
    """Show something from one share of the time to another."""
    steps = {0.0: "hidden", begin: "visible", end: "hidden"}
    if end >= 1:
        del steps[end]
    told = " ".join(f"{at:.3%} {{ visibility: {how} }}" for at, how in steps.items())
    return f"@keyframes {name} {{ {told} }}"


def _rows(picture: str, styles: dict[str, str]) -> dict[int, str]:
    """What each row of a picture shows. Adds new styles, whose names count from s0."""
    named = {
        name: styles.setdefault(style, f"s{len(styles)}") for name, style in STYLE.findall(picture)
    }
    rows: dict[int, str] = {}
    for element in ELEMENT.findall(picture):
        element = re.sub(r"terminal-\d+-(r\d+)", lambda found: named[found[1]], element)
        element = re.sub(r' clip-path="[^"]*"| shape-rendering="[^"]*"', "", element)
        y = float(re.search(r' y="([\d.]+)"', element)[1])  # type: ignore[index]
        row = int((y - 1) / HEIGHT)
        rows[row] = rows.get(row, "") + element
    return rows


def _with(picture: str, sheet: str, body: str) -> str:
    """A picture with other styles and contents of its terminal."""
    picture = CLIP.sub("", STYLE.sub("", picture))
    elements = list(ELEMENT.finditer(picture))
    for found in reversed(elements):
        picture = picture[: found.start()] + picture[found.end() :]
    picture = picture.replace("</style>", f"{sheet}\n</style>", 1)
    matrix = re.search(r'<g class="terminal-\d+-matrix">', picture)
    assert matrix is not None
    return f"{picture[: matrix.end()]}\n{body}{picture[matrix.end() :]}"
