"""Public ids: UUIDv7 (RFC 9562), so that rows made later sort later."""

import os
from datetime import datetime


def new_uid(now: datetime) -> str:
    """A UUIDv7 whose first 48 bits are `now` in milliseconds and whose other bits are random."""
    milliseconds = int(now.timestamp() * 1000)
    tail = int.from_bytes(os.urandom(10), "big")
    number = (milliseconds & (1 << 48) - 1) << 80 | tail
    number = number & ~(0xF << 76) | 0x7 << 76  # version 7
    number = number & ~(0x3 << 62) | 0x2 << 62  # variant of RFC 9562
    digits = f"{number:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
