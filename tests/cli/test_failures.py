# SPDX-License-Identifier: BSD-2-Clause
"""Outputs are whole or absent: existing files, full disks, interrupts."""
import os
import signal
import stat
import subprocess
import time
import unittest

from common import (QSR, Case, default_signals, main, make_png, make_y4m, read_png, run,
                    split_y4m)

PICTURE = make_png(6, 5, 2, 8, [[7 * i for i in range(18)]] * 5)


def limit_file_size(size):
    """A stand-in for a full disk: writes beyond `size` bytes fail."""
    def apply():
        import resource
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return apply


class Outputs(Case):
    def test_existing_file(self):
        png = self.file('in.png', PICTURE)
        out = self.file('out.png', b'precious')
        self.bad(1, 'exists; -y (--overwrite) replaces it', 'upscale', png, out)
        self.assertEqual(self.read('out.png'), b'precious')
        self.good('upscale', png, out, '-q', '--overwrite')
        self.assertEqual(read_png(self.read('out.png'))[:2], (12, 10))

    def test_failure_keeps_the_old_file(self):
        out = self.file('out.png', b'precious')
        png = self.file('in.png', PICTURE[:-20])
        self.bad(1, 'cannot be read as PNG', 'upscale', png, out, '-y')
        self.assertEqual(self.read('out.png'), b'precious')

    def test_links_are_followed(self):
        png = self.file('in.png', PICTURE)
        real = self.file('real.png', b'old')
        os.symlink('real.png', self.path('link.png'))
        self.good('upscale', png, self.path('link.png'), '-q', '-y')
        self.assertTrue(os.path.islink(self.path('link.png')))
        self.assertEqual(read_png(self.read('real.png'))[:2], (12, 10))
        self.assertTrue(os.path.isfile(real))

    def test_mode_is_that_of_new_files(self):
        old = os.umask(0o027)
        try:
            self.good('upscale', self.file('in.png', PICTURE), self.path('out.png'), '-q')
        finally:
            os.umask(old)
        self.assertEqual(stat.S_IMODE(os.stat(self.path('out.png')).st_mode), 0o640)

    def test_long_name(self):
        name = 'n' * 251 + '.png'
        self.good('upscale', self.file('in.png', PICTURE), self.path(name), '-q')
        self.assertIn(name, os.listdir(self.folder))

    def test_unwritable(self):
        png = self.file('in.png', PICTURE)
        self.bad(1, 'No such file or directory', 'upscale', png, self.path('none/out.png'))
        self.bad(1, 'Not a directory', 'upscale', png, self.path('in.png/out.png'))
        os.mkdir(self.path('folder.png'))
        self.bad(1, 'is a folder', 'upscale', png, self.path('folder.png'))
        self.bad(1, 'is a folder', 'upscale', self.folder, self.path('out.png'))
        self.bad(1, 'No such file', 'upscale', self.path('none.png'), self.path('out.png'))
        if os.geteuid() == 0:
            return  # root may write everywhere
        locked = self.path('locked')
        os.mkdir(locked, 0o500)
        self.bad(1, 'Permission denied', 'upscale', png, locked + '/out.png')

    def test_read_only_folder(self):
        """/proc refuses new files, even to root."""
        if not os.path.isdir('/proc/self'):
            self.skipTest('no /proc')
        code, _, err = run('upscale', self.file('in.png', PICTURE), '/proc/self/out.png')
        self.assertEqual(code, 1)
        self.assertTrue(err.startswith('qsr: cannot write /proc/self/out.png: '), err)

    @unittest.skipUnless(os.path.exists('/dev/full'), 'no /dev/full')
    def test_full_device(self):
        os.symlink('/dev/full', self.path('full.png'))
        os.symlink('/dev/full', self.path('full.y4m'))
        self.bad(1, 'No space left', 'upscale', self.file('in.png', PICTURE),
                 self.path('full.png'))
        self.bad(1, 'No space left', 'upscale', self.file('in.y4m', make_y4m(64, 64, 9)),
                 self.path('full.y4m'), '-q')

    def test_full_disk(self):
        """Running out of space half-way leaves nothing."""
        for name, data in (('in.y4m', make_y4m(64, 48, 9)),
                           ('in.png', make_png(64, 64, 2, 8, [[(i * i * 7 + y * y * i) % 256
                                                               for i in range(192)]
                                                              for y in range(64)]))):
            out = self.path('out' + name[2:])
            done = subprocess.run([QSR, 'upscale', self.file(name, data), out, '-q'],
                                  stderr=subprocess.PIPE, preexec_fn=limit_file_size(9000))
            self.assertEqual(done.returncode, 1)
            self.assertIn(b'cannot write ' + out.encode(), done.stderr)
            self.assertFalse(os.path.exists(out))

    def test_special_outputs(self):
        """A device is written to, not replaced."""
        png = self.file('in.png', PICTURE)
        self.good('upscale', png, '/dev/null', '--md5')
        self.assertTrue(stat.S_ISCHR(os.stat('/dev/null').st_mode))
        os.mkfifo(self.path('pipe'))
        reader = subprocess.Popen(['cat', self.path('pipe')], stdout=subprocess.PIPE)
        self.good('upscale', png, self.path('pipe'), '-q')
        data = reader.communicate()[0]
        self.assertEqual(read_png(data)[:2], (12, 10))

    def test_closed_pipe(self):
        """A reader that goes away is an error, not a crash."""
        y4m = self.file('in.y4m', make_y4m(64, 48, 40))
        work = subprocess.Popen([QSR, 'upscale', y4m, '-', '-q'], stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)
        work.stdout.read(10)
        work.stdout.close()
        err = work.stderr.read()
        work.stderr.close()
        self.assertEqual(work.wait(), 1)
        self.assertIn(b'Broken pipe', err)


