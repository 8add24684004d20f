# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of the program share."""
import hashlib
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

QSR = os.environ.get('QSR_EMULATED') or os.environ['QSR'] # a script that runs it, or itself
HAS_VIDEO = os.environ.get('QSR_HAS_VIDEO') == '1'
SKIPPED = 77  # what meson takes for "skipped"


def default_signals():
    """For preexec_fn: what runs the tests may ignore signals, and that is inherited."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def run(*args, stdin=b'', env=None, cwd=None):
    """Runs the program; returns exit code, standard output, standard error."""
    done = subprocess.run([QSR, *map(str, args)], input=stdin, capture_output=True, timeout=500,
                          env={**os.environ, **(env or {})}, cwd=cwd)
    return done.returncode, done.stdout, done.stderr.decode()


class Case(unittest.TestCase):
    """A test with a folder of its own, which must hold no leftovers at its end."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix='qsr-test-')

    def tearDown(self):
        leftovers = [n for n in os.listdir(self.folder) if '.part-' in n]
        shutil.rmtree(self.folder)
        self.assertEqual(leftovers, [])

    def path(self, name):
        return os.path.join(self.folder, name)

    def file(self, name, data):
        with open(self.path(name), 'wb') as f:
            f.write(data)
        return self.path(name)

    def read(self, name):
        with open(self.path(name), 'rb') as f:
            return f.read()

    def good(self, *args, **more):
        code, out, err = run(*args, **more)
        self.assertEqual(code, 0, err)
        return out

    def bad(self, code, reason, *args, **more):
        """The program must give up with this code and one sentence with `reason` in it."""
        got, _, err = run(*args, **more)
        self.assertEqual(got, code, err)
        self.assertIn(reason, err)
        self.assertTrue(err.startswith('qsr: '), err)
        self.assertEqual(err.count('\n'), 1, err)

    def md5(self, *args, **more):
        out = self.good('upscale', *args, '--md5', '-q', **more).decode().strip()
        self.assertEqual(len(out), 32)
        return out


def digest(data):
    return hashlib.md5(data).hexdigest()


# -------------------------------------------------------------------- PNG ---

MAGIC = b'\x89PNG\r\n\x1a\n'
GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
SAMPLES = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGBA: 4}
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
         (0, 1, 1, 2)]


def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + \
        struct.pack('>I', zlib.crc32(kind + data))


def pack_row(values, depth):
    if depth == 16:
        return struct.pack('>%dH' % len(values), *values)
    if depth == 8:
        return bytes(values)
    bits = ''.join(format(v, '0%db' % depth) for v in values)
    bits += '0' * (-len(bits) % 8)
    return bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))


def make_png(width, height, kind, depth, values, interlaced=False, chunks=()):
    """values: rows of samples, all samples of a pixel behind each other."""
    n = SAMPLES[kind]
    raw = b''
    for x0, y0, dx, dy in ADAM7 if interlaced else [(0, 0, 1, 1)]:
        columns = range(x0, width, dx)
        if not columns:
            continue
        for y in range(y0, height, dy):
            row = [v for x in columns for v in values[y][n * x:n * x + n]]
            raw += b'\0' + pack_row(row, depth)
    header = struct.pack('>IIBBBBB', width, height, depth, kind, 0, 0, int(interlaced))
    return MAGIC + chunk(b'IHDR', header) + b''.join(chunk(*c) for c in chunks) + \
        chunk(b'IDAT', zlib.compress(raw)) + chunk(b'IEND', b'')


def png_chunks(data):
    at, found = 8, {}
    while at < len(data):
        size, = struct.unpack_from('>I', data, at)
        kind = data[at + 4:at + 8]
        found[kind] = found.get(kind, b'') + data[at + 8:at + 8 + size]
        at += 12 + size
    return found


def read_png(data):
    """Width, height, colour type and rows of an 8-bit PNG without interlacing."""
    chunks = png_chunks(data)
    width, height, depth, kind, _, _, interlaced = struct.unpack('>IIBBBBB', chunks[b'IHDR'])
    assert depth == 8 and not interlaced
    n = SAMPLES[kind]
    raw = zlib.decompress(chunks[b'IDAT'])
    rows, above = [], bytes(width * n)
    for y in range(height):
        line = raw[y * (width * n + 1):(y + 1) * (width * n + 1)]
        row = bytearray(line[1:])
        for i in range(len(row)):
            a = row[i - n] if i >= n else 0
            b = above[i]
            c = above[i - n] if i >= n else 0
            p = a + b - c
            pa, pb, pc = abs(p - a), abs(p - b), abs(p - c)
            paeth = a if pa <= pb and pa <= pc else b if pb <= pc else c
            row[i] = (row[i] + [0, a, b, (a + b) // 2, paeth][line[0]]) & 255
        rows.append(bytes(row))
        above = row
    return width, height, kind, rows


# -------------------------------------------------------------------- y4m ---

def noise(size, seed=1):
    return random.Random(seed).randbytes(size)


def smooth(width, height, seed=1):
    """A plane that is neither flat nor noise."""
    r = random.Random(seed)
    a, b, c = r.randint(1, 9), r.randint(1, 9), r.randint(0, 255)
    return bytes((a * x * x // 7 + b * y + c + x * y // 5) % 220 + 16
                 for y in range(height) for x in range(width))


def make_y4m(width, height, frames, params='F25:1 Ip A1:1 C420jpeg', seed=1):
    kind = (' ' + params).split(' C')[1].split()[0] if ' C' in ' ' + params else '420'
    cw, ch = y4m_chroma(kind, width, height)
    deep = kind.endswith('p10')
    data = ('YUV4MPEG2 W%d H%d %s\n' % (width, height, params)).encode()
    for i in range(frames):
        frame = smooth(width, height, seed + 10 * i)
        frame += smooth(cw, ch, seed + 1 + 10 * i) + smooth(cw, ch, seed + 2 + 10 * i)
        if deep:
            frame = b''.join((4 * v + i % 4).to_bytes(2, 'little') for i, v in enumerate(frame))
        data += b'FRAME\n' + frame
    return data


def y4m_chroma(kind, width, height):
    """The size of a chroma plane."""
    if kind == 'mono':
        return 0, 0
    half_width, half_height = {'420': (1, 1), '422': (1, 0), '444': (0, 0)}[kind[:3]]
    return (width + half_width) >> half_width, (height + half_height) >> half_height


def split_y4m(data):
    """The header's words and the frames."""
    header, rest = data.split(b'\n', 1)
    words = header.decode().split()
    width, height = int(words[1][1:]), int(words[2][1:])
    kind = [w for w in words if w[0] == 'C']
    kind = kind[0][1:] if kind else '420'
    cw, ch = y4m_chroma(kind, width, height)
    size = (width * height + 2 * cw * ch) * (2 if kind.endswith('p10') else 1)
    frames = []
    while rest:
        line, rest = rest.split(b'\n', 1)
        assert line.startswith(b'FRAME'), line
        assert len(rest) >= size
        frames.append(rest[:size])
        rest = rest[size:]
    return words, frames


def main():
    unittest.main(verbosity=1)


def skip(reason):
    print('skipped:', reason)
    sys.exit(SKIPPED)
