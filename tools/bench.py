# SPDX-License-Identifier: BSD-2-Clause
"""bench.py BUILD OUT.md: measures this machine and writes the table of docs/benchmarks.md."""
import os
import re
import subprocess
import sys
import tempfile

import arm_estimates

FRAME = re.compile(r'threads (\d+): ([\d.]+) ms/frame, ([\d.]+) fps')
KERNEL = re.compile(r'^(\S*)\s+(\S+)\s+([\d.]+) ns')
REUSE = re.compile(r'^ *(\d+ % still|\S+): [\d.]+ ms, with reuse [\d.]+ ms; of pairs ([\d.]+), '
                   r'of all ([\d.]+); reused ([\d.]+) %', re.M)
SCALES = ('1.5', '2', '3', '4')

INTRODUCTION = '''# Benchmarks

Written by `./run bench`; run it again to replace these figures by those of your machine.

- Processor: %s, %d of its logical processors usable here
- Kernels in use: %s (names as in `qsr info`)

## Frames

`qsr bench`: the model quicksrnet-small, I420 in and I420 out, so that colour conversion
both ways is part of the time. Median of %d frames after a warm-up one, on a picture of noise
(the time does not depend on what is shown). Input 960x540.

| scale | output | threads | ms per frame | frames per second |
|---|---|---|---|---|
'''

SETS = '''
## Instruction sets

The same at 2x with instruction sets taken away (`--cpumask`), from plain C upwards; median of %d
frames.

| sets | threads | ms per frame | frames per second |
|---|---|---|---|
'''

REUSES = '''
## Reuse

`qsr bench --reuse`: every picture twice, without and with reuse, 960x540 to 1920x1080, all
threads. Pictures of which the upper part stands still and the rest is new noise each time,
and the desktop of `qsr-scene`. The median of the ratios within pairs says what a usual picture
costs, the ratio of the sums what the whole clip does; of all the pixels so many were copied.

| pictures | ratio of pairs | ratio of all | reused |
|---|---|---|---|
'''

KERNELS = '''
## Kernels

`checkasm --bench`: nanoseconds per call, one row of the size that the test of each kernel
uses; "c" is the plain C that every instruction set is compared with.

| kernel | version | ns | faster than C |
|---|---|---|---|
'''


def processor():
    with open('/proc/cpuinfo', encoding='utf-8') as f:
        for line in f:
            if line.startswith(('model name', 'Model')):
                return ' '.join(line.split(':', 1)[1].split())
    return os.uname().machine


def run(*command):
    result = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if result.returncode not in (0, 77):
        sys.exit('bench.py: %s failed: %s' % (command[0], result.stderr.strip()))
    return result.stdout


def measure(qsr, *options):
    """(threads, ms, fps) as texts."""
    text = run(qsr, 'bench', *options)
    found = FRAME.search(text)
    if not found:
        sys.exit('bench.py: cannot read: %s' % text.strip())
    print(text.strip(), flush=True)
    return found.groups()


def frame_rows(qsr, frames, all_threads):
    for scale in SCALES:
        size = '%dx%d' % (960 * float(scale), 540 * float(scale))
        for threads in sorted({1, all_threads}):
            yield '| %sx | %s | %s | %s | %s |' % ((scale, size) + measure(
                qsr, '--scale', scale, '--threads', str(threads), '--frames', str(frames)))


def set_rows(qsr, frames, all_threads, names):
    """One level more in every step, as the tables of kernels are filled."""
    for i in range(len(names)):
        mask = names[:i + 1]
        for threads in sorted({1, all_threads}):
            yield '| %s | %s | %s | %s |' % ((', '.join(mask),) + measure(
                qsr, '--cpumask', ','.join(mask), '--threads', str(threads),
                '--frames', str(frames)))


def reuse_rows(qsr, scene, frames):
    with tempfile.TemporaryDirectory() as folder:
        clip = os.path.join(folder, 'desktop.y4m')
        run(scene, '--scene', 'desktop', '--size', '960x540', '--frames', '240', '--fps', '60',
            clip)
        text = run(qsr, 'bench', '--reuse', '--frames', str(frames))
        text += run(qsr, 'bench', '--reuse', '--clip', clip, '--frames', '230')
    for name, pairs, whole, reused in REUSE.findall(text):
        yield '| %s | %s | %s | %s %% |' % (name if 'still' in name else 'desktop', pairs, whole,
                                            reused)


def kernel_rows(checkasm):
    name = first = None
    for line in run(checkasm, '--bench').splitlines():
        found = KERNEL.match(line)
        if not found:
            continue
        if found.group(1):
            name, first = found.group(1), float(found.group(3))
        ns = float(found.group(3))
        ratio = '' if found.group(1) or not ns else '%.2f' % (first / ns)
        yield '| %s | %s | %.1f | %s |' % (name, found.group(2), ns, ratio)


def main(build, out):
    qsr = os.path.join(build, 'src', 'cli', 'qsr')
    checkasm = os.path.join(build, 'tests', 'checkasm', 'checkasm')
    usable, names = len(os.sched_getaffinity(0)), kernels_in_use(qsr)
    text = INTRODUCTION % (processor(), usable, ', '.join(names), 10)
    text += '\n'.join(frame_rows(qsr, 10, usable)) + '\n'
    text += SETS % 5 + '\n'.join(set_rows(qsr, 5, usable, names)) + '\n'
    scene = os.path.join(build, 'tools', 'qsr-scene')
    text += REUSES + '\n'.join(reuse_rows(qsr, scene, 30)) + '\n'
    kernels = list(kernel_rows(checkasm))
    if kernels:
        text += KERNELS + '\n'.join(kernels) + '\n'
    text += '\n' + arm_estimates.section()
    with open(out + '.part', 'w', encoding='utf-8') as f:
        f.write(text)
    os.replace(out + '.part', out)
    print('Written: %s' % out)


def kernels_in_use(qsr):
    """The rows of the table of instruction sets that are usable and have kernels."""
    rows = [line.split() for line in run(qsr, 'info').splitlines()]
    return [row[0] for row in rows
            if len(row) == 3 and row[1] in ('always', 'yes') and row[2] == 'yes']


if __name__ == '__main__':
    main(*sys.argv[1:3])
