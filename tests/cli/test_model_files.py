# SPDX-License-Identifier: BSD-2-Clause
"""`qsr verify`, and models given by path."""
import hashlib
import os

from common import Case, main, make_png, read_png, run, skip

MODELS = os.environ['QSR_MODELS']
X3 = os.path.join(MODELS, 'quicksrnet-small-x3.qsr')
if not os.path.exists(X3):
    skip('models/quicksrnet-small-x3.qsr does not exist')
with open(X3, 'rb') as f:
    GOOD = f.read()


def rehash(data):
    data = bytearray(data)
    data[48:80] = bytes(32)
    data[48:80] = hashlib.sha256(data).digest()
    return bytes(data)


class Verify(Case):
    def test_shipped(self):
        files = sorted(os.path.join(MODELS, n) for n in os.listdir(MODELS) if n.endswith('.qsr'))
        text = self.good('verify', *files).decode()
        for path in files:
            self.assertIn(path + ': good\n', text)
        self.assertEqual(text.count('licence: BSD-2-Clause'), len(files))
        self.assertIn('SHA-256 ' + GOOD[48:80].hex(), text)

    def test_plain_name(self):
        """A file in the current folder, even one called like a built-in model."""
        self.file('quicksrnet-small', GOOD)
        self.good('verify', 'quicksrnet-small', cwd=self.folder)

    def test_refused(self):
        flipped = bytearray(GOOD)
        flipped[1000] ^= 1
        lying = bytearray(GOOD)
        lying[1000] ^= 1  # a weight; the hash is right, the self-test is not
        wide = bytearray(GOOD)
        wide[28] = 48
        for name, data in (('flipped', bytes(flipped)), ('lying', rehash(lying)),
                           ('cut', GOOD[:-1]), ('long', GOOD + b'\0'), ('tiny', GOOD[:100]),
                           ('magic', b'X' + GOOD[1:]), ('wide', rehash(wide)),
                           ('big', bytes(5 << 20))):
            with self.subTest(name=name):
                self.bad(1, name + '.qsr', 'verify', self.file(name + '.qsr', data))
        self.bad(1, 'empty.qsr', 'verify', self.file('empty.qsr', b''))
        self.bad(1, 'none.qsr', 'verify', self.path('none.qsr'))
        self.bad(1, self.folder, 'verify', self.folder)

    def test_one_bad_among_good(self):
        bad = self.file('bad.qsr', GOOD[:-1])
        code, out, err = run('verify', X3, bad, X3)
        self.assertEqual(code, 1)
        self.assertEqual(out.decode().count(': good'), 2)
        self.assertEqual(err.count('\n'), 1)

    def test_terminal_is_safe(self):
        """Nothing in a card reaches the terminal as a control character."""
        size = int.from_bytes(GOOD[40:44], 'little')
        card = GOOD[-size:]
        evil = card.replace(b'BSD-2-Clause', b'\\u001b[31m\x7fX')
        self.assertNotEqual(card, evil)
        data = bytearray(GOOD[:-size] + evil)
        data[40:44] = len(evil).to_bytes(4, 'little')
        data[16:24] = len(data).to_bytes(8, 'little')
        text = self.good('verify', self.file('evil.qsr', rehash(data)))
        self.assertFalse([b for b in text if (b < 32 and b != 10) or b == 127])


class Use(Case):
    def test_by_path(self):
        """The file's scale is the default, and any other is refused."""
        self.file('own.qsr', GOOD)
        png = self.file('in.png', make_png(5, 4, 2, 8, [[9 * i for i in range(15)]] * 4))
        self.good('upscale', png, self.path('a.png'), '-q', '-m', self.path('own.qsr'))
        self.good('upscale', png, self.path('b.png'), '-q', '-s', '3')
        self.assertEqual(read_png(self.read('a.png')), read_png(self.read('b.png')))
        self.good('upscale', png, self.path('c.png'), '-q', '-m', 'own.qsr', cwd=self.folder)
        self.bad(1, 'own.qsr', 'upscale', png, self.path('d.png'), '-m', self.path('own.qsr'),
                 '-s', '2')
        self.bad(1, 'cut.qsr', 'upscale', png, self.path('d.png'), '-m',
                 self.file('cut.qsr', GOOD[:-1]))
        self.assertNotIn('d.png', os.listdir(self.folder))


if __name__ == '__main__':
    main()
