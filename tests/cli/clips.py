# SPDX-License-Identifier: BSD-2-Clause
"""Small video files, made and taken apart with gst-launch-1.0."""
import os
import re
import shutil
import subprocess

from common import HAS_VIDEO, skip

if not HAS_VIDEO:
    skip('this build of qsr has no GStreamer')
if not shutil.which('gst-launch-1.0') or not shutil.which('gst-inspect-1.0'):
    skip('gst-launch-1.0 is not installed (Debian package gstreamer1.0-tools)')


# GLib keeps a block from its start-up that has no name to be suppressed by. What
# GStreamer's objects are concerned, test_video.py has its own search for leaks.
os.environ['ASAN_OPTIONS'] = os.environ.get('ASAN_OPTIONS', '') + ':detect_leaks=0'


def have(*elements):
    return all(subprocess.run(['gst-inspect-1.0', '--exists', e]).returncode == 0
               for e in elements)


def need(*elements):
    missing = [e for e in elements if not have(e)]
    if missing:
        skip('GStreamer elements are missing: ' + ', '.join(missing))


need('videotestsrc', 'audiotestsrc', 'matroskamux', 'matroskademux', 'x264enc', 'opusenc',
     'videoconvert')
if not have('avdec_h264') and not have('openh264dec'):
    skip('no H.264 decoder is installed')


def gst(pipeline, verbose=False):
    done = subprocess.run(['gst-launch-1.0', '-v' if verbose else '-q', *pipeline.split()],
                          capture_output=True, timeout=300)
    if done.returncode != 0:
        raise RuntimeError('%s\n%s' % (pipeline, done.stderr.decode()))
    return done.stdout.decode()


def video(frames, caps='format=I420,width=64,height=48,framerate=12/1', more=''):
    return ('videotestsrc num-buffers=%d pattern=ball ! video/x-raw,%s %s ! ' %
            (frames, caps, more))


# The encoder's lookahead would hold back a whole short clip from the muxer.
X264 = 'x264enc tune=zerolatency quantizer=15 pass=qual vbv-buf-capacity=0'


def audio(seconds, encoder='opusenc', caps='rate=48000,channels=2', frequency=440):
    buffers = int(seconds * 24)
    return ('audiotestsrc num-buffers=%d samplesperbuffer=2000 freq=%d ! audio/x-raw,%s ! %s ! '
            'queue ! m. ' % (buffers, frequency, caps, encoder))


def make_clip(path, frames=12, caps='format=I420,width=64,height=48,framerate=12/1', sound=1.0,
              muxer='matroskamux', encoder=X264, more=''):
    gst(video(frames, caps, more) + '%s ! queue ! m. ' % encoder +
        (audio(sound) if sound else '') + '%s name=m ! filesink location=%s' % (muxer, path))
    return path


def decode(path, raw, element='', format='I420'):
    """All frames as raw planes, one file."""
    gst('filesrc location=%s ! decodebin ! video/x-raw ! %s videoconvert ! '
        'video/x-raw,format=%s ! filesink location=%s' % (path, element, format, raw))
    with open(raw, 'rb') as f:
        return f.read()


def frames_of(path):
    """Caps (a dictionary of strings) and time stamps of the decoded video."""
    text = gst('filesrc location=%s ! decodebin ! video/x-raw ! '
               'fakesink name=end silent=false sync=false' % path, verbose=True)
    caps = re.findall(r'end\.GstPad:sink: caps = video/x-raw, (.*)', text)[-1]
    fields = dict(re.findall(r'([a-z-]+)=\([a-z]+\)([^,\s]+)', caps))
    stamps = re.findall(r'chain +\*+.*?pts: ([\d:.]+)', text)
    return fields, stamps


def track(path, pad, out, demuxer='matroskademux'):
    """The bytes of one track, as they are in the file."""
    gst('filesrc location=%s ! %s name=d d.%s ! queue ! filesink location=%s' %
        (path, demuxer, pad, out))
    with open(out, 'rb') as f:
        return f.read()


def track_caps(path, pad, demuxer='matroskademux'):
    text = gst('filesrc location=%s ! %s name=d d.%s ! fakesink name=end' % (path, demuxer, pad),
               verbose=True)
    return re.findall(r'end\.GstPad:sink: caps = (\S+?),', text)[-1]


def plugin_folder(folder, leave_out=(), only=()):
    """A folder with links to the system's plugins, for `with_plugins`."""
    text = subprocess.run(['gst-inspect-1.0', 'coreelements'], capture_output=True).stdout.decode()
    source = os.path.dirname(re.search(r'Filename +(\S+)', text).group(1))
    os.mkdir(folder)
    for name in os.listdir(source):
        word = re.fullmatch(r'libgst(\w+)\.so', name)
        if word and word.group(1) not in leave_out and (not only or word.group(1) in only):
            os.symlink(os.path.join(source, name), os.path.join(folder, name))
    return {'GST_PLUGIN_SYSTEM_PATH': folder, 'GST_PLUGIN_SYSTEM_PATH_1_0': folder,
            'GST_PLUGIN_PATH': '', 'GST_PLUGIN_PATH_1_0': '',
            'GST_REGISTRY': os.path.join(folder, 'registry.bin')}
