# SPDX-License-Identifier: BSD-2-Clause
"""Videos that cannot be read or written: one sentence, and nothing left behind."""
import os
import signal
import subprocess
import time
import unittest

import clips
from clips import have, make_clip, plugin_folder
from common import QSR, Case, default_signals, main, make_y4m, noise, run
from test_failures import limit_file_size


class Unreadable(Case):
    def refuse(self, path, reason, code=1, **more):
        self.bad(code, reason, 'upscale', path, self.path('out.mkv'), '-q', **more)
        self.assertNotIn('out.mkv', os.listdir(self.folder))

    def test_truncated(self):
        """A cut file is refused by its own account of its size, before any work."""
        files = [make_clip(self.path('a.mkv'))]
        if have('mp4mux', 'qtmux', 'avimux', 'h264parse'):
            for name, muxer in (('a.mp4', 'mp4mux'), ('a.mov', 'qtmux faststart=true'),
                                ('a.avi', 'avimux')):
                files.append(make_clip(self.path(name), sound=0, muxer=muxer))
        for path in files:
            data = self.read(os.path.basename(path))
            self.good('upscale', path, '--md5', '-q')
            for size in (len(data) // 4, len(data) // 2, len(data) * 3 // 4, len(data) - 100):
                name = 'cut' + path[-4:]
                with self.subTest(name=name, size=size, of=len(data)):
                    self.refuse(self.file(name, data[:size]), 'is incomplete')
        if have('y4mdec'):
            self.refuse(self.file('cut.y4m', make_y4m(16, 16, 2)[:-1]), 'frame 2 cannot be read')

    def test_live_recording(self):
        """A file that never said its size, and one with a tail of padding, are fine."""
        clip = make_clip(self.path('a.mkv'), sound=0, muxer='matroskamux streamable=true')
        self.good('upscale', clip, '--md5', '-q')
        if have('mp4mux'):
            make_clip(self.path('a.mp4'), sound=0, muxer='mp4mux')
            for tail in (bytes(7), bytes(1000)):
                self.good('upscale', self.file('b.mp4', self.read('a.mp4') + tail), '--md5', '-q')

    def test_no_video(self):
        self.refuse(self.file('x.mp4', noise(50000)), 'is not a picture or video')
        self.refuse(self.file('x.txt', b'hello world\n' * 100), 'is not a picture or video')
        clips.gst(clips.audio(1) + 'matroskamux name=m ! filesink location=' + self.path('s.mkv'))
        self.refuse(self.path('s.mkv'), 'has no video')
        self.refuse(self.path('none.mkv'), 'No such file')

    def test_damaged_inside(self):
        """Garbage in the middle never hangs or crashes the program."""
        clip = make_clip(self.path('a.mkv'), 24)
        data = bytearray(self.read('a.mkv'))
        for seed, at in enumerate(range(600, len(data) - 400, len(data) // 5)):
            bad = data[:]
            bad[at:at + 300] = noise(300, seed)
            code, _, err = run('upscale', self.file('b.mkv', bad), self.path('out.mkv'), '-y')
            self.assertIn(code, (0, 1), err)
            self.assertEqual(os.path.exists(self.path('out.mkv')), code == 0)
            if code == 0:
                os.unlink(self.path('out.mkv'))
        self.assertTrue(os.path.exists(clip))

    def test_bad_model(self):
        clip = make_clip(self.path('a.mkv'), 2, sound=0)
        model = self.file('bad.qsr', b'nothing')
        self.bad(1, 'bad.qsr', 'upscale', clip, self.path('out.mkv'), '-m', model)
        self.assertEqual(sorted(os.listdir(self.folder)), ['a.mkv', 'bad.qsr'])


class Unwritable(Case):
    def test_outputs(self):
        clip = make_clip(self.path('a.mkv'), 4, sound=0)
        self.bad(1, 'No such file or directory', 'upscale', clip, self.path('none/out.mkv'))
        self.bad(1, 'Not a directory', 'upscale', clip, clip + '/out.mkv')
        self.bad(1, 'cannot write /proc/self/out.mkv', 'upscale', clip, '/proc/self/out.mkv')
        self.bad(2, 'same file', 'upscale', clip, clip, '-y')
        if os.path.exists('/dev/full'):
            os.symlink('/dev/full', self.path('full.mkv'))
            self.bad(1, 'cannot write ' + self.path('full.mkv'), 'upscale', clip,
                     self.path('full.mkv'))

    def test_full_disk(self):
        clip = make_clip(self.path('a.mkv'), 24)
        for name in ('out.mkv', 'out.mp4'):
            done = subprocess.run([QSR, 'upscale', clip, self.path(name), '-q', '--quality', '1'],
                                  stderr=subprocess.PIPE, preexec_fn=limit_file_size(3000))
            self.assertEqual(done.returncode, 1)
            self.assertIn(('cannot write ' + self.path(name)).encode(), done.stderr)
            self.assertEqual(os.listdir(self.folder), ['a.mkv'])

    def test_missing_encoder(self):
        """The sentence says what to install."""
        clip = make_clip(self.path('a.mkv'), 2, sound=0)
        env = plugin_folder(self.path('plugins'), leave_out=('x264', 'openh264', 'vpx'))
        self.bad(1, 'x264enc (Debian package gstreamer1.0-plugins-ugly)', 'upscale', clip,
                 self.path('out.mkv'), env=env)
        self.bad(1, 'vp9enc (Debian package gstreamer1.0-plugins-good)', 'upscale', clip,
                 self.path('out.webm'), env=env)

    def test_missing_decoder(self):
        clip = make_clip(self.path('a.mkv'), 2, sound=0)
        decoders = ('libav', 'openh264', 'va', 'vaapi', 'nvcodec', 'v4l2codecs', 'video4linux2',
                    'msdk', 'qsv', 'omx', 'vulkan')
        env = plugin_folder(self.path('plugins'), leave_out=decoders)
        self.bad(1, 'gstreamer1.0-libav', 'upscale', clip, self.path('out.mkv'), env=env)

    def test_missing_everything(self):
        clip = make_clip(self.path('a.mkv'), 2, sound=0)
        env = plugin_folder(self.path('plugins'), only=('coreelements',))
        self.bad(1, 'parsebin is missing (Debian package gstreamer1.0-plugins-base)', 'upscale',
                 clip, '--md5', env=env)


class Interrupts(Case):
    def start(self):
        if not os.path.exists(self.path('a.mkv')):
            make_clip(self.path('a.mkv'), 2000, 'format=I420,width=160,height=120,framerate=12/1')
        work = subprocess.Popen([QSR, 'upscale', self.path('a.mkv'), self.path('out.mkv'), '-q'],
                                stderr=subprocess.PIPE, preexec_fn=default_signals)
        for _ in range(3000):
            part = [n for n in os.listdir(self.folder) if '.part-' in n]
            if part and os.path.getsize(self.path(part[0])) > 0:
                break
            self.assertIsNone(work.poll())
            time.sleep(0.01)
        else:
            self.fail('no output appeared')
        return work

    def test_signals(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            work = self.start()
            work.send_signal(number)
            self.assertEqual(work.wait(60), 130)
            self.assertEqual(work.stderr.read(), b'')
            work.stderr.close()
            self.assertEqual(os.listdir(self.folder), ['a.mkv'])

    def test_killed(self):
        """Even a kill leaves nothing under the final name."""
        work = self.start()
        work.kill()
        work.wait()
        work.stderr.close()
        left = sorted(os.listdir(self.folder))
        self.assertEqual(len(left), 2)
        self.assertTrue(left[0].startswith('.out.mkv.part-'))
        os.unlink(self.path(left[0]))


if __name__ == '__main__':
    main()