class Progress(Case):
    def test_terminal(self):
        """On a terminal the progress is shown, and nothing of it remains."""
        import pty
        try:
            master, slave = pty.openpty()
        except OSError as error:
            self.skipTest(f'no pseudo-terminal: {error}')
        work = subprocess.Popen([QSR, 'upscale', '-', self.path('out.y4m')],
                                stdin=subprocess.PIPE, stderr=slave)
        os.close(slave)
        data = make_y4m(16, 16, 4)
        cut = len(data) // 2
        work.stdin.write(data[:cut])
        work.stdin.flush()
        time.sleep(1)
        work.stdin.write(data[cut:])
        work.stdin.close()
        self.assertEqual(work.wait(60), 0)
        text = os.read(master, 65536)
        os.close(master)
        self.assertRegex(text, rb'frame \d+  [\d.]+ fps')
        self.assertRegex(text.split(b'\r')[-2], rb'^.*: 16x16 -> 32x32, 4 frames')

    def test_elsewhere(self):
        """In a file or a pipe there is none, unless asked for."""
        y4m = self.file('in.y4m', make_y4m(16, 16, 2))
        _, _, err = run('upscale', y4m, self.path('out.y4m'))
        self.assertEqual(err.count('\n'), 1)
        self.assertNotIn('\r', err)


class Interrupts(Case):
    def test_signals(self):
        """Each signal ends the program with 130 and leaves nothing."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(signal=number):
                # The input stays open, so the program is certainly still at work.
                work = subprocess.Popen([QSR, 'upscale', '-', self.path('out.y4m'), '-q'],
                                        stdin=subprocess.PIPE, stderr=subprocess.PIPE,
                                        preexec_fn=default_signals)
                work.stdin.write(make_y4m(16, 16, 1))
                work.stdin.flush()
                for _ in range(2000):
                    if any('.part-' in n for n in os.listdir(self.folder)):
                        break
                    time.sleep(0.01)
                else:
                    self.fail('no temporary file appeared')
                self.assertNotIn('out.y4m', os.listdir(self.folder))
                work.send_signal(number)
                self.assertEqual(work.wait(60), 130)
                work.stdin.close()
                work.stderr.close()
                self.assertEqual(os.listdir(self.folder), [])

    def test_ignored_hangup(self):
        """Started under nohup, the program goes on."""
        work = subprocess.Popen([QSR, 'upscale', '-', self.path('out.y4m'), '-q'],
                                stdin=subprocess.PIPE,
                                preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        data = make_y4m(16, 16, 2)
        work.stdin.write(data[:200])
        work.stdin.flush()
        time.sleep(0.5)
        work.send_signal(signal.SIGHUP)
        work.stdin.write(data[200:])
        work.stdin.close()
        self.assertEqual(work.wait(60), 0)
        self.assertEqual(len(split_y4m(self.read('out.y4m'))[1]), 2)


if __name__ == '__main__':
    main()
