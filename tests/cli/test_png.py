# SPDX-License-Identifier: BSD-2-Clause
"""PNG pictures of every colour type, and what is kept of them."""
import random
import struct
import zlib

from common import (GREY, GREY_ALPHA, PALETTE, RGB, RGBA, SAMPLES, Case, chunk, digest, main,
                    make_png, png_chunks, read_png)

W, H = 13, 9


def rows(kind, depth, seed=3):
    r = random.Random(seed)
    # Even in 16 bits: what 8 bits hold, so that reducing is exact.
    top = (1 << min(depth, 8)) - 1
    scale = 257 if depth == 16 else 1
    return [[r.randint(0, top) * scale for _ in range(W * SAMPLES[kind])] for _ in range(H)]


def to8(values, depth):
    return [[v // 257 if depth == 16 else v * 255 // ((1 << depth) - 1) for v in row]
            for row in values]


class Png(Case):
    def upscale(self, data, *options):
        """The result, and a check that --md5 is that of its pixels."""
        self.file('in.png', data)
        out = self.good('upscale', self.path('in.png'), self.path('out.png'), '-y', '-q', '--md5',
                        *options).decode().strip()
        result = read_png(self.read('out.png'))
        self.assertEqual(out, digest(b''.join(result[3])))
        return result

    def test_depths_and_interlacing(self):
        """Every way to store the same 8-bit samples gives the same result."""
        for kind, depths in ((GREY, (1, 2, 4, 8, 16)), (RGB, (8, 16)), (GREY_ALPHA, (8, 16)),
                             (RGBA, (8, 16))):
            for depth in depths:
                values = rows(kind, depth)
                plain = self.upscale(make_png(W, H, kind, 8, to8(values, depth)))
                self.assertEqual(plain[:3], (2 * W, 2 * H, kind))
                for interlaced in (False, True):
                    with self.subTest(kind=kind, depth=depth, interlaced=interlaced):
                        data = make_png(W, H, kind, depth, values, interlaced)
                        self.assertEqual(self.upscale(data), plain)

    def test_16_bits_round(self):
        """16 bits are rounded to the nearest of 8, not cut."""
        values = [[min(65535, v * 257 + 128) for v in row] for row in rows(RGB, 8)]
        rounded = [[(v * 255 + 32895) >> 16 for v in row] for row in values]
        self.assertEqual(self.upscale(make_png(W, H, RGB, 16, values)),
                         self.upscale(make_png(W, H, RGB, 8, rounded)))

    def test_palette(self):
        r = random.Random(5)
        for depth in (1, 2, 4, 8):
            colours = [[r.randint(0, 255) for _ in range(3)] for _ in range(1 << depth)]
            index = [[r.randrange(1 << depth) for _ in range(W)] for _ in range(H)]
            plte = (b'PLTE', bytes(sum(colours, [])))
            rgb = [[v for i in row for v in colours[i]] for row in index]
            with self.subTest(depth=depth):
                self.assertEqual(self.upscale(make_png(W, H, PALETTE, depth, index, chunks=[plte])),
                                 self.upscale(make_png(W, H, RGB, 8, rgb)))
            alpha = [r.randint(0, 255) for _ in colours]
            rgba = [[v for i in row for v in colours[i] + [alpha[i]]] for row in index]
            with self.subTest(depth=depth, alpha=True):
                data = make_png(W, H, PALETTE, depth, index, depth == 4,
                                [plte, (b'tRNS', bytes(alpha))])
                self.assertEqual(self.upscale(data), self.upscale(make_png(W, H, RGBA, 8, rgba)))

    def test_transparent_colour(self):
        values = rows(RGB, 8)
        key = values[2][3:6]
        rgba = [[v for x in range(W) for v in row[3 * x:3 * x + 3] +
                 [0 if row[3 * x:3 * x + 3] == key else 255]] for row in values]
        trns = (b'tRNS', struct.pack('>3H', *key))
        self.assertEqual(self.upscale(make_png(W, H, RGB, 8, values, chunks=[trns])),
                         self.upscale(make_png(W, H, RGBA, 8, rgba)))
        grey = rows(GREY, 4)
        key = grey[1][1]
        both = [[v for x in row for v in (x * 17, 0 if x == key else 255)] for row in grey]
        trns = (b'tRNS', struct.pack('>H', key))
        self.assertEqual(self.upscale(make_png(W, H, GREY, 4, grey, chunks=[trns])),
                         self.upscale(make_png(W, H, GREY_ALPHA, 8, both)))

    def test_alpha_is_apart(self):
        """Alpha changes no colour, and colour no alpha; opaque stays opaque."""
        colour, alpha = rows(RGB, 8), rows(GREY, 8, seed=9)
        opaque = self.upscale(make_png(W, H, RGB, 8, colour))[3]

        def with_alpha(values, a):
            return [[v for x in range(W) for v in row[3 * x:3 * x + 3] + [a[y][x]]]
                    for y, row in enumerate(values)]
        for a in (alpha, [[255] * W] * H, [[0] * W] * H):
            result = self.upscale(make_png(W, H, RGBA, 8, with_alpha(colour, a)))[3]
            for got, want in zip(result, opaque):
                self.assertEqual(bytes(v for i, v in enumerate(got) if i % 4 < 3), want)
            if a is not alpha:
                self.assertEqual({v for row in result for v in row[3::4]}, {a[0][0]})
            else:
                black = self.upscale(make_png(W, H, RGBA, 8, with_alpha([[0] * 3 * W] * H, a)))[3]
                self.assertEqual([r[3::4] for r in result], [r[3::4] for r in black])
                self.assertGreater(len({v for r in result for v in r[3::4]}), 50)

    def test_grey_with_alpha(self):
        """Grey is what it would be alone, and alpha what it would be with colours."""
        grey, alpha = rows(GREY, 8), rows(GREY, 8, seed=9)
        both = [[v for pair in zip(g, a) for v in pair] for g, a in zip(grey, alpha)]
        rgba = [[v for g, a in zip(*p) for v in (g, g, g, a)] for p in zip(grey, alpha)]
        result = self.upscale(make_png(W, H, GREY_ALPHA, 8, both))[3]
        alone = self.upscale(make_png(W, H, GREY, 8, grey))[3]
        colour = self.upscale(make_png(W, H, RGBA, 8, rgba))[3]
        self.assertEqual([r[0::2] for r in result], alone)
        self.assertEqual([r[1::2] for r in result], [r[3::4] for r in colour])

    def test_scales(self):
        data = make_png(W, H, RGB, 8, rows(RGB, 8))
        for scale, width, height in (('1.5', 20, 14), ('2', 26, 18), ('3', 39, 27),
                                     ('4', 52, 36)):
            self.assertEqual(self.upscale(data, '--scale', scale)[:2], (width, height))
        one = make_png(1, 1, RGB, 8, [[10, 20, 30]])
        self.assertEqual(self.upscale(one, '-s', '3')[:2], (3, 3))

    def test_metadata(self):
        chunks = [(b'gAMA', struct.pack('>I', 45455)), (b'sRGB', b'\1'),
                  (b'cHRM', struct.pack('>8I', 31270, 32900, 64000, 33000, 30000, 60000, 15000,
                                        6000)),
                  (b'pHYs', struct.pack('>IIB', 2835, 2000, 1))]
        self.upscale(make_png(W, H, RGB, 8, rows(RGB, 8), chunks=chunks), '-s', '1.5')
        kept = png_chunks(self.read('out.png'))
        for kind, data in chunks[:3]:
            self.assertEqual(kept[kind], data, kind)
        self.assertEqual(kept[b'pHYs'], struct.pack('>IIB', 4253, 3000, 1))
        # Without a unit it is an aspect ratio.
        aspect = (b'pHYs', struct.pack('>IIB', 4, 3, 0))
        self.upscale(make_png(W, H, RGB, 8, rows(RGB, 8), chunks=[aspect]))
        self.assertEqual(png_chunks(self.read('out.png'))[b'pHYs'], aspect[1])

    def test_colour_profile(self):
        """An ICC profile comes through byte for byte."""
        text = random.Random(1).randbytes(252)
        tags = struct.pack('>I4sII', 1, b'desc', 144, 256) + b'desc' + text
        head = bytearray(128)
        struct.pack_into('>I4sI4s4s4s', head, 0, 128 + len(tags), b'test', 0x02400000, b'mntr',
                         b'RGB ', b'XYZ ')
        head[36:40] = b'acsp'
        struct.pack_into('>3I', head, 68, 0xf6d6, 0x10000, 0xd32d)
        profile = bytes(head) + tags
        iccp = (b'iCCP', b'mine\0\0' + zlib.compress(profile))
        self.upscale(make_png(W, H, RGB, 8, rows(RGB, 8), chunks=[iccp]))
        kept = png_chunks(self.read('out.png'))[b'iCCP']
        self.assertTrue(kept.startswith(b'mine\0\0'))
        self.assertEqual(zlib.decompress(kept[6:]), profile)

    def test_damaged_extras_do_no_harm(self):
        data = make_png(W, H, RGB, 8, rows(RGB, 8), chunks=[(b'iCCP', b'x\0\0rubbish'),
                                                             (b'gAMA', bytes(4))])
        plain = self.upscale(make_png(W, H, RGB, 8, rows(RGB, 8)))
        self.assertEqual(self.upscale(data), plain)

    def test_pipes(self):
        data = make_png(W, H, RGB, 8, rows(RGB, 8))
        self.upscale(data)
        self.assertEqual(self.good('upscale', '-', '-', stdin=data), self.read('out.png'))
        code_out = self.good('upscale', '-', self.path('piped.png'), stdin=data)
        self.assertEqual((code_out, self.read('piped.png')), (b'', self.read('out.png')))

    def test_threads_and_masks(self):
        data = make_png(65, 63, RGB, 8, [[(x * x + 3 * y * x + 40 * c) % 256 for x in range(65)
                                          for c in range(3)] for y in range(63)])
        path = self.file('in.png', data)
        want = self.md5(path)
        for options in (['-t', '1'], ['-t', '2'], ['-t', '7'], ['--cpumask', 'c'],
                        ['--cpumask', 'all'], ['--cpumask', 'c', '-t', '3'], ['--backend', 'cpu']):
            self.assertEqual(self.md5(path, *options), want, options)
        self.assertEqual(self.md5(path, env={'QSR_CPU_MASK': 'c'}), want)
        self.assertNotEqual(self.md5(path, '-s', '3'), want)


class BadPng(Case):
    def refuse(self, data, reason):
        path = self.file('in.png', data)
        self.bad(1, reason, 'upscale', path, self.path('out.png'))
        self.assertNotIn('out.png', __import__('os').listdir(self.folder))

    def test_bomb(self):
        """Sizes are refused by the header, before memory is asked for."""
        def bomb(width, height):
            head = struct.pack('>IIBBBBB', width, height, 8, RGBA, 0, 0, 0)
            return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', head) + \
                chunk(b'IDAT', zlib.compress(bytes(1000))) + chunk(b'IEND', b'')
        self.refuse(bomb(60000, 60000), '60000x60000; at most 16384x16384')
        self.refuse(bomb(0x7fffffff, 1), 'at most')
        self.refuse(bomb(16384, 16384), 'more than the 268435456 pixels')
        self.refuse(bomb(0, 4), 'cannot be read as PNG')
        self.refuse(bomb(8000, 8000), 'cannot be read as PNG')

    def test_profile_bomb(self):
        """A chunk that unpacks to a gigabyte is left out or refused, in little memory."""
        packed = zlib.compressobj(9)
        data = b''.join(packed.compress(bytes(1 << 20)) for _ in range(256)) + packed.flush()
        path = self.file('in.png', make_png(W, H, RGB, 8, rows(RGB, 8),
                                            chunks=[(b'iCCP', b'x\0\0' + data)]))
        self.good('upscale', path, self.path('out.png'), '-q')
        self.assertNotIn(b'iCCP', png_chunks(self.read('out.png')))

    def test_truncated_anywhere(self):
        data = make_png(W, H, RGB, 8, rows(RGB, 8))
        for size in (20, 32, 40, len(data) // 2, len(data) - 13, len(data) - 6, len(data) - 1):
            with self.subTest(size=size):
                self.refuse(data[:size], 'in.png')

    def test_checksum(self):
        data = bytearray(make_png(W, H, RGB, 8, rows(RGB, 8)))
        data[data.index(b'IDAT') + 20] ^= 4
        self.refuse(bytes(data), 'cannot be read as PNG')
        data = bytearray(make_png(W, H, RGB, 8, rows(RGB, 8)))
        data[29] ^= 1
        self.refuse(bytes(data), 'cannot be read as PNG')

    def test_nonsense(self):
        self.refuse(b'\x89PNG\r\n\x1a\n' + bytes(100), 'has no header')
        self.refuse(b'\x89PNG\r\n\x1a\n', 'has no header')
        self.refuse(b'', 'it is empty')


if __name__ == '__main__':
    main()
