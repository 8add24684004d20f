# SPDX-License-Identifier: BSD-2-Clause
"""The tests on other machines: cross-built for Debian's ports and run by qemu.

    machines.py                                  names the machines
    machines.py MACHINE FOLDER [--results FILE]  builds in FOLDER, tests every processor

What a program needs over there comes from sysroot.py. FILE gets a line NAME=LOG for
each processor, as tools/count_tests.py takes them. Exit status: 0 if all is well, 1 if a
build or a test failed, 77 if something is missing.
"""

import argparse
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys

import sysroot

SOURCE = pathlib.Path(__file__).resolve().parents[2]


class Machine:
    """compiler, emulator: the commands (emulator None: it runs as it is). processors: by
    the emulator's names, with the levels that checkasm must find on each: a level too few
    is a fault in the detection that would otherwise go unnoticed. The first processor
    runs everything, the others what depends on the instruction set. without: tests that
    have no meaning there. options: of meson, in place of all parts."""

    def __init__(self, compiler, emulator, processors, without='', options=''):
        self.compiler, self.emulator, self.processors = compiler, emulator, processors
        self.without = without.split()
        self.options = options.split() or ['-Dorc=enabled', '-Dgst=enabled', '-Dcli=enabled']


MACHINES = {
    'arm64': Machine('aarch64-linux-gnu-gcc', 'qemu-aarch64', {
        'max': 'c orc neon dotprod i8mm',
        'cortex-a76': 'c orc neon dotprod',
        'cortex-a53': 'c orc neon'}),
    'armhf': Machine('arm-linux-gnueabihf-gcc', 'qemu-arm', {
        'cortex-a15': 'c orc neon',
        'cortex-a15,neon=off': 'c orc'}),
    # ORC runs out of the eight vector registers in a few programs, which stay C.
    'i386': Machine('i686-linux-gnu-gcc', 'qemu-i386', {'max': 'c orc', 'pentium3': 'c orc'},
                    without='orc-compiles'),
    # ORC has no target for it, and its pixel rows are for little-endian machines.
    's390x': Machine('s390x-linux-gnu-gcc', 'qemu-s390x', {'qemu': 'c orc'},
                     without='orc-compiles checkasm-pixel'),
    # The machine at hand, with less than it has.
    'x86-64': Machine('gcc', 'qemu-x86_64', {'max': 'c orc avx2', 'Nehalem': 'c orc'},
                      without='rows api net', options='-Dgst=disabled -Dcli=disabled'),
    # The machine at hand, with another C library.
    'musl': Machine('musl-gcc', None, {'host': 'c'}, without='checkasm-pixel scalers-twin',
                    options='-Dorc=disabled -Dgst=disabled -Dcli=disabled'),
}
PACKAGES = {'gcc': 'gcc', 'musl-gcc': 'musl-tools', 'meson': 'meson', 'ninja': 'ninja-build',
            'pkg-config': 'pkgconf'}

SUITES = {'kernels', 'engine', 'element', 'cli'}
ANYWHERE = re.compile('header-|embed-|scene|compare|count') # no machine has a part in these
NOT_EMULATED = re.compile(
    'cli-failures|cli-video' # signals, and programs of the machine at hand
    '|hexagon-|gst-stress' # against the clock
    '|api$|deep$|scalers' # minutes of every size in every format
    # what is decided by numbers of tasks, caps and clocks, not by the machine
    '|reuse|gst-(live|ladder|gaps|sizes|settings|allocation|caps$|properties|streaming)'
    '|golden-' # again with less than the processor has: other processors show that
    '|gst-colour' # descriptions of colour, from caps to the engine
    '|gst-interlace|gst-look|gst-resize' # the arithmetic behind them is in gst-compose
    '|orc-pixel') # ORC's own test writes code over code, which qemu 7.2 does not notice
ARITHMETIC = re.compile('checkasm-|orc-|golden')
# For the element's tests under qemu, which has a thread of its own, and takes minutes for
# large pictures or many. GStreamer's conversion, with which one of them compares, is off
# by far (10 dB) for I420 on big-endian machines, where NV12 agrees and the golden sums hold.
ENVIRONMENT = {'GST_CHECKS_IGNORE': 'test_threads_end,test_large,test_threads,test_every_size,'
                                    'test_video_meta,test_as_gstreamer_converts,test_random_caps'}


def skip(reason):
    print(f'skipped: {reason}')
    sys.exit(77)


