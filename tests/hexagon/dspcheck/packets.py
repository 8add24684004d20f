# SPDX-License-Identifier: BSD-2-Clause
"""Packets of the HVX kernels against a recorded table.

packets.py QEMU DSPCHECK [TABLE] [--record] [--print]

A kernel fails that takes over 3 % (and two) more packets or instructions than the table
says, or, if it is a convolution after the first, over 1.35 times the packets that its
products alone need; heads with an input branch or a 10-bit store, which have more to do
beside them, 1.5 times. A kernel that is gone, or not in the table, fails, too: record the
table anew and look at what changed. Without a table there are only those limits.
"""
import argparse
import subprocess
import sys

SLACK = 1.03
LIMIT = 1.35
LIMIT_MORE = 1.5


def read(text):
    """{kernel: (packets, instructions, packets of the products)}"""
    rows = [line.split() for line in text.splitlines() if line and not line.startswith('#')]
    return {name: tuple(map(int, numbers)) for name, *numbers in rows}


def limit(name):
    if name.startswith('conv_in'):
        return None
    return LIMIT_MORE if 'deep' in name or 'branch' in name else LIMIT


def faults(now, recorded):
    for name in sorted(set(now) ^ set(recorded)):
        yield '%s is in only one of kernels and table' % name
    for name in now:
        packets, _, ideal = now[name]
        for what, count, before in zip(('packets', 'instructions'), now[name],
                                       recorded.get(name, now[name])):
            if count > before * SLACK and count > before + 2:
                yield '%s: %d %s, recorded are %d' % (name, count, what, before)
        if ideal and limit(name) and packets > ideal * limit(name):
            yield '%s: %.2f times the packets of its products' % (name, packets / ideal)


def report(now):
    for name, (packets, instructions, ideal) in now.items():
        print('%-26s %6d packets, %.2f instructions each%s' %
              (name, packets, instructions / packets,
               ', %.3f of the ideal' % (packets / ideal) if ideal else ''))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('qemu')
    parser.add_argument('dspcheck')
    parser.add_argument('table', nargs='?')
    parser.add_argument('--record', action='store_true')
    parser.add_argument('--print', action='store_true')
    o = parser.parse_args()
    out = subprocess.run([o.qemu, '-cpu', 'v67', o.dspcheck, 'packets'], check=True,
                         stdout=subprocess.PIPE, universal_newlines=True).stdout
    now = read(out)
    if o.print:
        report(now)
    if o.record:
        with open(o.table, 'w', encoding='utf-8') as f:
            f.write('# Kernel, packets, instructions, packets of its products alone; packets.py\n')
            f.writelines('%s %d %d %d\n' % (name, *numbers) for name, numbers in now.items())
        return 0
    recorded = now
    if o.table:
        with open(o.table, encoding='utf-8') as f:
            recorded = read(f.read())
    found = list(faults(now, recorded))
    print('\n'.join(found))
    print('%d kernels, %d failures' % (len(now), len(found)))
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
