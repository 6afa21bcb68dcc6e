r"""Shows our reference pages as HTML: the small part of Markdown that they use, and nothing else.

Headings, paragraphs, lists, fenced code, `code` and [links](to other pages). Every text is escaped.

>>> as_html("# Code used\n\nAsk for a `new` one.\n")
'<h1>Code used</h1>\n<p>Ask for a <code>new</code> one.</p>'
"""

import re
from collections.abc import Iterator
from html import escape
from typing import Final

FENCED: Final = re.compile(r"(^```\w*\n.*?\n```$)", re.DOTALL | re.MULTILINE)
HEADING: Final = re.compile(r"(#{1,3}) (.+)")
CODE: Final = re.compile(r"`([^`]+)`")
LINK: Final = re.compile(r"\[([^\]]+)\]\(([\w./#-]+)\)")


def as_html(text: str) -> str:
    """The page as HTML, ready to stand in a template."""
    return "\n".join(_blocks(text))


def _blocks(text: str) -> Iterator[str]:
    for part in FENCED.split(text):
        if part.startswith("```"):
            code = "\n".join(part.splitlines()[1:-1])
            yield f"<pre><code>{escape(code)}</code></pre>"
        else:
            yield from (_block(block.strip()) for block in re.split(r"\n\s*\n", part) if block.strip())


def _block(block: str) -> str:
    heading = HEADING.fullmatch(block)
    if heading:
        level = len(heading[1])
        return f"<h{level}>{_inline(heading[2])}</h{level}>"
    if block.startswith("- "):
        items = re.split(r"\n- ", block.removeprefix("- "))
        return f"<ul>{''.join(f'<li>{_inline(item)}</li>' for item in items)}</ul>"
    return f"<p>{_inline(block)}</p>"


def _inline(text: str) -> str:
    with_code = CODE.sub(r"<code>\1</code>", escape(text, quote=False))
    return LINK.sub(r'<a href="\2">\1</a>', with_code)
