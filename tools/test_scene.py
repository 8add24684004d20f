# SPDX-License-Identifier: BSD-2-Clause
"""The demo clip: the right headers, the same bytes every time, something to see."""
import os
import subprocess
import sys
import tempfile
import unittest

SCENE = sys.argv.pop(1)


def scene(*options):
    run = subprocess.run([SCENE, *options, '-'], capture_output=True, check=True)
    return run.stdout


class Scene(unittest.TestCase):
    def test_y4m_420(self):
        header, data = scene('--size', '65x37', '--frames', '3', '--samples', '4').split(b'\n', 1)
        self.assertEqual(header, b'YUV4MPEG2 W65 H37 F24:1 Ip A1:1 C420mpeg2 XCOLORRANGE=LIMITED')
        size = len(b'FRAME\n') + 65 * 37 + 2 * 33 * 19
        self.assertEqual(len(data), 3 * size)
        for i in range(3):
            self.assertTrue(data[i * size:].startswith(b'FRAME\n'))
            luma = data[i * size + 6:i * size + 6 + 65 * 37]
            self.assertTrue(16 <= min(luma) and max(luma) <= 235)
            self.assertGreater(max(luma) - min(luma), 120)

    def test_y4m_444(self):
        header, data = scene('--size', '32x18', '--frames', '2', '--format', '444',
                             '--samples', '1', '--fps', '30').split(b'\n', 1)
        self.assertEqual(header, b'YUV4MPEG2 W32 H18 F30:1 Ip A1:1 C444 XCOLORRANGE=LIMITED')
        self.assertEqual(len(data), 2 * (6 + 3 * 32 * 18))

    def test_i420_is_y4m_without_headers(self):
        y4m = scene('--size', '64x36', '--frames', '2', '--samples', '1').split(b'\n', 1)[1]
        raw = scene('--size', '64x36', '--frames', '2', '--samples', '1', '--format', 'i420')
        size = 64 * 36 * 3 // 2
        self.assertEqual(raw, y4m[6:6 + size] + y4m[12 + size:])

    def test_frames_do_not_depend_on_each_other(self):
        clip = scene('--size', '96x54', '--frames', '5', '--format', 'ppm', '--samples', '4')
        size = len(clip) // 5
        for i in range(5):
            one = scene('--size', '96x54', '--first', str(i), '--frames', '1', '--format', 'ppm',
                        '--samples', '4')
            self.assertEqual(one, clip[i * size:(i + 1) * size])
        self.assertNotEqual(clip[:size], clip[size:2 * size])

    def test_sizes_show_the_same(self):
        """Every 3x3 pixels of the large picture average to the small one's, nearly."""
        small = scene('--size', '64x36', '--frames', '1', '--format', 'ppm')[-64 * 36 * 3:]
        large = scene('--size', '192x108', '--frames', '1', '--format', 'ppm')[-192 * 108 * 3:]
        error = 0
        for y in range(36):
            for x in range(64):
                mean = sum(large[3 * ((3 * y + j) * 192 + 3 * x + i) + 1]
                           for j in range(3) for i in range(3)) / 9
                error += abs(mean - small[3 * (y * 64 + x) + 1])
        self.assertLess(error / (64 * 36), 12)

    def test_desktop(self):
        """Something moves, most of it does not, and frames do not depend on each other."""
        size = 320 * 180 * 3 // 2
        options = ('--scene', 'desktop', '--size', '320x180', '--format', 'i420', '--fps', '30')
        clip = scene(*options, '--frames', '100')
        frames = [clip[i * size:(i + 1) * size] for i in range(100)]
        self.assertEqual(scene(*options, '--first', '40', '--frames', '1'), frames[40])
        moved = sum(a != b for a, b in zip(frames, frames[1:]))
        self.assertTrue(40 <= moved < 99, moved)
        for a, b in zip(frames[::7], frames[1::7]):
            changed = sum(x != y for x, y in zip(a, b))
            self.assertLess(changed, size // 4)
        self.assertGreater(len(set(frames[0][:320 * 180])), 40)

    def test_refusals(self):
        for options in (['--scene', 'forest'], ['--size', '8x8'], ['--size', '64'], ['--frames', '0'], ['--samples', '5'],
                        ['--format', 'gif'], ['--colour', '1'], ['--fps']):
            run = subprocess.run([SCENE, '-', *options], capture_output=True)
            self.assertEqual((run.returncode, run.stdout), (2, b''), options)
        with tempfile.TemporaryDirectory() as folder:
            run = subprocess.run([SCENE, os.path.join(folder, 'no', 'clip.y4m')], capture_output=True)
            self.assertEqual(run.returncode, 1)
            self.assertIn(b'cannot write', run.stderr)
        if os.path.exists('/dev/full'):
            run = subprocess.run([SCENE, '--size', '64x36', '--frames', '1', '/dev/full'],
                                 capture_output=True)
            self.assertEqual(run.returncode, 1)


if __name__ == '__main__':
    unittest.main()
