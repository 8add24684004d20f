# SPDX-License-Identifier: BSD-2-Clause
"""Starts a screen without a monitor and an OpenGL program on it, then the test of live video.

By hand, for a minute: QSR_LIVE_SECONDS=60 meson test -C build -v pipelines-live"""
import os
import shutil
import subprocess
import sys


def start_screen(xvfb):
    """The server, and its display's name. It chooses the number and writes it."""
    read, write = os.pipe()
    server = subprocess.Popen([xvfb, '-displayfd', str(write), '-screen', '0', '480x270x24',
                               '+extension', 'GLX', '-nolisten', 'tcp', '-noreset'],
                              pass_fds=[write], stderr=subprocess.PIPE,
                              stdin=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as answer:
        number = answer.readline().strip()
    if not number:
        sys.exit('FAIL Xvfb does not start: ' + server.stderr.read().decode())
    return server, ':' + number


def main(scene, live):
    xvfb = shutil.which('Xvfb')
    if not xvfb:
        print('skipped: no Xvfb (package xvfb)')
        return 77
    server, display = start_screen(xvfb)
    program = None
    try:
        environment = {**os.environ, 'DISPLAY': display, 'LIBGL_ALWAYS_SOFTWARE': '1'}
        program = subprocess.Popen([scene], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   env=environment)
        renderer = program.stdout.readline().decode().strip()
        if program.poll() == 77 or 'no OpenGL' in renderer:
            print('skipped:', renderer, '(package libgl1-mesa-dri)')
            return 77
        print('drawn by', renderer, flush=True)
        return subprocess.run([live], env=environment, stdin=subprocess.DEVNULL).returncode
    finally:
        if program:
            program.stdin.close()
            program.wait()
        server.terminate()
        server.wait()


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
