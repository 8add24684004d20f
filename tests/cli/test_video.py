# SPDX-License-Identifier: BSD-2-Clause
"""Videos end to end: frames, time stamps, audio, and what describes the picture."""
import os
import struct
import unittest

import clips
from clips import decode, frames_of, gst, have, make_clip, track, track_caps
from common import Case, digest, main, make_y4m, run

ELEMENT = os.environ.get('QSR_SANITIZED') != '1'
FRAME = 128 * 96 * 3 // 2  # a 64x48 frame at twice the size, I420


def difference(a, b):
    return sum(abs(x - y) for x, y in zip(a, b)) / len(a)


class Video(Case):
    def test_whole_path(self):
        """Frames and their times are kept, the audio is the same to the byte."""
        clip, out = make_clip(self.path('in.mkv')), self.path('out.mkv')
        code, text, err = run('upscale', clip, out, '--quality', '8')
        self.assertEqual((code, text), (0, b''), err)
        self.assertIn('64x48 -> 128x96, 12 frames', err)
        before, after = frames_of(clip), frames_of(out)
        self.assertEqual(len(before[1]), 12)
        self.assertEqual(after[1], before[1])
        self.assertEqual((after[0]['width'], after[0]['height']), ('128', '96'))
        self.assertEqual(after[0]['framerate'], '12/1')
        sound = [track(f, 'audio_0', self.path('audio')) for f in (clip, out)]
        self.assertGreater(len(sound[0]), 1000)
        self.assertEqual(sound[0], sound[1])
        self.assertEqual(track_caps(out, 'audio_0'), 'audio/x-opus')
        got = decode(out, self.path('got'))
        self.assertEqual(len(got), 12 * FRAME)
        if ELEMENT:  # The encoded frames are those of the element, nearly.
            want = decode(clip, self.path('want'), 'qsrupscale !')
            self.assertEqual(len(want), len(got))
            self.assertLess(difference(want, got), 2.5)

    @unittest.skipUnless(ELEMENT, 'gst-launch-1.0 cannot load a sanitized plugin')
    def test_same_frames_as_gst_launch(self):
        clip = make_clip(self.path('in.mkv'), sound=0)
        for scale in ('1.5', '2', '4'):
            want = digest(decode(clip, self.path('raw'), 'qsrupscale scale=%s !' % scale))
            self.assertEqual(self.md5(clip, '-s', scale), want)
        want = self.md5(clip)
        self.assertEqual(self.md5(clip, self.path('out.mkv')), want)
        for options in (['-t', '1'], ['-t', '3'], ['--cpumask', 'c']):
            self.assertEqual(self.md5(clip, *options), want)
        self.assertNotEqual(self.md5(clip, '--frames', '11'), want)

    @unittest.skipUnless(ELEMENT, 'gst-launch-1.0 cannot load a sanitized plugin')
    def test_packed_and_padded_frames(self):
        """The digest is of samples alone: odd sizes have padding, RGB one plane."""
        for caps in ('format=GRAY8,width=33,height=21', 'format=RGB,width=33,height=21',
                     'format=I420,width=33,height=21', 'format=YV12,width=30,height=22'):
            clip = self.path('in.mkv')
            gst('videotestsrc num-buffers=2 pattern=ball ! video/x-raw,%s,framerate=5/1 ! '
                'matroskamux ! filesink location=%s' % (caps, clip))
            raw = decode(clip, self.path('raw'), 'qsrupscale !', caps[7:].split(',')[0])
            width, height = (60, 44) if 'YV12' in caps else (66, 42)
            size = width * height * {'GRAY8': 2, 'RGB': 6}.get(caps[7:].split(',')[0], 3) // 2
            rows = self.strip(raw, caps[7:].split(',')[0], width, height)
            self.assertEqual(len(rows), 2 * size)
            self.assertEqual(self.md5(clip), digest(rows), caps)
            self.good('upscale', clip, self.path('out.mkv'), '-q', '-y')
            self.assertEqual(len(frames_of(self.path('out.mkv'))[1]), 2)

    @staticmethod
    def strip(raw, format, width, height):
        """Takes GStreamer's row padding (to 4 bytes) out of raw frames."""
        planes = {'GRAY8': [(width, height)], 'RGB': [(3 * width, height)]}.get(
            format, [(width, height)] + 2 * [(width // 2, height // 2)])
        out, at = b'', 0
        while at < len(raw):
            for w, h in planes:
                stride = (w + 3) // 4 * 4
                for _ in range(h):
                    out += raw[at:at + w]
                    at += stride
        return out

    def test_containers(self):
        """Audio is copied where it fits, else encoded anew with a note."""
        clip = make_clip(self.path('in.mkv'))
        for name, demuxer, codec, sound in (('a.mp4', 'qtdemux', 'video/x-h264', 'audio/x-opus'),
                                            ('a.webm', 'matroskademux', 'video/x-vp9',
                                             'audio/x-opus')):
            if name == 'a.webm' and not have('vp9enc', 'webmmux'):
                continue
            out = self.path(name)
            code, _, err = run('upscale', clip, out)
            self.assertEqual(code, 0, err)
            self.assertNotIn('anew', err)
            self.assertEqual(track_caps(out, 'video_0', demuxer), codec)
            self.assertEqual(track_caps(out, 'audio_0', demuxer), sound)
            self.assertEqual(track(out, 'audio_0', self.path('b'), demuxer),
                             track(clip, 'audio_0', self.path('a')))
            self.assertEqual(len(frames_of(out)[1]), 12)

    @unittest.skipUnless(have('avenc_aac', 'mp4mux', 'webmmux', 'vp9enc'), 'no AAC, MP4 or WebM')
    def test_two_tracks_of_aac(self):
        clip = self.path('in.mp4')
        gst(clips.video(12) + clips.X264 + ' ! queue ! m. ' + clips.audio(1, 'avenc_aac') +
            clips.audio(1, 'avenc_aac', 'rate=44100,channels=1', 200) +
            'mp4mux name=m ! filesink location=' + clip)
        for name, demuxer, sound in (('a.mkv', 'matroskademux', 'audio/mpeg'),
                                     ('a.mov', 'qtdemux', 'audio/mpeg'),
                                     ('a.webm', 'matroskademux', 'audio/x-opus')):
            code, _, err = run('upscale', clip, self.path(name))
            self.assertEqual(code, 0, err)
            self.assertEqual(err.count('is encoded anew as Opus'), 2 if name == 'a.webm' else 0)
            for n in range(2):
                self.assertEqual(track_caps(self.path(name), 'audio_%d' % n, demuxer), sound)
                data = track(self.path(name), 'audio_%d' % n, self.path('got'), demuxer)
                if sound == 'audio/mpeg':
                    want = track(clip, 'audio_%d' % n, self.path('want'), 'qtdemux')
                    self.assertEqual(data, want)
                self.assertGreater(len(data), 1000)

    def test_description_is_kept(self):
        """A small picture marked as BT.709 with oblong pixels stays so."""
        caps = ('format=I420,width=64,height=48,framerate=30000/1001,pixel-aspect-ratio=8/9,'
                'colorimetry=bt709')
        clip = make_clip(self.path('in.mkv'), 6, caps, sound=0)
        for name in ('out.mkv', 'out.mp4'):
            self.good('upscale', clip, self.path(name), '-q')
            fields = frames_of(self.path(name))[0]
            self.assertEqual(fields['pixel-aspect-ratio'], '8/9')
            self.assertEqual(fields['colorimetry'], 'bt709')
            self.assertEqual(fields['framerate'], '30000/1001')

    def test_untagged_small_picture_stays_bt601(self):
        """Beyond 576 lines players assume BT.709; the tag keeps them from it."""
        clip = make_clip(self.path('in.mkv'), 1, 'format=I420,width=32,height=300,framerate=5/1',
                         sound=0)
        self.good('upscale', clip, self.path('out.mkv'), '-q')
        fields = frames_of(self.path('out.mkv'))[0]
        self.assertEqual((fields['height'], fields['colorimetry']), ('600', 'bt601'))

    def test_uneven_time_stamps(self):
        clip = self.path('in.mkv')
        gst('videotestsrc num-buffers=40 ! video/x-raw,format=I420,width=16,height=16,'
            'framerate=12/1 ! identity drop-probability=0.5 ! %s ! matroskamux ! '
            'filesink location=%s' % (clips.X264, clip))
        stamps = frames_of(clip)[1]
        self.assertLess(len(stamps), 40)
        for name in ('out.mkv', 'out.mp4'):
            self.good('upscale', clip, self.path(name), '-q')
            self.assertEqual(len(frames_of(self.path(name))[1]), len(stamps))
        self.assertEqual(frames_of(self.path('out.mkv'))[1], stamps)

    @unittest.skipUnless(have('h264parse'), 'no h264parse')
    def test_raw_stream(self):
        """Frames without time stamps all arrive."""
        clip = self.path('in.264')
        gst(clips.video(7) + clips.X264 + ' ! video/x-h264,stream-format=byte-stream ! '
            'filesink location=' + clip)
        for name in ('out.mkv', 'out.mp4'):
            self.good('upscale', clip, self.path(name), '-q')
            stamps = frames_of(self.path(name))[1]
            self.assertEqual(len(set(stamps)), 7)

    def test_odd_sizes(self):
        """H.264 has even sizes only; the odd column goes, with a note."""
        clip = make_clip(self.path('in.mkv'), 2, 'format=I420,width=62,height=46,framerate=5/1',
                         sound=0)
        code, _, err = run('upscale', clip, self.path('out.mkv'), '-s', '1.5')
        self.assertEqual(code, 0, err)
        self.assertIn('93x69 is cropped to 92x68', err)
        fields = frames_of(self.path('out.mkv'))[0]
        self.assertEqual((fields['width'], fields['height']), ('92', '68'))

    def test_frame_limit(self):
        """The audio ends with the video."""
        clip = make_clip(self.path('in.mkv'), 24, sound=2)
        self.good('upscale', clip, self.path('out.mkv'), '-q', '--frames', '6')
        self.assertEqual(len(frames_of(self.path('out.mkv'))[1]), 6)
        sound = [len(track(self.path(f), 'audio_0', self.path('a'))) for f in ('in.mkv', 'out.mkv')]
        self.assertLess(sound[1], sound[0] / 2)
        self.assertGreater(sound[1], sound[0] / 10)

    def test_10_bits(self):
        try:
            clip = make_clip(self.path('in.mkv'), 3,
                             'format=I420_10LE,width=64,height=48,framerate=12/1', sound=0)
        except RuntimeError:
            self.skipTest('x264enc does 8 bits only')
        code, _, err = run('upscale', clip, self.path('out.mkv'))
        self.assertEqual(code, 0, err)
        self.assertIn('10 bits per sample; 8 of them are used', err)
        self.assertEqual(len(frames_of(self.path('out.mkv'))[1]), 3)

    def test_444_stays(self):
        clip = make_clip(self.path('in.mkv'), 3, 'format=Y444,width=64,height=48,framerate=12/1',
                         sound=0)
        self.good('upscale', clip, self.path('out.mkv'), '-q')
        self.assertEqual(frames_of(self.path('out.mkv'))[0]['format'], 'Y444')

    @unittest.skipUnless(have('mp4mux', 'videoflip'), 'no mp4mux or videoflip')
    def test_rotated(self):
        """A picture to be turned is turned: no tag would survive the muxers."""
        clip = make_clip(self.path('in.mp4'), 3, sound=0, muxer='mp4mux')
        plain = self.md5(clip)
        data = bytearray(self.read('in.mp4'))
        at = data.index(b'tkhd') + 44
        self.assertEqual(data[at:at + 4], b'\0\1\0\0')
        data[at:at + 36] = struct.pack('>9i', 0, 65536, 0, -65536, 0, 0, 48 << 16, 0, 1 << 30)
        self.file('in.mp4', data)
        for name in ('out.mkv', 'out.mp4'):
            # The samples hashed are those before turning.
            self.assertEqual(self.md5(clip, self.path(name)), plain)
            fields = frames_of(self.path(name))[0]
            self.assertEqual((fields['width'], fields['height']), ('96', '128'))

    @unittest.skipUnless(have('deinterlace'), 'no deinterlace')
    def test_interlaced(self):
        clip = self.path('in.mkv')
        gst('videotestsrc num-buffers=4 pattern=ball ! video/x-raw,format=I420,width=64,height=48,'
            'framerate=12/1,interlace-mode=interleaved ! matroskamux ! filesink location=' + clip)
        code, _, err = run('upscale', clip, self.path('out.mkv'))
        self.assertEqual(code, 0, err)
        self.assertIn('is interlaced: it is deinterlaced first', err)
        fields, stamps = frames_of(self.path('out.mkv'))
        self.assertEqual(fields['interlace-mode'], 'progressive')
        self.assertIn(len(stamps), (4, 5))  # the last field may make a frame of its own

    @unittest.skipUnless(have('y4mdec'), 'no y4mdec')
    def test_y4m_becomes_a_video(self):
        self.good('upscale', self.file('in.y4m', make_y4m(64, 48, 5)), self.path('out.mkv'), '-q')
        self.assertEqual(len(frames_of(self.path('out.mkv'))[1]), 5)

    def test_bitrate(self):
        caps = 'format=I420,width=160,height=120,framerate=12/1'
        clip = make_clip(self.path('in.mkv'), 24, caps, sound=0)
        sizes = []
        for options in (['--bitrate', '20'], ['--quality', '5'], ['--quality', '40']):
            self.good('upscale', clip, self.path('out.mkv'), '-q', '-y', *options)
            sizes.append(len(self.read('out.mkv')))
        self.assertGreater(sizes[1], 2 * sizes[0])
        self.assertGreater(sizes[1], 2 * sizes[2])

    def test_progress(self):
        clip = make_clip(self.path('in.mkv'), 4, sound=0)
        _, _, err = run('upscale', clip, self.path('out.mkv'), '--progress')
        self.assertIn('4 frames', err)
        self.assertEqual(run('upscale', clip, self.path('out.mkv'), '-q', '-y')[1:], (b'', ''))

    def test_leaks(self):
        """No GStreamer object outlives its run, successful or not."""
        clip = make_clip(self.path('in.mkv'), 2)
        env = {'GST_TRACERS': 'leaks', 'GST_DEBUG': 'GST_TRACER:7', 'GST_DEBUG_NO_COLOR': '1'}
        runs = [(0, [clip, self.path('out.mkv')]), (0, [clip, '--md5']),
                (1, [clip, self.path('none/out.mkv')]),
                (1, [self.file('x.txt', b'hello world\n'), self.path('b.mkv')])]
        if have('webmmux', 'vp9enc', 'avenc_aac', 'mp4mux'):
            aac = self.path('in.mp4')
            gst(clips.video(12) + clips.X264 + ' ! queue ! m. ' + clips.audio(1, 'avenc_aac') +
                'mp4mux name=m ! filesink location=' + aac)
            runs.append((0, [aac, self.path('out.webm')]))
        for want, args in runs:
            code, _, err = run('upscale', *args, '-q', env=env)
            self.assertEqual(code, want, err)
            alive = [line for line in err.splitlines()
                     if 'object-alive, type-name=(string)Gst' in line]
            self.assertEqual(alive, [])

    def test_existing_file(self):
        clip = make_clip(self.path('in.mkv'), 2, sound=0)
        self.file('out.mkv', b'precious')
        self.bad(1, 'exists', 'upscale', clip, self.path('out.mkv'))
        self.assertEqual(self.read('out.mkv'), b'precious')
        self.good('upscale', clip, self.path('out.mkv'), '-y', '-q')
        self.assertEqual(len(frames_of(self.path('out.mkv'))[1]), 2)


if __name__ == '__main__':
    main()
