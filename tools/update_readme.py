# SPDX-License-Identifier: BSD-2-Clause
"""Renews what README.md shows of models and speed, and its picture.

update_readme.py [BUILD] reads the cards of models/*.qsr and docs/benchmarks.md, and has
BUILD (build/) draw and upscale the picture. To be run after new weights or ./run bench.
"""
import glob
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import compare  # noqa: E402

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir)
SCALES = ('1.5', '2', '3', '4')


def card(path):
    with open(path, 'rb') as f:
        data = f.read()
    size = struct.unpack_from('<I', data, 40)[0]
    return json.loads(data[-size:])


def psnr(metrics, measured_on, kind):
    part = next(p for p in metrics.split(';') if p.strip().startswith(measured_on))
    return float(re.search(kind + r' ([\d.]+)', part).group(1))


def model_table():
    cards = [card(path) for path in glob.glob(os.path.join(ROOT, 'models', '*.qsr'))]
    cards.sort(key=lambda c: (c['name'], SCALES.index(c['scale'])))
    lines = ['| model | scale | Set5, qsr | Set5, cubic | BSD100, qsr | BSD100, cubic |',
             '|---|---|---|---|---|---|']
    for c in cards:
        figures = ['%.2f' % psnr(c['metrics'], s, k)
                   for s in ('Set5', 'BSD100') for k in ('int8', 'bicubic')]
        lines.append('| %s | %sx | **%s** | %s | **%s** | %s |' %
                     (c['name'], c['scale'], *figures))
    return '\n'.join(lines)


def speed_table():
    with open(os.path.join(ROOT, 'docs', 'benchmarks.md'), encoding='utf-8') as f:
        text = f.read()
    processor = re.search(r'- Processor: (.*), \d+ of', text).group(1)
    section = text[text.index('## Instruction sets'):]
    table = '\n'.join(line for line in section.split('\n## ')[0].splitlines()
                      if line.startswith('|'))
    return ('960x540 to 1920x1080, I420 in and out, colour conversion included, on an %s:\n\n%s' %
            (processor, table))


def picture(build):
    with tempfile.TemporaryDirectory() as folder:
        clip, small, large = (os.path.join(folder, n) for n in ('a.ppm', 'a.png', 'b.png'))
        subprocess.run([os.path.join(build, 'tools', 'qsr-scene'), '--first', '30', '--frames', '1',
                        '--format', 'ppm', clip], check=True)
        with open(clip, 'rb') as f:
            _, size, _, pixels = f.read().split(b'\n', 3)
        w, h = map(int, size.split())
        frame = compare.Picture(w, h, [pixels[3 * w * y:3 * w * (y + 1)] for y in range(h)])
        compare.write_png(small, frame)
        subprocess.run([os.path.join(build, 'src', 'cli', 'qsr'), 'upscale', '-q', small, large],
                       check=True)
        out = compare.compare(frame, compare.read_png(large), None, 2)
    folder = os.path.join(ROOT, 'docs', 'images')
    os.makedirs(folder, exist_ok=True)
    compare.write_png(os.path.join(folder, 'before-after.png'), out)


def replace(text, name, content):
    pattern = r'(<!-- %s -->\n).*?(\n<!-- end -->)' % name
    if not re.search(pattern, text, re.S):
        sys.exit('update_readme.py: README.md has no place for: ' + name)
    return re.sub(pattern, lambda m: m.group(1) + '\n' + content + '\n' + m.group(2), text, flags=re.S)


def main(build='build'):
    path = os.path.join(ROOT, 'README.md')
    picture(build)
    with open(path, encoding='utf-8') as f:
        text = f.read()
    text = replace(text, 'models', model_table())
    text = replace(text, 'speed', speed_table())
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)


if __name__ == '__main__':
    main(*sys.argv[1:2])
