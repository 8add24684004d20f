# SPDX-License-Identifier: BSD-2-Clause
"""Runs every code block of docs/pipelines.md, as it is written, in a folder with small files, and
the launch lines of the element's own documentation in gst/gstqsrupscale.c.

Programs of the blocks come from a folder that is first in PATH: gst-launch-1.0 there puts
stand-ins where a camera, a screen, a speaker or the Internet is meant and looks at what is
said; ffmpeg and mpv are stand-ins themselves. A block whose paragraph says "needs hardware"
is taken apart only: elements that exist must have the properties, links must be possible."""
import functools
import http.server
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
BUILD, PARSE = os.environ['QSR_BUILD'], os.environ['QSR_PARSE']
FRAMES = 10
ELEMENTS = ('x264enc x265enc vp9enc avenc_ffv1 flacenc vorbisenc opusenc avenc_aac avdec_h264 '
            'matroskamux webmmux mpegtsmux flvmux qtdemux deinterlace pngenc multifilesink '
            'compositor videorate rtph264pay udpsink srtsink hlsdemux souphttpsrc '
            'playbin3 y4menc').split()

VIDEO = 'videotestsrc is-live=true num-buffers=%d' % FRAMES
AUDIO = 'audiotestsrc is-live=true num-buffers=%d' % FRAMES
STAND_INS = { # element: what stands for it, its properties left out
    'v4l2src': VIDEO, 'ximagesrc': VIDEO, 'pipewiresrc': VIDEO, 'pulsesrc': AUDIO,
    'autovideosink': 'fakesink sync=false', 'glimagesink': 'fakesink sync=false',
    'rtmp2sink': 'fakesink sync=false'}
# Elements that make or take whatever is there have no size; captures are small here.
SMALL = 'video/x-raw,width=96,height=64'
# Where caps behind the element ask for lines, those of a camera.
CAMERA = 'video/x-raw,width=640,height=360'


def skip(reason):
    print('skipped:', reason)
    sys.exit(77)


# ------------------------------------------------------- gst-launch-1.0, for blocks ---

def with_stand_ins(words):
    out, dropping = [], False
    for i, word in enumerate(words):
        starts = i == 0 or words[i - 1] == '!' or not re.search(r'[=.]|^-|^!$', word)
        if word in STAND_INS and starts:
            out += STAND_INS[word].split()
            if STAND_INS[word] == VIDEO and not any(w.startswith('video/x-raw,width')
                                                    for w in words[i:i + 6]):
                lines = any(w.startswith('video/x-raw,height=') for w in words)
                out += ['!', CAMERA if lines else SMALL, '!', 'identity']
            dropping = True
        elif dropping and '=' in word and not word.startswith(('video/', 'audio/')):
            continue
        else:
            dropping = False
            out.append(word)
    return out


