#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Puts a picture enlarged by a cubic and the same picture upscaled by qsr side by side.

compare.py [--region X,Y,W,H] [--zoom N] SMALL.png LARGE.png OUT.png

SMALL is the original, LARGE what qsr made of it. Left in OUT: a region of SMALL,
enlarged to the size of LARGE by the cubic (a = -0.5) that players and browsers use.
Right: the same region of LARGE. Without --region, the most detailed one.
"""
import argparse
import struct
import sys
import zlib
from fractions import Fraction

SIGNATURE = b'\x89PNG\r\n\x1a\n'
CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}


class Picture:
    """8-bit RGB rows."""

    def __init__(self, width, height, rows):
        self.width, self.height, self.rows = width, height, rows

    def crop(self, x, y, w, h):
        return Picture(w, h, [row[3 * x:3 * (x + w)] for row in self.rows[y:y + h]])


def unfilter(kind, row, above, size):
    if kind == 1:
        for i in range(size, len(row)):
            row[i] = (row[i] + row[i - size]) & 255
    elif kind == 2:
        for i in range(len(row)):
            row[i] = (row[i] + above[i]) & 255
    elif kind == 3:
        for i in range(len(row)):
            left = row[i - size] if i >= size else 0
            row[i] = (row[i] + (left + above[i] >> 1)) & 255
    elif kind == 4:
        for i in range(len(row)):
            a = row[i - size] if i >= size else 0
            b, c = above[i], above[i - size] if i >= size else 0
            pa, pb, pc = abs(b - c), abs(a - c), abs(a + b - 2 * c)
            row[i] = (row[i] + (a if pa <= pb and pa <= pc else b if pb <= pc else c)) & 255
    elif kind:
        raise ValueError('unknown filter %d' % kind)


def to_rgb(row, channels):
    if channels == 3:
        return bytes(row)
    out = bytearray(len(row) // channels * 3)
    for i in range(3):
        out[i::3] = row[i if channels == 4 else 0::channels]
    return bytes(out)


def read_png(path):
    with open(path, 'rb') as f:
        data = f.read()
    if data[:8] != SIGNATURE:
        raise ValueError('%s: not a PNG file' % path)
    at, packed, header = 8, b'', None
    while at < len(data):
        size, kind = struct.unpack_from('>I4s', data, at)
        body = data[at + 8:at + 8 + size]
        if kind == b'IHDR':
            header = struct.unpack('>IIBBBBB', body)
        elif kind == b'IDAT':
            packed += body
        at += size + 12
    width, height, depth, colour, _, _, interlace = header
    if depth != 8 or colour not in CHANNELS or interlace:
        raise ValueError('%s: only plain 8-bit PNG files can be compared' % path)
    channels = CHANNELS[colour]
    raw, stride = zlib.decompress(packed), width * channels
    above, rows = bytearray(stride), []
    for y in range(height):
        start = y * (stride + 1)
        row = bytearray(raw[start + 1:start + 1 + stride])
        unfilter(raw[start], row, above, channels)
        rows.append(to_rgb(row, channels))
        above = row
    return Picture(width, height, rows)


def write_png(path, picture):
    def chunk(kind, body):
        return (struct.pack('>I', len(body)) + kind + body +
                struct.pack('>I', zlib.crc32(kind + body)))
    raw = b''.join(b'\0' + row for row in picture.rows)
    header = struct.pack('>IIBBBBB', picture.width, picture.height, 8, 2, 0, 0, 0)
    with open(path, 'wb') as f:
        f.write(SIGNATURE + chunk(b'IHDR', header) + chunk(b'IDAT', zlib.compress(raw, 9)) +
                chunk(b'IEND', b''))


def cubic(x):
    x = abs(x)
    if x < 1:
        return (1.5 * x - 2.5) * x * x + 1
    return ((-0.5 * x + 2.5) * x - 4) * x + 2 if x < 2 else 0.0


def taps(position, scale, size):
    """Source samples and weights for one output position."""
    at = (position + 0.5) / scale - 0.5
    first = int(at // 1) - 1
    return [(min(max(first + k, 0), size - 1), cubic(at - first - k)) for k in range(4)]


def enlarge(picture, scale, x, y, w, h):
    """The region (x, y, w, h) of the picture enlarged by `scale`; output coordinates."""
    columns = [[(3 * s, k) for s, k in taps(i, scale, picture.width)] for i in range(x, x + w)]
    rows, cache = [], {}
    for j in range(y, y + h):
        lines = []
        for s, k in taps(j, scale, picture.height):
            if s not in cache:
                src = picture.rows[s]
                cache[s] = [sum(src[p + c] * q for p, q in column)
                            for column in columns for c in range(3)]
            lines.append((cache[s], k))
        (a, ka), (b, kb), (c, kc), (d, kd) = lines
        rows.append(bytes(min(max(int(p * ka + q * kb + r * kc + s * kd + 0.5), 0), 255)
                          for p, q, r, s in zip(a, b, c, d)))
    return Picture(w, h, rows)


def busiest(picture, size):
    """Top left of the square of that size with the strongest edges."""
    step, best = max(size // 4, 1), (-1, 0, 0)
    green = [row[1::3] for row in picture.rows]
    for y in range(0, picture.height - size + 1, step):
        for x in range(0, picture.width - size + 1, step):
            energy = 0
            for j in range(y, y + size, 3):
                line = green[j]
                energy += sum(abs(line[i] - line[i - 2]) for i in range(x + 2, x + size, 3))
            best = max(best, (energy, -y, -x))
    return -best[2], -best[1]


def zoomed(picture, n):
    rows = []
    for row in picture.rows:
        wide = b''.join(row[i:i + 3] * n for i in range(0, len(row), 3))
        rows += [wide] * n
    return Picture(picture.width * n, picture.height * n, rows)


def beside(left, right, gap):
    bar = b'\xff' * (3 * gap)
    return Picture(left.width + gap + right.width, left.height,
                   [a + bar + b for a, b in zip(left.rows, right.rows)])


def compare(small, large, region, zoom):
    scale = Fraction(large.width, small.width)
    if not 1 <= scale <= 4 or abs(large.height - small.height * scale) > 1:
        raise ValueError('the pictures do not show the same: %dx%d and %dx%d' %
                         (small.width, small.height, large.width, large.height))
    if region is None:
        size = min(small.width, small.height, 110)
        region = busiest(small, size) + (size, size)
    x, y, w, h = [int(v * scale) for v in region]
    w, h = min(w, large.width - x), min(h, large.height - y)
    if min(x, y) < 0 or min(w, h) < 1:
        raise ValueError('the region lies outside the picture')
    left = enlarge(small, float(scale), x, y, w, h)
    return beside(zoomed(left, zoom), zoomed(large.crop(x, y, w, h), zoom), 4)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--region', help='X,Y,W,H in pixels of SMALL')
    parser.add_argument('--zoom', type=int, default=2, help='repeat every pixel (2)')
    parser.add_argument('small')
    parser.add_argument('large')
    parser.add_argument('out')
    args = parser.parse_args()
    try:
        region = None
        if args.region:
            region = tuple(int(v) for v in args.region.split(','))
            if len(region) != 4:
                raise ValueError('--region needs four numbers')
        write_png(args.out, compare(read_png(args.small), read_png(args.large), region, args.zoom))
    except (OSError, ValueError, zlib.error, struct.error, TypeError) as error:
        sys.exit('compare.py: %s' % error)


if __name__ == '__main__':
    main()
