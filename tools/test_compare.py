# SPDX-License-Identifier: BSD-2-Clause
"""The before/after pictures are what they claim: PNG rows, the cubic, the crop."""
import os
import random
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, HERE)
import compare  # noqa: E402


def filtered(kind, row, above, size):
    out = bytearray()
    for i, v in enumerate(row):
        a = row[i - size] if i >= size else 0
        b = above[i]
        c = above[i - size] if i >= size else 0
        p = a + b - c
        paeth = min(((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c)))[2]
        out.append((v - (0, a, b, (a + b) // 2, paeth)[kind]) & 255)
    return bytes(out)


def png(path, width, height, colour, size, rows):
    raw, above = b'', bytes(width * size)
    for y, row in enumerate(rows):
        raw += bytes([y % 5]) + filtered(y % 5, row, above, size)
        above = row
    with open(path, 'wb') as f:
        f.write(compare.SIGNATURE)
        for kind, body in ((b'IHDR', struct.pack('>IIBBBBB', width, height, 8, colour, 0, 0, 0)),
                           (b'IDAT', zlib.compress(raw)), (b'IEND', b'')):
            f.write(struct.pack('>I', len(body)) + kind + body +
                    struct.pack('>I', zlib.crc32(kind + body)))


def noise(width, height, seed=1):
    source = random.Random(seed)
    return compare.Picture(width, height, [source.randbytes(3 * width) for _ in range(height)])


class Compare(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = lambda name: os.path.join(folder.name, name)

    def test_every_png_filter_is_undone(self):
        for colour, size in compare.CHANNELS.items():
            rows = [random.Random(y).randbytes(13 * size) for y in range(11)]
            png(self.path('a.png'), 13, 11, colour, size, rows)
            read = compare.read_png(self.path('a.png'))
            for got, row in zip(read.rows, rows):
                rgb = [row[i * size + (c if size > 2 else 0)] for i in range(13) for c in range(3)]
                self.assertEqual(list(got), rgb)

    def test_written_is_read(self):
        picture = noise(17, 9)
        compare.write_png(self.path('b.png'), picture)
        self.assertEqual(compare.read_png(self.path('b.png')).rows, picture.rows)

    def test_the_cubic_keeps_flat_and_linear_pictures(self):
        flat = compare.Picture(12, 12, [bytes([9, 99, 199] * 12)] * 12)
        for scale in (1.5, 2.0, 3.0, 4.0):
            out = compare.enlarge(flat, scale, 0, 0, int(12 * scale), int(12 * scale))
            self.assertEqual(set(out.rows), {bytes([9, 99, 199] * int(12 * scale))})
        ramp = compare.Picture(24, 6, [bytes(v for i in range(24) for v in (8 * i,) * 3)] * 6)
        out = compare.enlarge(ramp, 2.0, 0, 0, 48, 12)
        for i in range(6, 42):  # away from the clamped edges
            self.assertEqual(out.rows[5][3 * i], int(8 * ((i + 0.5) / 2 - 0.5) + 0.5))

    def test_the_right_half_is_the_large_picture(self):
        small, large = noise(20, 16), noise(40, 32, 2)
        out = compare.compare(small, large, (3, 2, 10, 8), 1)
        self.assertEqual((out.width, out.height), (20 + 4 + 20, 16))
        for y in range(16):
            self.assertEqual(out.rows[y][3 * 24:], large.rows[y + 4][18:18 + 60])

    def test_the_busiest_region_is_found(self):
        rows = [bytearray(b'\x80' * 600) for _ in range(200)]
        for y in range(100, 150):
            rows[y][3 * 50:3 * 100] = random.Random(y).randbytes(150)
        x, y = compare.busiest(compare.Picture(200, 200, rows), 50)
        self.assertTrue(abs(x - 50) <= 12 and abs(y - 100) <= 12, (x, y))

    def test_errors_are_one_line_and_leave_nothing(self):
        compare.write_png(self.path('s.png'), noise(20, 16))
        compare.write_png(self.path('l.png'), noise(31, 16))
        with open(self.path('t.png'), 'wb') as f:
            f.write(b'no picture')
        for small, large, more in (('s.png', 'l.png', []), ('t.png', 'l.png', []),
                                   ('none.png', 'l.png', []), ('s.png', 's.png', ['--region', '1'])):
            run = subprocess.run([sys.executable, os.path.join(HERE, 'compare.py'), *more,
                                  self.path(small), self.path(large), self.path('o.png')],
                                 capture_output=True, text=True)
            self.assertEqual(run.returncode, 1)
            self.assertEqual(run.stderr.count('\n'), 1, run.stderr)
            self.assertFalse(os.path.exists(self.path('o.png')))


if __name__ == '__main__':
    unittest.main()
