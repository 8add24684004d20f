# SPDX-License-Identifier: BSD-2-Clause
"""PNG in and out with nothing but Python: 8-bit RGB, and RGBA on reading. A
picture is (width, height, bytes of RGB)."""

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def write_png(path, width, height, rgb):
    rows = b"".join(b"\0" + rgb[y * width * 3:(y + 1) * width * 3] for y in range(height))
    with open(path, "wb") as file:
        file.write(SIGNATURE
                   + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
                   + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def paeth(left, up, corner):
    estimate = left + up - corner
    near = [(abs(estimate - left), 0, left), (abs(estimate - up), 1, up),
            (abs(estimate - corner), 2, corner)]
    return min(near)[2]


def unfilter(kind, row, above, step):
    for i in range(len(row)):
        left = row[i - step] if i >= step else 0
        corner = above[i - step] if i >= step else 0
        guess = (0, left, above[i], (left + above[i]) // 2, None)[kind] \
            if kind < 4 else paeth(left, above[i], corner)
        row[i] = (row[i] + guess) & 255
    return row


def read_png(path):
    with open(path, "rb") as file:
        data = file.read()
    if data[:8] != SIGNATURE:
        raise ValueError(f"{path}: not a PNG")
    at, packed = 8, b""
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8:at + 8 + size]
        at += size + 12
        if kind == b"IHDR":
            width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", body)
            if depth != 8 or colour not in (2, 6) or interlace:
                raise ValueError(f"{path}: only plain 8-bit RGB and RGBA are read here")
        elif kind == b"IDAT":
            packed += body
    raw, step = zlib.decompress(packed), 3 if colour == 2 else 4
    above, rows, stride = bytes(width * step), [], width * step + 1
    for y in range(height):
        line = raw[y * stride:(y + 1) * stride]
        above = bytes(unfilter(line[0], bytearray(line[1:]), above, step))
        rows.append(above if step == 3 else
                    b"".join(above[x:x + 3] for x in range(0, len(above), 4)))
    return width, height, b"".join(rows)
