# SPDX-License-Identifier: BSD-2-Clause
"""Other programs on top of the element: the example player, gst-play-1.0, gst-validate where it
is installed, and valgrind."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

LINE = ('videotestsrc num-buffers=%d ! video/x-raw,format=I420,width=%d,height=%d,framerate=25/1 ! '
        '%s')
failed, passed, left_out = [], [], []


def skip(reason):
    print('skipped:', reason)
    sys.exit(77)


def check(name, wrong):
    print('%-5s %s' % ('FAIL' if wrong else 'ok', name), flush=True)
    if wrong:
        print(wrong)
    (failed if wrong else passed).append(name)


def leave_out(name, package):
    print('left out: %s (package %s)' % (name, package))
    left_out.append(name)


def run(words, stdin='', timeout=240, **environment):
    done = subprocess.run(words, input=stdin.encode(), stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=timeout,
                          env={**os.environ, 'GST_DEBUG_NO_COLOR': '1', **environment})
    return done.returncode, done.stdout.decode(errors='replace')


def make_clip(path, frames):
    code, text = run(['gst-launch-1.0', '-q'] + (LINE % (
        frames, 160, 90, 'x264enc tune=zerolatency ! h264parse ! matroskamux ! '
        'filesink location=' + path)).split())
    if code:
        sys.exit('FAIL this makes no clip: ' + text)


# A window is what autovideosink would open, and DirectFB would end the program: without any of
# the sinks of this machine it shows nothing.
def test_player(clip):
    uri = 'file://' + clip
    names = re.findall(r': +(\w+sink):', run(['gst-inspect-1.0'])[1])
    sinks = {'GST_PLUGIN_FEATURE_RANK': ','.join(n + ':NONE' for n in names
                                                 if n not in ('autovideosink', 'autoaudiosink')),
             'GST_DEBUG': '*:2'}
    code, text = run([os.environ['QSR_PLAYER'], uri], 'n\nn\nx\nn\nq\n', **sinks)
    good = code == 0 and re.findall('upscaled|as it is', text) == ['as it is', 'upscaled',
                                                                   'as it is']
    check('player: keys', '' if good and 'qsr' not in text else text)
    code, text = run([os.environ['QSR_PLAYER'], uri], **sinks)
    check('player: to the end', '' if code == 0 and 'qsr' not in text else text)
    code, text = run([os.environ['QSR_PLAYER'], uri + '.absent'], **sinks)
    check('player: no such file', '' if code == 1 and 'absent' in text + 'absent' and text else
          'status %d: %s' % (code, text))
    code, text = run([os.environ['QSR_PLAYER']])
    check('player: usage', '' if code == 2 and 'usage' in text else text)


def test_gst_play(clip):
    program = shutil.which('gst-play-1.0')
    if not program:
        leave_out('gst-play-1.0', 'gstreamer1.0-plugins-base-apps')
        return
    for playbin3 in '0', '1':
        code, text = run([program, '--no-interactive', '--gapless', '--audiosink=fakesink',
                          '--videosink=qsrupscale ! fakesink sync=false', clip, clip],
                         USE_PLAYBIN3=playbin3, GST_DEBUG='*:2')
        bad = code or re.search(r'(WARN|ERROR).*qsr|^ERROR', text, re.M)
        check('gst-play-1.0, playbin%s' % ('3' if playbin3 == '1' else ''), text if bad else '')


def test_validate(clip):
    program = shutil.which('gst-validate-1.0')
    if not program:
        # No package of Debian 12 has it, and pipelines-scenarios does what it would.
        print('gst-validate-1.0 is not installed: not run')
        return
    for scenario in ('simple_playback', 'pause_resume', 'seek_forward', 'seek_backward',
                     'scrub_forward_seeking', 'reverse_playback', 'fast_forward',
                     'change_state_intensive'):
        code, text = run([program, '--set-scenario', scenario, 'uridecodebin',
                          'uri=file://' + clip, '!', 'qsrupscale', '!', 'fakesink'])
        check('gst-validate-1.0 ' + scenario, text if code else '')


# Errors and lost memory count if a function of ours is among those who called: that of others is
# theirs, and GStreamer's own suppressions are not installed with it.
def reports_of_ours(text):
    reports = re.split(r'^==\d+== *$', text, flags=re.M)
    return [r for r in reports
            if re.search(r'definitely lost in loss record|Invalid (read|write)|uninitialised|'
                         r'Mismatched free|Invalid free|overlap', r)
            and re.search(r'in [^)]*lib(gst)?qsr|\b(gst_)?qsr_\w+ \(', r)]


def test_valgrind():
    program = shutil.which('valgrind')
    if not program:
        leave_out('valgrind', 'valgrind')
        return
    words = [program, '--leak-check=full', '--num-callers=30']
    for name in ('/usr/share/glib-2.0/valgrind/glib.supp',):
        if os.path.exists(name):
            words.append('--suppressions=' + name)
    line = (LINE % (4, 48, 32, 'qsrupscale n-threads=2 ! fakesink')).split()
    for mask in 'c', 'avx2':
        code, text = run(words + ['gst-launch-1.0', '-q', *line], QSR_CPU_MASK=mask,
                         G_SLICE='always-malloc', G_DEBUG='gc-friendly',
                         ORC_CODE='backup', GST_REGISTRY_UPDATE='no')
        reports = reports_of_ours(text)
        good = code == 0 and 'ERROR SUMMARY' in text and not reports
        check('valgrind, QSR_CPU_MASK=%s' % mask,
              '' if good else '\n'.join(reports) or text[-4000:])


def main():
    for program in 'gst-launch-1.0', 'gst-inspect-1.0':
        if not shutil.which(program):
            skip(program + ' is not installed (package gstreamer1.0-tools)')
    for element in 'x264enc', 'matroskamux', 'avdec_h264', 'playbin', 'fakevideosink':
        if run(['gst-inspect-1.0', '--exists', element])[0]:
            skip('there is no element ' + element)
    folder = tempfile.mkdtemp(prefix='qsr-programs-')
    try:
        clip = os.path.join(folder, 'clip.mkv')
        make_clip(clip, 25)
        test_player(clip)
        test_gst_play(clip)
        test_validate(clip)
        test_valgrind()
    finally:
        shutil.rmtree(folder)
    print('%d checks run, %d failed' % (len(passed) + len(failed), len(failed)))
    if left_out and not failed:
        print('skipped in part: there is no', ' and no '.join(left_out))
        return 77
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
