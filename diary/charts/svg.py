"""SVG as text: escaping, the few elements charts draw with, and a picture that stands alone.

Colours come from classes in `desk/static/chart.css`. Shapes carry no `style` attribute, because the
pages' Content-Security-Policy allows no inline style; what remains without the stylesheet is a black
line drawing that still reads.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from diary.charts.scale import TENTHS, position

# Labels come from people. One longer than this would cover the data; the table beside the chart has it whole.
LABEL_LIMIT: Final = 40

# What XML 1.0 (section 2.2) cannot hold: most control characters, lone surrogates, two non-characters.
_FORBIDDEN: Final = dict.fromkeys(
    [*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF]
)
_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})


def escape(words: str) -> str:
    r"""Any text as XML content or attribute value; characters that XML cannot hold are dropped.

    >>> escape('a < b & "c"\x00')
    'a &lt; b &amp; &quot;c&quot;'
    """
    return words.translate(_FORBIDDEN).translate(_ESCAPES)


def shorten(words: str) -> str:
    r"""A label on one line, cut at LABEL_LIMIT characters with an ellipsis.

    >>> shorten("may be losing relief:\n review")
    'may be losing relief: review'
    """
    line = " ".join(words.split())
    return line if len(line) <= LABEL_LIMIT else line[: LABEL_LIMIT - 1].rstrip() + "…"


def text(x: float, y: float, words: str, *, classes: str = "", anchor: str = "") -> str:
    """One line of text with its baseline at y; anchor '' starts at x, 'middle' and 'end' as in SVG."""
    named = f' class="{classes}"' if classes else ""
    placed = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{position(x)}" y="{position(y)}"{named}{placed}>{escape(words)}</text>'


def line_path(points: Iterable[tuple[float, float]]) -> str:
    """Path data through points; one point alone becomes a dot under round caps.

    Steps are relative, because even steps compress to a third of what absolute ones take. They are
    counted in tenths of a pixel from the rounded point before, so that rounding never adds up.

    >>> line_path([(1, 2), (3, 4.5)]), line_path([(1, 2)])
    ('M1 2l2 2.5', 'M1 2h0')
    """
    tenths = [(round(x * 10), round(y * 10)) for x, y in points]
    (x, y), *_ = tenths
    start = f"M{TENTHS[x]} {TENTHS[y]}"
    steps = [
        f"{TENTHS[x - before_x]} {TENTHS[y - before_y]}" for (before_x, before_y), (x, y) in pairwise(tenths)
    ]
    return f"{start}l{' '.join(steps)}" if steps else f"{start}h0"


def path(data: str, classes: str) -> str:
    """An outline without fill: colour, width and dashes come from the class."""
    return f'<path class="{classes}" fill="none" stroke="currentColor" d="{data}"/>'


def box(classes: str, x: float, y: float, *, width_px: float, height_px: float) -> str:
    """An upright area."""
    at = f'x="{position(x)}" y="{position(y)}"'
    return f'<rect class="{classes}" {at} width="{position(width_px)}" height="{position(height_px)}"/>'


def document(
    body: Sequence[str],
    *,
    width_px: float,
    height_px: float,
    classes: str,
    title: str,
    description: str,
    links: Sequence[str] = (),
) -> str:
    """A whole picture: named by its title and told by its description, both read aloud.

    links: what can be followed stands over the picture, not in it: nothing inside an image can be reached.
    """
    size = f'width="{position(width_px)}" height="{position(height_px)}"'
    view = f'viewBox="0 0 {position(width_px)} {position(height_px)}"'
    font = 'font-family="system-ui,sans-serif" font-size="12"'
    start = f'<svg xmlns="http://www.w3.org/2000/svg" class="{classes}" {size} {view} {font}'
    names = f"<title>{escape(title)}</title>"
    if description:
        names += f"<desc>{escape(description)}</desc>"
    drawn = f"{names}{''.join(body)}"
    if not links:
        return f'{start} role="img">{drawn}</svg>'
    return (
        f'{start} role="group" aria-label="{escape(title)}"><g role="img">{drawn}</g>{"".join(links)}</svg>'
    )


def standalone(svg: str, stylesheet: str) -> str:
    """The picture with its stylesheet inside, for a file outside a page, such as the README's.

    svg: what a chart function returned. stylesheet: the text of `desk/static/chart.css`.
    Never put the result in a page: the Content-Security-Policy would refuse its `<style>`.
    """
    head, mark, rest = svg.partition(">")
    if not head.startswith("<svg ") or not mark:
        raise ValueError("standalone() takes the text of a whole <svg> element")
    return f"{head}><style>{escape(stylesheet)}</style>{rest}\n"
