"""The phone's own files as they leave: bare of what only readers need, packed for phones that take that."""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flask import Response, request

STATIC: Final = Path(__file__).parent / "static"
SCRIPTS: Final = Path(__file__).parent / "scripts"
YEAR_S: Final = 365 * 24 * 3600
LASTING: Final = f"public, max-age={YEAR_S}, immutable"

# A comment that has its lines to itself or ends one, the indent of a line, and empty lines.
_FOR_READERS: Final = re.compile(
    r"^ *(//[^\n]*|/\*.*?\*/)\n|(?<=[;}]) +(//[^\n]*|/\*[^\n]*?\*/)$|^ +|^\n", re.MULTILINE | re.DOTALL
)
_BARED: Final = (".js", ".css")
# Pictures are packed already.
_TEXTS: Final = (*_BARED, ".svg")


@dataclass(frozen=True, slots=True)
class File:
    """One file: its bytes as they are, and packed where that is worth it."""

    content_type: str
    plain: bytes
    packed: bytes | None

    @property
    def digest(self) -> str:
        """Names this version."""
        return hashlib.sha256(self.plain).hexdigest()[:12]


def read(path: Path) -> File:
    """A file as it leaves."""
    content = path.read_bytes()
    if path.suffix in _BARED:
        content = bare(content.decode()).encode()
    kind = "text/javascript" if path.suffix == ".js" else mimetypes.guess_type(path.name)[0]
    packed = gzip.compress(content, 9, mtime=0) if path.suffix in _TEXTS else None
    return File(kind or "application/octet-stream", content, packed)


def packed_page(page: str) -> File:
    """A page as a file."""
    content = page.encode()
    return File("text/html; charset=utf-8", content, gzip.compress(content, 6, mtime=0))


def bare(text: str) -> str:
    r"""A script or style sheet of ours without comments and indents. None of its strings runs over lines.

    >>> bare("// why\nif (on) {\n  const url = 'http://x'; // here\n}\n\n/** What. */\nf();\n")
    "if (on) {\nconst url = 'http://x';\n}\nf();\n"
    >>> bare("/* All\n   of it. */\n\na { margin: 0; } /* none */\n")
    'a { margin: 0; }\n'
    """
    return _FOR_READERS.sub("", text)


SCRIPT_FILES: Final = {path.name: read(path) for path in sorted(SCRIPTS.iterdir())}
STATIC_FILES: Final = {path.name: read(path) for path in sorted(STATIC.iterdir())}

# Scripts load one another by their bare names, so that they share the version of all.
SCRIPTS_VERSION: Final = hashlib.sha256(b"".join(file.plain for file in SCRIPT_FILES.values())).hexdigest()[
    :12
]


def answer(file: File, *, cache: str) -> Response:
    """The file, packed if the phone takes that."""
    packs = file.packed is not None and request.accept_encodings.quality("gzip") > 0
    response = Response(file.packed if packs else file.plain, content_type=file.content_type)
    response.headers["Cache-Control"] = cache
    if file.packed is not None:
        response.headers["Vary"] = "Accept-Encoding"
    if packs:
        response.headers["Content-Encoding"] = "gzip"
    return response
