# SPDX-License-Identifier: BSD-2-Clause
"""The command line: help, exit codes, and what each command prints."""
import os
import re
import unittest

from common import HAS_VIDEO, Case, main, make_png, make_y4m, run

N_MODELS = int(os.environ['QSR_N_MODELS'])


class Usage(Case):
    def test_help(self):
        code, out, err = run('--help')
        self.assertEqual((code, err), (0, ''))
        for command in ('upscale', 'models', 'verify', 'info', 'bench', 'doctor', 'eval'):
            self.assertIn(command, out.decode())
            code, text, err = run(command, '--help')
            self.assertEqual((code, err), (0, ''))
            self.assertTrue(text.decode().startswith('Usage: qsr ' + command))
        self.assertTrue(all(len(line) <= 80 for line in out.decode().splitlines()))

    def test_version(self):
        self.assertRegex(self.good('--version').decode(), r'^qsr \d+\.\d+\.\d+\n$')

    def test_wrong_command_lines(self):
        png = self.file('in.png', make_png(1, 1, 2, 8, [[1, 2, 3]]))
        y4m = self.file('in.y4m', make_y4m(2, 2, 1))
        out = self.path('out.png')
        for args, reason in (
                (['nonsense'], "unknown command 'nonsense'"),
                (['--nonsense'], "unknown command '--nonsense'"),
                (['upscale'], 'needs an input file'),
                (['upscale', png], 'needs an output file, or --md5'),
                (['upscale', png, out, out], 'one input and one output'),
                (['upscale', png, out, '--nonsense'], 'unknown option --nonsense'),
                (['upscale', png, out, '-x'], 'unknown option -x'),
                (['upscale', png, out, '--scale'], 'needs a value'),
                (['upscale', png, out, '--scale', '5'], '--scale is 1.5, 2, 3 or 4'),
                (['upscale', png, out, '--scale', ''], '--scale is 1.5, 2, 3 or 4'),
                (['upscale', png, out, '--reuse', 'on'], '--reuse is auto or off'),
                (['upscale', png, out, '--threads', '-1'], '--threads takes a number from 0'),
                (['upscale', png, out, '--threads', '257'], '--threads takes a number'),
                (['upscale', png, out, '--threads', '2x'], '--threads takes a number'),
                (['upscale', png, out, '--frames', '0'], '--frames takes a number from 1'),
                (['upscale', png, out, '--quality', '52'], '--quality takes a number'),
                (['upscale', png, out, '--cpumask', 'sse9'], '--cpumask'),
                (['upscale', png, out, '--backend', 'gpu'], '--backend is auto'),
                (['upscale', png, out, '--matrix', 'rec'], '--matrix is bt601'),
                (['upscale', png, self.path('out.xyz')], 'cannot tell from the name'),
                (['upscale', png, self.path('out.y4m')], 'is a PNG picture and cannot become'),
                (['upscale', y4m, out], 'is a y4m stream and cannot become'),
                (['upscale', png, png], 'the same file'),
                (['upscale', png, png, '-y'], 'the same file'),
                (['upscale', self.file('x.txt', b'hello world'), out], 'neither PNG nor y4m'),
                (['verify'], 'needs a file'),
                (['verify', '--all'], 'unknown option --all'),
                (['models', 'x'], "unexpected argument 'x'"),
                (['info', '--x'], 'unknown option --x'),
                (['bench', '--size', '9'], '--size is WIDTHxHEIGHT'),
                (['bench', '--size', '0x9'], '--size is WIDTHxHEIGHT'),
                (['bench', '--nonsense'], 'unknown option --nonsense'),
                (['bench', '--scale'], 'option --scale needs a value'),
                (['bench', 'x'], "unexpected argument 'x'")):
            with self.subTest(args=args):
                self.bad(2, reason, *args)
        self.assertEqual(run()[0], 2)
        self.assertEqual(sorted(os.listdir(self.folder)), ['in.png', 'in.y4m', 'x.txt'])
        self.bad(2, 'a video needs a file name', 'upscale', '-', self.path('out.mkv'),
                 stdin=make_y4m(2, 2, 1))
        self.bad(2, 'a video needs a file name', 'upscale', '-', self.path('out.mkv'),
                 stdin=b'something else')

    def test_same_file_by_another_name(self):
        png = self.file('in.png', make_png(1, 1, 2, 8, [[1, 2, 3]]))
        os.link(png, self.path('hard.png'))
        os.symlink(png, self.path('soft.png'))
        for name in ('hard.png', 'soft.png', './in.png'):
            self.bad(2, 'the same file', 'upscale', png, self.path(name), '-y')

    def test_backend(self):
        png = self.file('in.png', make_png(1, 1, 2, 8, [[1, 2, 3]]))
        missing = ('--hexagon-library', 'libno-such-library.so')
        plain = run('upscale', png, '--md5', '--backend', 'cpu', '-q')
        code, out, err = run('upscale', png, '--md5', '--backend', 'hexagon', *missing)
        self.assertEqual((code, out), plain[:2])
        self.assertEqual(err.count('no Hexagon DSP: '), 1)
        self.assertIn('libno-such-library.so', err)
        code, out, err = run('upscale', png, '--md5', '--backend', 'auto', *missing)
        self.assertEqual((code, out), plain[:2])
        self.assertNotIn('Hexagon', err)
        self.bad(2, '--backend is auto, cpu or hexagon', 'bench', '--backend', 'gpu')
        self.bad(2, '--hexagon-timeout-ms takes a number from 0 to 60000', 'upscale', png,
                 '--md5', '--hexagon-timeout-ms', '-1')

    def test_doctor(self):
        code, out, err = run('doctor')
        self.assertEqual((code, err), (0, ''))
        self.assertIn(b'instruction set: c: good\n', out)
        self.assertTrue(out.endswith(b'result: this installation works\n'))
        code, out, err = run('doctor', '--hexagon', '--size', '32x16', '--hexagon-library',
                             'libno-such-library.so')
        self.assertEqual((code, err), (1, ''))
        for line in (b'device node: /dev/fastrpc-cdsp: ', b'environment: DSP_LIBRARY_PATH',
                     b'frame on the CPU: ', b'failure: there is no FastRPC library: '
                     b'libno-such-library.so: ', b'result: no DSP can be used here\n'):
            self.assertIn(line, out)
        self.bad(2, '--size is WIDTHxHEIGHT', 'doctor', '--size', '5')
        self.bad(2, 'unknown option --dsp', 'doctor', '--dsp')
        self.bad(2, "unexpected argument 'x'", 'doctor', 'x')

    def test_unknown_model(self):
        png = self.file('in.png', make_png(1, 1, 2, 8, [[1, 2, 3]]))
        self.bad(1, 'no-such-model', 'upscale', png, self.path('out.png'), '-m', 'no-such-model')
        self.bad(1, 'nofile.qsr', 'upscale', png, self.path('out.png'), '-m',
                 self.path('nofile.qsr'))

    def test_summary_and_quiet(self):
        png = self.file('in.png', make_png(3, 2, 2, 8, [[1] * 9] * 2))
        code, out, err = run('upscale', png, self.path('a.png'))
        self.assertEqual((code, out), (0, b''))
        self.assertIn('3x2 -> 6x4', err)
        self.assertEqual(run('upscale', png, self.path('b.png'), '-q'), (0, b'', ''))

    if not HAS_VIDEO:
        def test_video_without_gstreamer(self):
            path = self.file('x.mp4', b'hello world')
            self.bad(1, 'no GStreamer', 'upscale', path, self.path('out.mkv'))


