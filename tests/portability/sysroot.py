# SPDX-License-Identifier: BSD-2-Clause
"""What a program needs on another machine, unpacked from Debian's packages for it.

Nothing is installed and the system's own list of architectures stays as it is: apt
keeps a state of its own beside what is unpacked. A sysroot lies in the folder that
QSR_SYSROOTS names, ready made, or else in a cache that this makes.
"""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess

# To build with, to link with and to run with; all of it by name, because what the
# packages recommend and most of what they depend on is not needed here.
PACKAGES = '''
    libc6 libc6-dev linux-libc-dev libgcc-s1 libmd0 libmd-dev
    liborc-0.4-0 liborc-0.4-dev libpng16-16 libpng-dev zlib1g zlib1g-dev
    libglib2.0-0 libglib2.0-dev libpcre2-8-0 libpcre2-dev libffi8 libffi-dev
    libgstreamer1.0-0 libgstreamer1.0-dev
    libgstreamer-plugins-base1.0-0 libgstreamer-plugins-base1.0-dev
    libunwind8 libunwind-dev libdw1 libdw-dev libelf1 libelf-dev liblzma5 liblzma-dev
    libbz2-1.0
'''.split()

DONE = '.complete' # holds what was asked for: another list is another sysroot


class Missing(Exception):
    """Why there is no sysroot."""


def call(command, what, **options):
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False, timeout=300, **options)
    except FileNotFoundError as fault:
        raise Missing(f'no {command[0]} to get {what} with') from fault
    except subprocess.TimeoutExpired as fault:
        raise Missing(f'{what} could not be fetched in time') from fault
    if done.returncode:
        raise Missing(f'{what} could not be fetched: {done.stderr.strip()[:400]}')
    return done.stdout


def apt(state, *more):
    """The start of a command of apt-get that writes nowhere but to `state`."""
    for name in ['lists/partial', 'archives/partial']:
        (state / name).mkdir(parents=True, exist_ok=True)
    (state / 'status').touch()
    options = [f'Dir::State={state}', f'Dir::State::status={state}/status', f'Dir::Cache={state}',
               'APT::Sandbox::User=root', 'Acquire::Languages=none', 'Acquire::http::Timeout=15',
               *more]
    return ['apt-get', '-q'] + [word for option in options for word in ('-o', option)]


# ------------------------------------------------------------------ ports ---

def relative_links(root):
    """Absolute links would lead out of the sysroot."""
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            link = pathlib.Path(folder) / name
            if link.is_symlink() and os.readlink(link).startswith('/'):
                inside = root / os.readlink(link).lstrip('/')
                link.unlink()
                link.symlink_to(os.path.relpath(inside, folder))


def make_port(arch, root):
    what = f'packages for {arch}'
    packages = root / 'packages'
    packages.mkdir()
    command = apt(root / 'apt', f'APT::Architecture={arch}', f'APT::Architectures={arch}')
    # A source may lack the architecture; the next line tells whether that matters.
    with contextlib.suppress(Missing):
        call(command + ['update'], what)
    call(command + ['download', *PACKAGES], what, cwd=packages)
    for package in sorted(packages.glob('*.deb')):
        call(['dpkg-deb', '-x', package, root], package.name)
    for left in ['apt', 'packages', 'usr/share']:
        shutil.rmtree(root / left, ignore_errors=True)
    relative_links(root)


# ------------------------------------------------------------------- musl ---

def debian_source():
    """The line for apt's list of sources that stands for the system's Debian."""
    listed = call(['apt-get', 'indextargets', '--format', '$(ORIGIN) $(REPO_URI) $(CODENAME)',
                   'Created-By: Packages', 'Component: main'], 'the name of the mirror')
    for origin, uri, codename in (line.split() for line in listed.splitlines()
                                  if line.count(' ') == 2):
        if origin == 'Debian' and '-' not in codename:
            return f'deb-src {uri} {codename} main\n'
    raise Missing('the sources of Debian could not be fetched: apt knows no mirror')


def make_musl(_, root):
    """Debian has no libmd for musl: it is built from Debian's source."""
    state, source = root / 'apt', root / 'source'
    source.mkdir()
    command = apt(state, f'Dir::Etc::sourcelist={state}/sources.list',
                  'Dir::Etc::sourceparts=/dev/null')
    (state / 'sources.list').write_text(debian_source(), encoding='utf-8')
    call(command + ['update'], 'the list of sources')
    call(command + ['source', '--download-only', 'libmd'], 'libmd', cwd=source)
    archive, = source.glob('*.orig.tar.xz')
    call(['tar', '-xf', archive, '--strip-components=1'], archive.name, cwd=source)
    call(['./configure', '--host=x86_64-linux-musl', 'CC=musl-gcc', '--disable-shared',
          f'--prefix={root}'], 'libmd', cwd=source)
    call(['make', 'install'], 'libmd', cwd=source)
    for left in ['apt', 'source', 'share']:
        shutil.rmtree(root / left)


# ------------------------------------------------------------------------ ---

def get(name, cache):
    """The sysroot of a port of Debian, or of "musl"; raises Missing."""
    named = os.environ.get('QSR_SYSROOTS')
    if named:
        root = pathlib.Path(named).absolute() / name
        if not root.is_dir():
            raise Missing(f'QSR_SYSROOTS: there is no {root}')
        return root
    root = cache / f'sysroot-{name}'
    done = root / DONE
    asked = hashlib.sha256(' '.join(PACKAGES).encode()).hexdigest()
    cache.mkdir(parents=True, exist_ok=True)
    with open(cache / f'sysroot-{name}.lock', 'w', encoding='utf-8') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists() or done.read_text(encoding='utf-8') != asked:
            shutil.rmtree(root, ignore_errors=True)
            root.mkdir()
            (make_musl if name == 'musl' else make_port)(name, root)
            done.write_text(asked, encoding='utf-8')
    return root
