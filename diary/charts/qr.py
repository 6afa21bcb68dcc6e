"""A QR code as SVG, black on white in every colour scheme: cameras do not read it the other way round."""

from typing import Final

# The quiet zone that the standard (ISO/IEC 18004) asks for around it.
BORDER_MODULES: Final = 4


def qr_code(content: str) -> str:
    """The content as a picture. What it says should stand beside it as text, too."""
    import segno  # noqa: PLC0415 - 0.1 s that only those who are shown such a code need pay

    drawn: str = segno.make(content, error="m", micro=False).svg_inline(
        border=BORDER_MODULES, dark="#000", light="#fff", omitsize=True
    )
    return drawn