class Reports(Case):
    def test_models(self):
        lines = self.good('models').decode().splitlines()
        if not N_MODELS:
            self.assertEqual(lines, ['no built-in models in this build'])
            return
        models = [line for line in lines[1:] if 'no network' not in line]
        self.assertEqual(len(models), N_MODELS)
        self.assertEqual(len(lines), 1 + N_MODELS + 2)  # and the classical scalers
        for line in models:
            fields = line.split()
            self.assertIn(fields[0], ('quicksrnet-small', 'quicksrnet-medium', 'quicksrnet-large'))
            self.assertIn(fields[1], ('1.5', '2', '3', '4'))
            self.assertGreater(float(fields[5]), 25)  # Set5
            self.assertGreater(float(fields[6]), 25)  # BSD100
            self.assertEqual(fields[7], 'yes')
        names = [line.split()[:2] for line in models]
        self.assertEqual(names, sorted(names))

    def test_info(self):
        text = self.good('info').decode()
        for what in ('libpng 1.', 'threads: ', 'built-in models: %d' % N_MODELS, 'avx2'):
            self.assertIn(what, text)
        self.assertIn('GStreamer', text)
        self.assertRegex(text, r'\n  c +always +yes\n')
        masked = self.good('info', env={'QSR_CPU_MASK': 'c'}).decode()
        self.assertFalse(re.search(r'^  (?!name|c )\w+ +yes', masked, re.M), masked)

    def test_bench(self):
        text = self.good('bench', '--size', '32x18', '--frames', '3', '-t', '2', '-s', '3').decode()
        self.assertRegex(text, r'32x18 -> 96x54, threads 2: [\d.]+ ms/frame, [\d.]+ fps')

    def test_bench_reuse(self):
        text = self.good('bench', '--reuse', '--size', '64x48', '--frames', '12').decode()
        line = (r'^ *\d+ % still: [\d.]+ ms, with reuse [\d.]+ ms; of pairs [\d.]+, of all [\d.]+; '
                r'reused [\d.]+ %$')
        self.assertEqual(len(re.findall(line, text, re.M)), 6)
        reused = [float(v) for v in re.findall(r'reused ([\d.]+)', text)]
        self.assertEqual(reused[-1], 0)
        self.assertGreater(reused[0], 80)
        self.assertLess(reused[3], reused[0])
        self.bad(2, '--clip goes with --reuse', 'bench', '--clip', 'x.y4m')

    @unittest.skipUnless(os.path.exists('/dev/full'), 'no /dev/full')
    def test_full_output(self):
        import subprocess
        from common import QSR
        with open('/dev/full', 'wb') as full:
            for args in (['models'], ['info'], ['--help'], ['upscale', '--help']):
                done = subprocess.run([QSR, *args], stdout=full, stderr=subprocess.PIPE)
                self.assertEqual(done.returncode, 1)
                self.assertIn(b'No space left', done.stderr)


if __name__ == '__main__':
    main()