def launch(arguments):
    """In place of gst-launch-1.0."""
    folder = os.environ['COOKBOOK']
    # A receiver that is never told of an end.
    endless = 'udpsrc' in arguments
    if 'udpsink' in arguments:
        time.sleep(2) # the receiver is in the background
    words = ['-v'] * endless + [w.replace('https://example.com/', os.environ['COOKBOOK_URL'])
                                for w in with_stand_ins(arguments)]
    if words[0] == 'playbin' or words[0] == 'playbin3':
        words += ['video-sink=fakesink', 'audio-sink=fakesink']
    log = tempfile.mktemp(prefix='log-', dir=folder)
    environment = {'GST_DEBUG_NO_COLOR': '1', **os.environ, 'GST_DEBUG_FILE': log}
    environment['GST_DEBUG'] = '*:2,GST_TRACER:7,' + environment.get('GST_DEBUG', '')
    environment.setdefault('GST_TRACERS', 'leaks(filters="GstQsrUpscale,GstBuffer")')
    program = subprocess.Popen([os.environ['COOKBOOK_LAUNCH'], *words], env=environment,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        said, _ = program.communicate(timeout=5 if endless else 60)
    except subprocess.TimeoutExpired:
        program.send_signal(signal.SIGINT)
        try:
            said, _ = program.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            program.kill()
            said, _ = program.communicate()
        if endless:
            program.returncode = 0
    text = said.decode()
    with open(os.path.join(folder, 'said'), 'a', encoding='utf-8') as f:
        f.write('%s\n%s' % (' '.join(words), text))
    bad = re.findall(r'.*(?:ERROR|WARNING|CRITICAL).*', text)
    with open(log, encoding='utf-8') as f:
        lines = f.read().splitlines()
    bad += [line for line in lines if re.search(r' (WARN|ERROR) .*qsr', line)]
    bad += [line for line in lines if ':: object-alive, type-name=' in line]
    wanted = os.environ.get('COOKBOOK_LOG')
    if wanted and not any(re.search(wanted, line) for line in lines):
        bad.append('the debug log has no ' + wanted)
    if endless and not re.search('GstFakeSink.* caps = video/x-raw', text):
        bad.append('nothing was received')
    if bad or program.returncode:
        with open(os.path.join(folder, 'failed'), 'a', encoding='utf-8') as f:
            f.write('%s\n  gave %s: %s\n' % (' '.join(words), program.returncode,
                                             '\n  '.join(bad[:8]) or text))
    return program.returncode


# ---------------------------------------------------------------------- files ---

def make(line):
    subprocess.run('gst-launch-1.0 -q ' + line, shell=True, check=True, timeout=120)


def make_files():
    video = 'videotestsrc num-buffers=%d ! video/x-raw,format=%s,width=320,height=180,' \
            'framerate=25/1%s ! '
    make(video % (FRAMES, 'I420', '') + 'x264enc tune=zerolatency ! h264parse ! queue ! mp4mux '
         'name=m ! filesink location=in.mp4 audiotestsrc num-buffers=%d samplesperbuffer=1920 ! '
         'audio/x-raw,rate=48000,channels=2 ! avenc_aac ! aacparse ! queue ! m.' % FRAMES)
    make(video % (FRAMES, 'I420_10LE', ',colorimetry=bt2100-pq') +
         'x265enc speed-preset=ultrafast tune=zerolatency ! h265parse ! matroskamux ! '
         'filesink location=in-10bit.mkv')
    os.mkdir('web')
    make(video % (30, 'I420', '') + 'x264enc tune=zerolatency key-int-max=15 ! h264parse ! '
         'mpegtsmux ! filesink location=web/0.ts')
    with open('web/live.m3u8', 'w', encoding='utf-8') as f:
        f.write('#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n#EXTINF:1.2,\n0.ts\n'
                '#EXT-X-ENDLIST\n')


def serve(folder):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0),
                                             functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return 'http://127.0.0.1:%d/' % server.server_address[1]


def make_programs(folder):
    programs = {
        'gst-launch-1.0': 'exec %s %s launch "$@"' % (sys.executable, os.path.abspath(__file__)),
        'ffmpeg': 'exec "$COOKBOOK_LAUNCH" -q filesrc location=in.mp4 ! decodebin ! videoconvert '
                  '! video/x-raw,format=I420 ! y4menc ! fdsink',
        'mpv': 'test "$(head -c 9)" = YUV4MPEG2 && cat >/dev/null',
        # Its sinks are the ones of a desktop.
        'gst-play-1.0': 'exec "$COOKBOOK_PLAY" --no-interactive -q --audiosink=fakesink '
                        '"$(echo "$1" | sed s/autovideosink/fakesink/)" "$2"',
        # A program under test has no desktop either, and meson is what runs this.
        'meson': 'exit 0',
    }
    for name, text in programs.items():
        path = os.path.join(folder, name)
        with open(path, 'w', encoding='utf-8') as f:
            f.write('#!/bin/sh\n%s\n' % text)
        os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)


# --------------------------------------------------------------------- blocks ---

def blocks(text):
    """(line number, the paragraph before, code): indented paragraphs."""
    before, code, start, found = [], [], 0, []
    for number, line in enumerate(text.splitlines() + [''], 1):
        if line.startswith('    '):
            start = start if code else number
            code.append(line[4:])
        elif code:
            found.append((start, ' '.join(before), '\n'.join(code)))
            before, code = [], []
        if line.strip() and not line.startswith('    '):
            before = before + [line] if before and not gap else [line]
        gap = not line.strip()
    return found


def launch_lines(text):
    """(line number, what is said of it, code) of |[ ... ]| in a comment of C."""
    found = []
    for match in re.finditer(r'^ \* \|\[\n(.*?)^ \* \]\|\n \* (.*?)$', text, re.M | re.S):
        code = re.sub(r'^ \* ?', '', match.group(1), flags=re.M).strip()
        found.append((text[:match.start()].count('\n') + 2, match.group(2), code))
    return found


def small(code, folder):
    """The element's launch lines name files in /tmp, and one of them shows ten seconds."""
    return code.replace('/tmp/', folder + '/').replace('num-buffers=300', 'num-buffers=75')


