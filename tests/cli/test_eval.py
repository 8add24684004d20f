# SPDX-License-Identifier: BSD-2-Clause
"""qsr eval: the pairs it finds, what it prints, what it refuses. That the figures are right
is tested against NumPy in the suite models."""
import csv
import io
import math
import os
import random

from common import GREY, RGB, RGBA, Case, main, make_png

COLUMNS = ['picture', 'width', 'height', 'psnr_y', 'psnr_y_shaved', 'ssim']


def picture(width, height, seed=1):
    r = random.Random(seed)
    a, b = r.randint(2, 9), r.randint(2, 9)
    return [[(a * x + b * y + 40 * c + r.randint(0, 20)) % 256 for x in range(width)
             for c in range(3)] for y in range(height)]


def larger(rows, n):
    """Each pixel n x n times."""
    return [[v for x in range(0, len(row), 3) for v in row[x:x + 3] * n]
            for row in rows for _ in range(n)]


class Eval(Case):
    def folders(self, *names):
        for name in names:
            os.makedirs(self.path(name))

    def rows(self, *args):
        text = self.good('eval', *args, '--csv').decode()
        return list(csv.DictReader(io.StringIO(text)))

    def pair(self, name='a.png', low=None, high=None, folder='set'):
        low = low or picture(20, 16)
        high = high or larger(low, 2)
        for where, rows in (('%s/x2/LR' % folder, low), ('%s/HR' % folder, high)):
            os.makedirs(self.path(where), exist_ok=True)
            self.file('%s/%s' % (where, name),
                      make_png(len(rows[0]) // 3, len(rows), RGB, 8, rows))

    def test_set(self):
        self.pair('b.png')
        self.pair('a,".png', picture(30, 14, 2))
        rows = self.rows(self.path('set'))
        self.assertEqual([r['picture'] for r in rows], ['a,".png', 'b.png', 'mean'])
        self.assertEqual(list(rows[0]), COLUMNS)
        self.assertEqual((rows[0]['width'], rows[0]['height'], rows[2]['width']),
                         ('60', '28', ''))
        for column in COLUMNS[3:]:
            a, b, mean = (float(r[column]) for r in rows)
            self.assertAlmostEqual((a + b) / 2, mean, places=8)
        text = self.good('eval', self.path('set')).decode().splitlines()
        self.assertIn('quicksrnet-small 2x, 2 pictures', text[0])
        self.assertTrue(text[-1].startswith('mean'))
        self.assertEqual(text[-1].split()[1], '%.3f' % float(rows[2]['psnr_y']))
        # x2 without LR below it.
        os.rename(self.path('set/x2/LR'), self.path('set/low'))
        os.rmdir(self.path('set/x2'))
        os.rename(self.path('set/low'), self.path('set/x2'))
        self.assertEqual(self.rows(self.path('set')), rows)
        self.assertEqual(self.rows('--hr', self.path('set/HR'), '--lr', self.path('set/x2')),
                         rows)

    def test_equal_pictures(self):
        flat = [[90] * 60] * 16
        self.pair(low=flat, high=larger(flat, 2))
        for row in self.rows(self.path('set'), '-m', 'bicubic'):
            self.assertAlmostEqual(float(row['psnr_y']), 10 * math.log10(255 ** 2 / 1e-12), 6)
            self.assertEqual(float(row['ssim']), 1)

    def test_shave(self):
        """A fault in the border is seen without a shave only."""
        low = [[90] * 60] * 16
        high = larger(low, 2)
        high[0] = [180] * len(high[0])
        self.pair(low=low, high=high)
        options = (self.path('set'), '-m', 'bicubic')
        row = self.rows(*options)[0]
        self.assertLess(float(row['psnr_y']), 30)
        self.assertGreater(float(row['psnr_y_shaved']), 160)
        row = self.rows(*options, '--shave', '0')[0]
        self.assertEqual(row['psnr_y'], row['psnr_y_shaved'])
        self.assertLess(float(row['ssim']), 1)
        self.bad(1, 'a.png: too small to be judged: of 40x32 pixels 18x10 are left',
                 'eval', *options, '--shave', '11')

    def test_kinds_of_pictures(self):
        """Grey counts as RGB, alpha does not count."""
        rows = [[v for x in range(0, 60, 3) for v in row[x:x + 1] * 3] for row in picture(20, 16)]
        self.pair(low=rows)
        wanted = self.rows(self.path('set'))
        self.file('set/x2/LR/a.png', make_png(20, 16, GREY, 8, [row[::3] for row in rows]))
        self.file('set/HR/a.png', make_png(
            40, 32, RGBA, 8, [[v for x in range(0, 120, 3) for v in row[x:x + 3] + [x % 255]]
                              for row in larger(rows, 2)]))
        self.assertEqual(self.rows(self.path('set')), wanted)

    def test_names_and_crop(self):
        """As DIV2K names them; a large picture that is not cropped yet."""
        self.folders('high', 'low')
        low = picture(20, 16)
        high = [row + [0] * 3 for row in larger(low, 2)]
        high.append(high[0])
        self.file('low/0801x2.png', make_png(20, 16, RGB, 8, low))
        self.file('low/notes.txt', b'x')
        self.file('high/0801.png', make_png(41, 33, RGB, 8, high))
        folders = ('--hr', self.path('high'), '--lr', self.path('low'))
        row = self.rows(*folders)[0]
        self.assertEqual((row['picture'], row['width'], row['height']),
                         ('0801x2.png', '40', '32'))
        os.rename(self.path('low/0801x2.png'), self.path('low/0801x4.png'))
        self.bad(1, '0801x4.png: 41x33 is not 4 times 20x16', 'eval', *folders, '-s', '4')
        self.bad(1, 'no large picture of that name', 'eval', '--hr', self.path('low'), '--lr',
                 self.path('high'))

    def test_artefacts(self):
        noisy = picture(40, 32)
        flat = [[100 + y // 8] * 120 for y in range(32)]
        self.pair('noisy.png', low=noisy)
        self.pair('flat.png', low=flat, high=larger(flat, 2))
        flat_row, noisy_row, mean = self.rows(self.path('set'), '--artefacts')
        self.assertEqual(noisy_row['flat_blocks'], '0')
        self.assertEqual(flat_row['flat_blocks'], mean['flat_blocks'])
        self.assertEqual(flat_row['flat_blocks'], '6')
        self.assertEqual(float(flat_row['ripple']), float(mean['ripple']))
        # Cubic interpolation of independent noise keeps somewhat less than all of it.
        for row in (flat_row, noisy_row):
            self.assertLess(0.6, float(row['flicker_bicubic']))
            self.assertLess(float(row['flicker_bicubic']), 1.15)
        same = self.rows(self.path('set'), '--artefacts', '-m', 'bicubic')
        for row in same:
            self.assertEqual(row['ripple'], row['ripple_bicubic'])
            self.assertEqual(row['flicker'], row['flicker_bicubic'])
        self.assertIn('flicker', self.good('eval', self.path('set'), '--artefacts').decode())

    def test_threads_and_instruction_sets(self):
        self.pair()
        wanted = self.rows(self.path('set'))
        self.assertEqual(self.rows(self.path('set'), '-t', '1', '--cpumask', 'c'), wanted)

    def test_refusals(self):
        self.pair()
        folder = self.path('set')
        for args, reason in (
                ([], 'needs either one folder or both --hr and --lr'),
                (['--hr', folder], 'needs either one folder or both'),
                ([folder, '--hr', folder, '--lr', folder], 'needs either one folder or both'),
                ([folder, folder], 'unexpected argument'),
                ([folder, '--shave', '-1'], '--shave takes a number from 0 to 1000'),
                ([folder, '--shave', 'x'], '--shave takes a number'),
                ([folder, '-s', '5'], '--scale is 1.5, 2, 3 or 4'),
                ([folder, '--nonsense'], 'unknown option --nonsense'),
                ([folder, '--lr'], 'option --lr needs a value')):
            with self.subTest(args=args):
                self.bad(2, reason, 'eval', *args)
        self.bad(1, 'there is no folder', 'eval', self.path('nothing'))
        self.bad(1, 'does not have the folders HR and x3/LR', 'eval', folder, '-s', '3')
        self.bad(1, 'cannot open the folder', 'eval', '--hr', folder, '--lr', self.path('none'))
        self.bad(1, 'there is no PNG picture in', 'eval', '--hr', folder, '--lr', folder)
        self.bad(1, 'no-such-model', 'eval', folder, '-m', 'no-such-model')
        self.file('set/HR/a.png', b'no picture')
        self.bad(1, 'HR/a.png', 'eval', folder)
        os.remove(self.path('set/HR/a.png'))
        self.bad(1, 'a.png is in', 'eval', folder)


if __name__ == '__main__':
    main()