def call(command):
    """Runs a command; its output is shown only if it fails."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        print(done.stdout[-8000:])
        print(f'status {done.returncode}: {" ".join(map(str, command))}')
        sys.exit(1)
    return done.stdout


# ------------------------------------------------------------------ build ---

HERE = {'x86-64', 'musl'} # variants of an x86-64 machine


def check_programs(name, machine):
    if name in HERE and platform.machine() != 'x86_64':
        skip(f'{name} is for x86-64 machines')
    for program in [machine.compiler, machine.emulator, 'meson', 'ninja', 'pkg-config']:
        if program and not shutil.which(program):
            package = 'qemu-user' if program.startswith('qemu') else PACKAGES.get(
                program, f'gcc-{program[:-4]}')
            skip(f'no {program} (package {package})')


def configure(name, machine, folder):
    folder.mkdir(parents=True, exist_ok=True)
    keep = SOURCE if os.access(SOURCE, os.W_OK) else folder
    root = None
    try:
        if name != 'x86-64':
            root = sysroot.get(name, keep / '.cache')
    except sysroot.Missing as reason:
        skip(f'{name}: {reason}')
    here = folder / 'sysroot.txt' # what a committed file cannot say
    here.write_text(f"[constants]\nsysroot = '{root or ''}'\n", encoding='utf-8')
    if not (folder / 'build.ninja').exists():
        call(['meson', 'setup', folder, SOURCE, '--cross-file', here, '--cross-file',
              SOURCE / 'tests' / 'portability' / 'machines' / f'{name}.txt',
              '-Dbuildtype=release', '-Dwerror=true', *machine.options])
    if machine.emulator:
        # Some tests start the program themselves: for them it is a script.
        words = [machine.emulator] + (['-L', root] if root else [])
        script = folder / 'qsr-emulated'
        quoted = ' '.join(f"'{word}'" for word in [*words, folder / 'src' / 'cli' / 'qsr'])
        script.write_text(f'#!/bin/sh\nexec {quoted} "$@"\n', encoding='utf-8')
        script.chmod(0o755)
        os.environ['QSR_EMULATED'] = str(script)


# ------------------------------------------------------------------- test ---

def tests(machine, folder):
    """Names of those tests of the build that are run here."""
    listed = json.loads(call(['meson', 'introspect', folder, '--tests']))
    return [test['name'] for test in listed
            if {suite.split(':')[-1] for suite in test['suite']} & SUITES
            and test['name'] not in machine.without and not ANYWHERE.match(test['name'])
            and not (machine.emulator and NOT_EMULATED.match(test['name']))]


def levels_entry(log, expected):
    """A line of the log that says whether checkasm found what the processor has."""
    found = None
    for entry in map(json.loads, log.read_text(encoding='utf-8').splitlines()):
        line = re.search('levels: (.*)', (entry.get('stdout') or '') + (entry.get('stderr') or ''))
        if entry['name'].endswith('checkasm-requant') and line:
            found = line[1].split()
    good = found is not None and set(expected.split()) <= set(found)
    text = f'levels {found}, expected {expected}'
    if not good:
        print(f'FAIL {text}')
    return json.dumps({'name': 'levels', 'result': 'OK' if good else 'FAIL', 'stdout': text})


def run_tests(folder, name, names, processor, expected):
    """NAME=LOG of these tests on one processor, and whether all is well."""
    label = re.sub(r'[^\w-]', '-', f'{name}-{processor}')
    log = folder / 'meson-logs' / f'run-{label}.json'
    log.unlink(missing_ok=True)
    print(f'Testing {label}', flush=True)
    done = subprocess.run(['meson', 'test', '-C', folder, '--no-rebuild', '--print-errorlogs',
                           '--logbase', f'run-{label}', '-t', '6', *names],
                          stdin=subprocess.DEVNULL, check=False,
                          env={**os.environ, **ENVIRONMENT, 'QEMU_CPU': processor})
    if not log.exists():
        return f'{label}=none', False
    levels = levels_entry(log, expected)
    with open(log, 'a', encoding='utf-8') as f:
        f.write(levels + '\n')
    return f'{label}={log}', done.returncode == 0 and '"OK"' in levels


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('machine', nargs='?', choices=MACHINES)
    parser.add_argument('folder', nargs='?', type=pathlib.Path)
    parser.add_argument('--results', type=pathlib.Path)
    options = parser.parse_args()
    if not options.machine:
        print('\n'.join(MACHINES))
        return 0
    if not options.folder:
        parser.error('a folder to build in is needed')
    machine, folder = MACHINES[options.machine], options.folder
    check_programs(options.machine, machine)
    configure(options.machine, machine, folder.absolute())
    call(['ninja', '-C', folder, 'all', 'meson-test-prereq'])
    names, results, good = tests(machine, folder), [], True
    for processor, expected in machine.processors.items():
        line, well = run_tests(folder, options.machine, names, processor, expected)
        results.append(line)
        good = good and well
        names = [name for name in names if ARITHMETIC.match(name)]
    if options.results:
        options.results.write_text('\n'.join(results) + '\n', encoding='utf-8')
    return 0 if good else 1


if __name__ == '__main__':
    sys.exit(main())