def parse(code):
    """Of lines that cannot run here. At an element that is not installed, a line ends and a new
    one begins."""
    words = code.replace('\\\n', ' ').split()
    assert words[0] == 'gst-launch-1.0', code
    words = [w for w in words[1:] if not w.startswith('-')]
    out, missing = [], False
    for i, word in enumerate(words):
        if word == '!':
            missing = False
        if (i == 0 or words[i - 1] == '!') and re.fullmatch(r'[a-z]\w*', word):
            missing = subprocess.run(['gst-inspect-1.0', '--exists', word]).returncode != 0
            if missing:
                out += ['fakesink'] * (i > 0) + ['fakesrc'] * ('!' in words[i:])
        if not missing:
            out.append(word)
    done = subprocess.run([PARSE, ' '.join(out)], capture_output=True, timeout=60)
    return done.stdout.decode() if done.returncode else ''


def run(code, environment):
    # A group of its own, and no pipe that a forgotten child could keep open.
    with open('output', 'w+', encoding='utf-8', errors='replace') as output:
        program = subprocess.Popen(['bash', '-e', '-c', code + '\nwait'], env=environment,
                                   stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=subprocess.STDOUT, start_new_session=True)
        try:
            status = program.wait(timeout=90)
        except subprocess.TimeoutExpired:
            os.killpg(program.pid, signal.SIGKILL)
            status = program.wait()
        output.seek(0)
        text = 'status %d: %s' % (status, output.read()) if status else ''
    if os.path.exists('failed'):
        with open('failed', encoding='utf-8') as f:
            text += f.read()
        os.remove('failed')
    for name in re.findall(r'location=(?!in)(\S+\.(?:mkv|webm|png))', code):
        name = name.replace('%03d', '000')
        if not os.path.exists(name) or os.path.getsize(name) < 500:
            text += 'there is no %s\n' % name
        else:
            os.remove(name)
    return text


def main():
    with open(os.path.join(SOURCE, 'docs', 'pipelines.md'), encoding='utf-8') as f:
        text = f.read()
    found = blocks(text)
    if text.count('gst-launch-1.0') != sum(c.count('gst-launch-1.0') for _, _, c in found):
        sys.exit('FAIL a line of gst-launch-1.0 stands outside of all blocks')
    with open(os.path.join(SOURCE, 'gst', 'gstqsrupscale.c'), encoding='utf-8') as f:
        text = f.read()
    of_element = launch_lines(text)
    if not of_element or text.count('gst-launch-1.0') != sum(c.count('gst-launch-1.0')
                                                             for _, _, c in of_element):
        sys.exit('FAIL a launch line of the element stands outside of all blocks')
    for program in ('gst-launch-1.0', 'gst-inspect-1.0', 'gst-play-1.0', 'cc', 'pkg-config'):
        if not shutil.which(program):
            skip(program + ' is not installed (gstreamer1.0-tools, gstreamer1.0-plugins-base-apps)')
    missing = [e for e in ELEMENTS
               if subprocess.run(['gst-inspect-1.0', '--exists', e]).returncode]
    if missing:
        skip('GStreamer elements are missing: ' + ', '.join(missing))
    folder = tempfile.mkdtemp(prefix='qsr-cookbook-')
    failed = 0
    try:
        os.chdir(folder)
        os.mkdir('bin')
        make_files()
        make_programs('bin')
        os.symlink(os.path.join(SOURCE, 'docs'), 'docs')
        environment = {
            **os.environ, 'COOKBOOK': folder, 'COOKBOOK_URL': serve('web'),
            'COOKBOOK_LAUNCH': shutil.which('gst-launch-1.0'),
            'COOKBOOK_PLAY': shutil.which('gst-play-1.0'),
            'GST_PRESET_PATH': BUILD + '/gst',
            'PATH': ':'.join([folder + '/bin', BUILD + '/src/cli', os.environ['PATH']])}
        for line, before, code in found:
            hardware = 'needs hardware' in before
            wrong = parse(code) if hardware else run(code, environment)
            print('%-6s line %d: %s' % ('FAIL' if wrong else 'parsed' if hardware else 'ok', line,
                                        before), flush=True)
            if wrong:
                print(wrong)
                failed += 1
        for line, said, code in of_element:
            logs = {'COOKBOOK_LOG': r'[0-9.]+ fps'} if 'how fast' in said else {}
            wrong = run(small(code, folder), {**environment, **logs})
            print('%-6s gst/gstqsrupscale.c:%d: %s' % ('FAIL' if wrong else 'ok', line, said),
                  flush=True)
            if wrong:
                print(wrong)
                failed += 1
    finally:
        os.chdir('/')
        shutil.rmtree(folder)
    print('%d blocks, %d failed' % (len(found) + len(of_element), failed))
    return 1 if failed or not found else 0


if __name__ == '__main__':
    sys.exit(launch(sys.argv[2:]) if sys.argv[1:2] == ['launch'] else main())
