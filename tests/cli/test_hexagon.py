# SPDX-License-Identifier: BSD-2-Clause
"""The program on an emulated DSP: the same bytes, and a report of it."""
import os
import unittest

from common import Case, main, make_y4m, run

DSP = ('--hexagon-library', os.environ['QSR_TEST_FASTRPC'],
       '--hexagon-skel-dir', os.environ['QSR_TEST_SKELS'])


class Hexagon(Case):
    def setUp(self):
        super().setUp()
        os.environ['QSR_EMU_FAULTS'] = os.environ['QSR_EMU_DEVICE'] = ''

    def test_upscale(self):
        y4m = self.file('in.y4m', make_y4m(40, 4, 6))
        plain = run('upscale', y4m, '--md5', '--backend', 'cpu', '-q')
        self.assertEqual(plain[0], 0)
        code, out, err = run('upscale', y4m, '--md5', '--backend', 'hexagon', *DSP)
        self.assertEqual((code, out), plain[:2])
        self.assertNotIn('Hexagon', err)
        os.environ['QSR_EMU_FAULTS'] = 'crash@2'
        code, out, err = run('upscale', y4m, '--md5', '--backend', 'hexagon', *DSP)
        self.assertEqual((code, out), plain[:2])
        self.assertEqual(err.count('the Hexagon DSP is lost: the frame: 0x68 (connection'), 1)

    def test_bench(self):
        out = self.good('bench', '--backend', 'hexagon', '--size', '40x4', '--frames', '5', *DSP)
        self.assertRegex(out.decode(), r'frames on the DSP [0-9]+, on the CPU [0-9]+, redone 0; '
                                       r'DSP (ready|probing), ')

    def test_doctor(self):
        code, out, err = run('doctor', '--hexagon', '--size', '40x4', *DSP)
        self.assertEqual((code, err), (0, ''), out)
        text = out.decode()
        for line in ('function: remote_handle64_invoke: found\n', 'architecture: 0x66, v66\n',
                     'unsigned session: 0x0, success\n', 'open: libqsr_skel_v66.so: 0x0, success',
                     'self-test: CRC ', 'result: the DSP works, with the bytes of the CPU\n'):
            self.assertIn(line, text)
        self.assertEqual(text.count('\nframe: '), 5)

    def test_doctor_failures(self):
        for device, faults, words in (
                ('no-dsp', '', 'this machine has no compute DSP'),
                ('', 'noskel@open:1*always', '0x80000406, the skel was not found'),
                ('refuse-open', '', '0x72 (connection refused'),
                ('', 'wrong@3', 'other bytes than on the CPU'),
                ('', 'crash@2', '0x68 (connection reset')):
            with self.subTest(device=device, faults=faults):
                os.environ['QSR_EMU_DEVICE'] = device
                os.environ['QSR_EMU_FAULTS'] = faults
                code, out, err = run('doctor', '--hexagon', '--size', '40x4', *DSP)
                self.assertEqual((code, err), (1, ''), out)
                self.assertIn(words, out.decode())
                self.assertTrue(out.endswith(b'result: no DSP can be used here\n'))


if __name__ == '__main__':
    main()
