# SPDX-License-Identifier: BSD-2-Clause
"""Kernels and engine on 64-bit ARM processors, cross-built and run by qemu.

    aarch64.py SOURCE BUILD PROCESSOR     the tests on a processor that qemu knows

BUILD is a folder of its own, shared by all calls; the first one builds there.
libmd for the target comes from Debian's package, kept in SOURCE/.cache (in BUILD
where SOURCE is read-only), or from the folder that QSR_AARCH64_SYSROOT names.
Exit status 77: something is missing.
"""

import fcntl
import glob
import json
import os
import pathlib
import shutil
import subprocess
import sys

# What checkasm must find on each processor: a level too few is a fault in the
# detection, which would otherwise go unnoticed.
LEVELS = {
    'cortex-a53': 'c neon',
    'cortex-a76': 'c neon dotprod',
    'max': 'c neon dotprod i8mm',
}
# The tests by name, with arguments of their own where everything would take
# minutes here. What depends on the kernels alone as far as checkasm tells: once.
TESTS = {'checkasm-conv': ['--test=conv', '--max-width=40'], 'checkasm-pixel': None,
         'net': ['39']}
ONCE = {'api': [], 'pool': [], 'golden': None}
ONCE_ON = 'max'


def skip(reason):
    print(f'skipped: {reason}')
    sys.exit(77)


def call(command, quiet=True, **options):
    """Runs a command; its output is shown when it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False, **options)
    if done.returncode or not quiet:
        print(done.stdout, flush=True)
    if done.returncode:
        print(f'status {done.returncode}: {" ".join(map(str, command))}')
        sys.exit(1)
    return done.stdout


# ---------------------------------------------------------------- sysroot ---

LIBMD = 'usr/lib/aarch64-linux-gnu/libmd.a'


def download(folder):
    """libmd-dev for arm64, without a change to the system's list of architectures."""
    if not shutil.which('apt-get') or not shutil.which('dpkg-deb'):
        skip('no apt-get to fetch libmd for arm64 with; QSR_AARCH64_SYSROOT may name a folder')
    state = folder / 'apt'
    for name in ['lists/partial', 'archives/partial']:
        (state / name).mkdir(parents=True, exist_ok=True)
    (state / 'status').touch()
    apt = ['apt-get', '-q', '-o', 'APT::Architecture=arm64', '-o', 'APT::Architectures=arm64',
           '-o', f'Dir::State={state}', '-o', f'Dir::State::status={state}/status',
           '-o', f'Dir::Cache={state}', '-o', 'APT::Sandbox::User=root',
           '-o', 'Acquire::Languages=none', '-o', 'Acquire::http::Timeout=15']
    for verb in [['update'], ['download', 'libmd-dev']]:
        try:
            done = subprocess.run(apt + verb, cwd=folder, capture_output=True, text=True,
                                  timeout=120, check=False)
        except subprocess.TimeoutExpired:
            skip('libmd for arm64 could not be fetched in time')
        if done.returncode:
            skip('libmd for arm64 could not be fetched: ' + done.stderr.strip())
    package, = glob.glob(f'{folder}/libmd-dev_*.deb')
    call(['dpkg-deb', '-x', package, folder])
    os.remove(package)
    shutil.rmtree(state)


def sysroot(source, build_folder):
    named = os.environ.get('QSR_AARCH64_SYSROOT')
    if named:
        if not (pathlib.Path(named) / LIBMD).exists():
            print(f'QSR_AARCH64_SYSROOT: {named} has no {LIBMD}')
            sys.exit(1)
        return pathlib.Path(named)
    keep = source / '.cache' if os.access(source, os.W_OK) else build_folder
    folder = keep / 'aarch64'
    if not (folder / LIBMD).exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        download(folder)
    return folder


# ------------------------------------------------------------------ build ---

def build(source, folder):
    """Static programs, so that nothing of the target needs to be installed."""
    root = sysroot(source, folder)
    cross = source / 'tests' / 'portability' / 'aarch64.txt'
    here = folder / 'sysroot.txt' # what a committed file cannot say
    here.write_text(f"[properties]\nsys_root = '{root}'\n"
                    f"pkg_config_libdir = '{root}/usr/lib/aarch64-linux-gnu/pkgconfig'\n",
                    encoding='utf-8')
    cross_build = folder / 'build'
    if not (cross_build / 'build.ninja').exists():
        shutil.rmtree(cross_build, ignore_errors=True)
        call(['meson', 'setup', cross_build, source, '--cross-file', cross, '--cross-file', here,
              '-Ddefault_library=static', '-Dc_link_args=-static', '-Dorc=disabled',
              '-Dgst=disabled', '-Dcli=disabled', '-Dbuildtype=release'])
    call(['ninja', '-C', cross_build, 'build.ninja']) # the list of tests may have changed
    wanted = [cmd[0] for _, cmd in tests(cross_build)]
    call(['ninja', '-C', cross_build, 'kernels/libqsr_kernels.a']
         + [os.path.relpath(w, cross_build) for w in wanted])
    return cross_build


def tests(cross_build):
    """(name, command) of those tests of the cross build that are ours to run."""
    listed = json.loads(call(['meson', 'introspect', cross_build, '--tests']))
    return [(t['name'], t['cmd']) for t in listed if t['name'] in TESTS or t['name'] in ONCE]


# -------------------------------------------------------------------- run ---

def run_tests(cross_build, processor):
    for name, command in tests(cross_build):
        if name in ONCE and processor != ONCE_ON:
            continue
        own = TESTS[name] if name in TESTS else ONCE[name]
        command = [command[0]] + (command[1:] if own is None else own)
        print(f'{name} on {processor}:', flush=True)
        output = call(['qemu-aarch64', '-cpu', processor] + command, quiet=False)
        if name == 'checkasm-conv' and f'levels: {LEVELS[processor]}\n' not in output:
            print(f'{processor} should have the levels {LEVELS[processor]}')
            sys.exit(1)


def main():
    source, folder, processor = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    for program, package in [('aarch64-linux-gnu-gcc', 'gcc-aarch64-linux-gnu'),
                             ('qemu-aarch64', 'qemu-user'), ('meson', 'meson'),
                             ('ninja', 'ninja-build'), ('pkg-config', 'pkgconf')]:
        if not shutil.which(program):
            skip(f'no {program} (package {package})')
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / 'lock', 'w', encoding='utf-8') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        cross_build = build(source, folder)
    run_tests(cross_build, processor)


main()
