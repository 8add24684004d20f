# SPDX-License-Identifier: BSD-2-Clause
"""y4m streams: headers kept, pipes, fields, bad input."""
import os

from common import Case, digest, main, make_y4m, split_y4m, y4m_chroma

W, H = 18, 12


class Y4m(Case):
    def upscale(self, data, *options):
        self.file('in.y4m', data)
        out = self.good('upscale', self.path('in.y4m'), self.path('out.y4m'), '-y', '-q', '--md5',
                        *options).decode().strip()
        words, frames = split_y4m(self.read('out.y4m'))
        self.assertEqual(out, digest(b''.join(frames)))
        return words, frames

    def test_header_is_kept(self):
        for params in ('F30000:1001 Ip A10:11 C420mpeg2 XYSCSS=420MPEG2 XCOLORRANGE=FULL',
                       'F25:1 Ip A1:1 C420jpeg', 'F25:1 C420paldv', 'F25:1 A0:0', 'F1:1 C444',
                       'C420', 'F24:1 Cmono', 'F25:1 C422', 'F25:1 C420p10 XYSCSS=420P10',
                       'F25:1 C422p10', 'F25:1 C444p10'):
            words, frames = self.upscale(make_y4m(W, H, 2, params))
            self.assertEqual(words, ['YUV4MPEG2', 'W36', 'H24'] + params.split())
            self.assertEqual(len(frames), 2)

    def test_odd_sizes(self):
        for width, height in ((1, 1), (1, 7), (7, 1), (17, 13)):
            for scale, out in (('1.5', (-(-3 * width // 2), -(-3 * height // 2))),
                               ('3', (3 * width, 3 * height))):
                for kind in ('420jpeg', '422', '444', 'mono', '420p10', '422p10', '444p10'):
                    words, frames = self.upscale(make_y4m(width, height, 1, 'F25:1 C' + kind),
                                                 '-s', scale)
                    self.assertEqual(words[1:3], ['W%d' % out[0], 'H%d' % out[1]])
                    self.assertEqual(len(frames), 1)

    def test_what_changes_the_samples(self):
        """Siting, range and matrix matter; rate and aspect do not."""
        def md5(params, *options):
            return digest(b''.join(self.upscale(make_y4m(W, H, 1, params), *options)[1]))
        base = md5('F25:1 C420jpeg')
        for params in ('F5:1 A2:1 C420jpeg', 'F25:1 C420', 'F25:1'):
            self.assertEqual(md5(params), base)
        results = [base, md5('F25:1 C420mpeg2'), md5('F25:1 C420paldv'),
                   md5('F25:1 C420jpeg XCOLORRANGE=FULL'),
                   md5('F25:1 C420jpeg', '--matrix', 'bt709')]
        self.assertEqual(len(set(results)), len(results))
        self.assertEqual(md5('F25:1 C420jpeg', '--matrix', 'bt601'), base)
        # More than 576 lines are BT.709.
        tall = make_y4m(2, 578, 1)
        self.assertEqual(self.upscale(tall), self.upscale(tall, '--matrix', 'bt709'))
        self.assertNotEqual(self.upscale(tall), self.upscale(tall, '--matrix', 'bt601'))

    def test_ten_bits(self):
        """Smooth pictures keep their low bits: far more values than 8 bits have."""
        width, height = 600, 8
        row = b''.join((200 + x).to_bytes(2, 'little') for x in range(width))
        grey = (512).to_bytes(2, 'little') * (width // 2) * (height // 2)
        data = b'YUV4MPEG2 W%d H%d F25:1 C420p10\nFRAME\n' % (width, height)
        frame = self.upscale(data + row * height + 2 * grey)[1][0]
        luma = [int.from_bytes(frame[i:i + 2], 'little')
                for i in range(2 * 2 * width * height, 2 * 2 * width * (height + 1), 2)]
        self.assertGreater(len(set(luma[40:-40])), 550)
        self.assertEqual(luma[40:-40], sorted(luma[40:-40]))

    def test_pipes(self):
        data = make_y4m(W, H, 3)
        self.upscale(data)
        self.assertEqual(self.good('upscale', '-', '-', '-q', stdin=data), self.read('out.y4m'))
        code = self.good('upscale', self.path('in.y4m'), '-', '-q')
        self.assertEqual(code, self.read('out.y4m'))

    def test_digest_leaves_the_picture_alone(self):
        """--md5 with the stream on standard output goes to standard error."""
        from common import run
        data = make_y4m(W, H, 1)
        code, out, err = run('upscale', '-', '-', '-q', '--md5', stdin=data)
        self.assertEqual(code, 0)
        self.assertEqual(err.strip(), digest(b''.join(split_y4m(out)[1])))

    def test_frame_limit(self):
        data = make_y4m(W, H, 4)
        frames = self.upscale(data)[1]
        self.assertEqual(self.upscale(data, '--frames', '2')[1], frames[:2])
        self.assertEqual(self.upscale(data, '--frames', '9')[1], frames)

    def test_threads_and_masks(self):
        path = self.file('in.y4m', make_y4m(67, 50, 2))
        want = self.md5(path)
        for options in (['-t', '1'], ['-t', '5'], ['--cpumask', 'c'], ['--cpumask', 'orc']):
            self.assertEqual(self.md5(path, *options), want, options)

    def test_reuse(self):
        """Frames that repeat, change in part, and change altogether."""
        data = make_y4m(W, H, 6)
        header, frames = data[:data.index(b'\n') + 1], split_y4m(data)[1]
        mixed = [frames[i] for i in (0, 0, 0, 1, 1, 2, 2, 2, 3, 4, 4, 5, 5, 5)]
        for i in (2, 7, 13):
            mixed[i] = mixed[i][:40] + bytes([mixed[i][40] ^ 7]) + mixed[i][41:]
        data = header + b''.join(b'FRAME\n' + f for f in mixed)
        path = self.file('in.y4m', data)
        self.assertEqual(self.md5(path, '--reuse', 'auto'), self.md5(path, '--reuse', 'off'))
        self.assertEqual(self.md5(path), self.md5(path, '--reuse', 'off'))

    def test_frame_parameters_are_kept(self):
        data = make_y4m(W, H, 1).replace(b'FRAME\n', b'FRAME Ip XFOO=1\n')
        self.upscale(data)
        self.assertIn(b'\nFRAME Ip XFOO=1\n', self.read('out.y4m'))

    @staticmethod
    def moved(plane, width, deep, quarters):
        """Rows of samples taken so many quarters of a row further down, by a cubic."""
        size = 2 if deep else 1
        rows = [[int.from_bytes(plane[y + x:y + x + size], 'little') for x in range(0, width, size)]
                for y in range(0, len(plane), width)]
        t, bits = quarters % 4 / 4, 10 if deep else 8
        weights = (((-0.5 * t + 1) * t - 0.5) * t, (1.5 * t - 2.5) * t * t + 1,
                   ((-1.5 * t + 2) * t + 0.5) * t, (0.5 * t - 0.5) * t * t)
        taps = [round(v * 16384) for v in weights]  # exact at quarters
        result = b''
        for y in range(len(rows)):
            four = [rows[min(max(y + quarters // 4 - 1 + k, 0), len(rows) - 1)] for k in range(4)]
            for samples in zip(*four):
                v = sum(a * b for a, b in zip(taps, samples)) + (1 << (bits - 1)) >> bits
                v = min(max(v + (1 << (13 - bits)) >> (14 - bits), 0), (1 << bits) - 1)
                result += v.to_bytes(size, 'little')
        return result

    def test_interlaced(self):
        """The fields of a frame are upscaled as the pictures they are, and put in place."""
        def fields(frame, width, height, kind):
            planes = [(width, height)] + 2 * [y4m_chroma(kind, width, height)]
            if kind.endswith('p10'):
                planes = [(2 * w, h) for w, h in planes]
            result, at = [b'', b''], 0
            for w, h in planes:
                for y in range(h):
                    result[y % 2] += frame[at + y * w:at + (y + 1) * w]
                at += w * h
            return result
        for kind in ('420jpeg', '422', '444', 'mono', '420p10', '422p10'):
            source = make_y4m(W, H, 1, 'F25:1 It C' + kind)
            words, frames = self.upscale(source)
            self.assertIn('It', words)
            got = fields(frames[0], 2 * W, 2 * H, kind)
            halves = fields(split_y4m(source)[1][0], W, H, kind)
            for half, want, quarters in zip(halves, got, (1, -1)):
                header = 'YUV4MPEG2 W%d H%d F25:1 Ip C%s\nFRAME\n' % (W, H // 2, kind)
                whole = self.upscale(header.encode() + half)[1][0]
                at, deep = 0, kind.endswith('p10')
                for w, h in [(2 * W, H)] + 2 * [y4m_chroma(kind, 2 * W, H)]:
                    w *= 2 if deep else 1
                    moved = self.moved(whole[at:at + w * h], w, deep, quarters) if w else b''
                    self.assertEqual(moved, want[at:at + w * h], (kind, quarters))
                    at += w * h


class BadY4m(Case):
    def refuse(self, data, reason, *options):
        path = self.file('in.y4m', data)
        self.bad(1, reason, 'upscale', path, self.path('out.y4m'), '-q', *options)
        self.assertNotIn('out.y4m', os.listdir(self.folder))

    def test_headers(self):
        for header, reason in (('YUV4MPEG2 W0 H4', 'no valid width'),
                               ('YUV4MPEG2 W-3 H4', 'no valid width'),
                               ('YUV4MPEG2 W4x H4', 'no valid width'),
                               ('YUV4MPEG2 F25:1', 'no valid width'),
                               ('YUV4MPEG2 W99999 H4', '99999x4; at most'),
                               ('YUV4MPEG2 W99999999999999999999 H4', 'no valid width'),
                               ('YUV4MPEG2 W4 H4 C411', 'C411 is not supported'),
                               ('YUV4MPEG2 W4 H4 C420p12', 'C420p12 is not supported'),
                               ('YUV4MPEG2 W4 H4 Im', 'mixes'),
                               ('YUV4MPEG2 W4 H6 It', 'two equal fields'),
                               ('YUV4MPEG2 W4 H4' + ' Xa' * 300, 'no valid YUV4MPEG2 header'),
                               ('YUV4MPEG2 W4 H4\0', 'no valid YUV4MPEG2 header')):
            with self.subTest(header=header[:40]):
                self.refuse(header.encode() + b'\nFRAME\n' + bytes(24), reason)
        self.refuse(b'YUV4MPEG2 W4 H4', 'no valid YUV4MPEG2 header')
        self.refuse(b'YUV4MPEG2 W4 H12 It\nFRAME\n' + bytes(72), 'two equal fields', '-s', '1.5')

    def test_frames(self):
        data = make_y4m(W, H, 2)
        self.refuse(data[:-1], 'frame 2 cannot be read: the file ends too early')
        self.refuse(data[:-W * H], 'frame 2 cannot be read')
        self.refuse(data.replace(b'FRAME', b'frame'), 'frame 1 does not begin with FRAME')
        self.refuse(data + b'FRAMES\n', 'frame 3 does not begin')
        self.refuse(data + b'F', 'frame 3 does not begin')
        self.refuse(data.split(b'\n')[0] + b'\n', 'has no frames')


if __name__ == '__main__':
    main()
