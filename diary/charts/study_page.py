"""A page that stands alone: words, a picture and a table, as a file that any browser opens and prints."""

from collections.abc import Sequence

from diary.charts.svg import escape


def page(title: str, parts: Sequence[str], *, stylesheet: str) -> str:
    """The whole file.

    title: of the page. parts: what `words`, `table` and the charts return. stylesheet: of words and charts.
    """
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{stylesheet}</style>\n</head>\n<body>\n"
        f"<main>\n<h1>{escape(title)}</h1>\n{chr(10).join(parts)}\n</main>\n</body>\n</html>\n"
    )


def words(text: str, *, muted: bool = False) -> str:
    """A paragraph."""
    return f"<p{' class=muted' if muted else ''}>{escape(text)}</p>"


def heading(text: str) -> str:
    """Of a part of the page."""
    return f"<h2>{escape(text)}</h2>"


def table(caption: str, names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows under their names; the first cell of a row names it.

    >>> table("Weeks", ["Week", "Mean"], [["1", "2.7"]]).count("<th")
    4
    """
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    body = "".join(_row(row) for row in rows)
    return wide(caption, f"<table><thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table>")


def wide(caption: str, inside: str) -> str:
    """What scrolls sideways where the page is narrow, also by the keyboard."""
    return f'<div class="wide" role="region" aria-label="{escape(caption)}" tabindex="0">{inside}</div>'


def _row(cells: Sequence[str]) -> str:
    rest = "".join(f"<td>{escape(cell)}</td>" for cell in cells[1:])
    return f'<tr><th scope="row">{escape(cells[0])}</th>{rest}</tr>\n'
