# SPDX-License-Identifier: BSD-2-Clause
"""The classical scalers against the same arithmetic in NumPy, byte for byte.

usage: scalers.py LIBQSR
"""

import ctypes
import sys

try:
    import numpy as np
except ImportError:
    print("skipped: NumPy is not installed")
    sys.exit(77)

F = np.float32
FORMAT_I420, FORMAT_RGB, FORMAT_I420_10LE = 0, 5, 23
SIZES = [((1, 1), (1, 1)), ((1, 1), (4, 3)), ((7, 5), (14, 10)), ((20, 9), (60, 27)),
         ((16, 12), (64, 48)), ((18, 12), (27, 18)), ((33, 21), (50, 63)), ((40, 30), (41, 119)),
         ((64, 3), (64, 3)), ((5, 70), (20, 280))]


class Picture(ctypes.Structure):
    """QsrPicture; the members behind the strides keep their zeros."""

    @classmethod
    def layout(cls, planes):
        cls._fields_ = [("format", ctypes.c_int), ("width", ctypes.c_int), ("height", ctypes.c_int),
                        ("data", ctypes.c_void_p * planes), ("stride", ctypes.c_ssize_t * planes),
                        ("rest", ctypes.c_int * 16)]


class Error(ctypes.Structure):
    _fields_ = [("code", ctypes.c_int), ("message", ctypes.c_char * 240)]


class Settings(ctypes.Structure):
    """QsrSettings as far as the scalers look; the members behind keep their defaults."""
    _fields_ = [("backend", ctypes.c_int), ("n_threads", ctypes.c_int), ("nice", ctypes.c_int),
                ("strip_width", ctypes.c_int), ("band_height", ctypes.c_int),
                ("reuse", ctypes.c_int), ("row_phase_num", ctypes.c_int),
                ("row_phase_den", ctypes.c_int), ("rest", ctypes.c_int * 64)]


class Scale(ctypes.Structure):
    _fields_ = [("num", ctypes.c_int), ("den", ctypes.c_int)]


# ----------------------------------------------------------------- positions ---


def phases(n_in, n_out, num=0, den=1):
    """Base column, fraction and Q14 Catmull-Rom weights of every output position, taken
    num / den further on."""
    q = 2 * n_out * den
    base, fraction, taps = [], [], []
    for i in range(n_out):
        p = ((2 * i + 1) * n_in - n_out) * den + 2 * n_out * num
        x = p // q
        p -= x * q
        t = p / q
        w = [((-0.5 * t + 1.0) * t - 0.5) * t, (1.5 * t - 2.5) * t * t + 1.0,
             ((-1.5 * t + 2.0) * t + 0.5) * t, (0.5 * t - 0.5) * t * t]
        w = [int(np.floor(v * 16384 + 0.5)) for v in w]
        w[1 if 2 * p < q else 2] += 16384 - sum(w)
        base.append(x)
        fraction.append(F(t))
        taps.append(w)
    return np.array(base), np.array(fraction, F), np.array(taps)


def near(index, size):
    return np.clip(index, 0, size - 1)


# ------------------------------------------------------------------- bicubic ---


def bicubic(picture, width, height, num=0, den=1):
    h, w, _ = picture.shape
    ys, _, ty = phases(h, height, num, den)
    xs, _, tx = phases(w, width)
    rows = np.stack([picture[near(ys - 1 + k, h)] for k in range(4)]).astype(np.int64)
    middle = (np.einsum("kywc,yk->ywc", rows, ty) + 128) >> 8
    columns = np.stack([middle[:, near(xs - 1 + k, w)] for k in range(4)])
    return np.clip((np.einsum("kyxc,xk->yxc", columns, tx) + (1 << 19)) >> 20, 0, 255)


# ------------------------------------------------------------------- FSR 1.0 ---

TAPS = [(0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (1, 3), (2, 0), (2, 1), (2, 2), (2, 3), (3, 1),
        (3, 2)]


def edge_length(a, b, c):
    steepest = np.maximum(np.maximum(abs(c - b), abs(b - a)), F(1e-10))
    length = np.minimum(abs(c - a) / steepest, F(1))
    return length * length


def analyse(luma):
    """Direction and length of every pixel of a plane that has a border of one."""
    up, down, mid = luma[:-2, 1:-1], luma[2:, 1:-1], luma[1:-1, 1:-1]
    left, right = luma[1:-1, :-2], luma[1:-1, 2:]
    return (right - left, down - up, edge_length(left, mid, right) + edge_length(up, mid, down))


def shifted(plane, num, den, top):
    """A plane of samples moved by a fraction of a row; the cubic's rounding, with one tap
    sideways."""
    h = plane.shape[0]
    ys, _, ty = phases(h, h, num, den)
    rows = np.stack([plane[near(ys - 1 + k, h)] for k in range(4)]).astype(np.int64)
    bits = 8 if top == 255 else 10
    middle = (np.einsum("kyw,yk->yw", rows, ty) + (1 << (bits - 1))) >> bits
    return np.clip((middle + (1 << (13 - bits))) >> (14 - bits), 0, top)


def easu(picture, width, height, num=0, den=1):
    h, w, _ = picture.shape
    ys, fys, _ = phases(h, height, num, den)
    xs, fxs, _ = phases(w, width)
    rgb = picture.astype(F) * F(1 / 255)
    rows = np.pad(rgb, ((6, 6), (0, 0), (0, 0)), mode="edge")  # for the phase
    ys = ys + 6
    border = np.pad(rows, ((3, 3), (3, 3), (0, 0)), mode="edge")
    luma = border[..., 2] * F(0.5) + (border[..., 0] * F(0.5) + border[..., 1])
    fx, fy = fxs[None, :], fys[:, None]
    one = F(1)

    def at(plane, dy, dx, lead):
        return plane[np.ix_(ys + dy + lead, xs + dx + lead)]

    sums = []
    for plane in analyse(luma):  # one pixel less of border
        sums.append(((at(plane, 0, 0, 2) * ((one - fx) * (one - fy)) +
                      at(plane, 0, 1, 2) * (fx * (one - fy))) +
                     at(plane, 1, 0, 2) * ((one - fx) * fy)) + at(plane, 1, 1, 2) * (fx * fy))
    x, y, length = sums
    square = x * x + y * y
    flat = square < F(1 / 32768)
    scale = one / np.sqrt(np.where(flat, one, square))
    dir_x, dir_y = np.where(flat, one, x) * scale, y * scale
    half = length * F(0.5)
    edge = half * half
    stretch = (dir_x * dir_x + dir_y * dir_y) / np.maximum(abs(dir_x), abs(dir_y))
    len_x, len_y = one + (stretch - one) * edge, one - F(0.5) * edge
    lobe = F(0.5) + ((F(1 / 4) - F(0.04)) - F(0.5)) * edge
    clip = one / lobe

    total = np.zeros_like(lobe)
    colours = [np.zeros_like(lobe) for _ in range(3)]
    for row, column in TAPS:
        off_x, off_y = F(column - 1) - fx, F(row - 1) - fy
        tx = (off_x * dir_x + off_y * dir_y) * len_x
        ty = (off_y * dir_x - off_x * dir_y) * len_y
        d2 = np.minimum(tx * tx + ty * ty, clip)
        base, window = F(2) / F(5) * d2 - one, lobe * d2 - one
        weight = (F(25 / 16) * (base * base) - F(25 / 16 - 1)) * (window * window)
        total = total + weight
        for c in range(3):
            colours[c] = colours[c] + at(border[..., c], row - 1, column - 1, 3) * weight
    scale = one / total
    out = np.zeros((height, width, 3), np.int64)
    for c in range(3):
        four = np.stack([at(border[..., c], k // 2, k % 2, 3) for k in range(4)])
        v = np.minimum(four.max(0), np.maximum(four.min(0), colours[c] * scale))
        out[..., c] = (v * F(255) + F(0.5)).astype(np.int64)
    return out


def rcas(picture, amount):
    rgb = np.pad(picture.astype(F) * F(1 / 255), ((1, 1), (1, 1), (0, 0)), mode="edge")
    b, h = rgb[:-2, 1:-1], rgb[2:, 1:-1]
    d, f, e = rgb[1:-1, :-2], rgb[1:-1, 2:], rgb[1:-1, 1:-1]
    least = np.minimum(np.minimum(b, d), np.minimum(f, h))
    most = np.maximum(np.maximum(b, d), np.maximum(f, h))
    low = np.maximum(F(4) * most, F(1e-10))
    high = np.minimum(F(4) * least - F(4), F(-1e-10))
    limit = np.maximum(-(np.minimum(least, e) / low), (F(1) - np.maximum(most, e)) / high)
    lobe = np.maximum(limit.max(2), F(-1))
    lobe = (np.maximum(F(-0.1875), np.minimum(lobe, F(0))) * amount)[..., None]
    y = (lobe * ((b + d) + (f + h)) + e) * (F(1) / (F(4) * lobe + F(1)))
    return (np.minimum(np.maximum(y, F(0)), F(1)) * F(255) + F(0.5)).astype(np.int64)


def fsr1(picture, width, height, num=0, den=1):
    return rcas(easu(picture, width, height, num, den), F(0.87))


# --------------------------------------------------------------------- libqsr ---


class Library:
    def __init__(self, path):
        self.lib = ctypes.CDLL(path)
        self.lib.qsr_model_open.argtypes = [ctypes.c_void_p, ctypes.c_char_p, Scale,
                                            ctypes.c_void_p]
        self.lib.qsr_open.argtypes = [ctypes.c_void_p] * 4
        self.lib.qsr_process.argtypes = [ctypes.c_void_p] * 4
        Picture.layout(4)

    def run(self, name, fmt, planes, size, out_planes, out_size, num=0, den=1):
        """Planes are arrays of whole rows; sizes are (width, height)."""
        model, context, error = ctypes.c_void_p(), ctypes.c_void_p(), Error()
        settings = Settings()
        self.lib.qsr_settings_default(ctypes.byref(settings))
        if (settings.row_phase_num, settings.row_phase_den) != (0, 1):
            sys.exit("QsrSettings is not what this test thinks")
        settings.row_phase_num, settings.row_phase_den = num, den

        def check(result):
            if result < 0:
                sys.exit(f"{name}: {error.message.decode()}")

        check(self.lib.qsr_model_open(ctypes.byref(model), name.encode(), Scale(0, 0),
                                      ctypes.byref(error)))
        check(self.lib.qsr_open(ctypes.byref(context), model, ctypes.byref(settings),
                                ctypes.byref(error)))
        pictures = []
        for arrays, (w, h) in ((planes, size), (out_planes, out_size)):
            p = Picture(fmt, w, h)
            for i, array in enumerate(arrays):
                p.data[i] = array.ctypes.data
                p.stride[i] = array.strides[0]
            pictures.append(p)
        check(self.lib.qsr_process(context, ctypes.byref(pictures[0]), ctypes.byref(pictures[1]),
                                   ctypes.byref(error)))
        self.lib.qsr_close(ctypes.byref(context))
        self.lib.qsr_model_unref(ctypes.byref(model))

    def upscale(self, name, picture, width, height, num=0, den=1):
        out = np.zeros((height, width, 3), np.uint8)
        self.run(name, FORMAT_RGB, [picture], (picture.shape[1], picture.shape[0]), [out],
                 (width, height), num, den)
        return out


def pictures(width, height):
    random = np.random.default_rng(width * 1000 + height)
    yield random.integers(0, 256, (height, width, 3), dtype=np.uint8)
    yield random.integers(0, 2, (height, width, 3), dtype=np.uint8) * 255
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    wave = 127.5 + 127.5 * np.sin(x * 0.4 + y * 0.23)
    yield np.repeat(wave[..., None], 3, 2).astype(np.uint8)
    yield np.full((height, width, 3), 255, np.uint8)


PHASES = [(1, 8), (-1, 8), (3, 16), (-3, 4), (1, 12), (4, 1), (-4, 1), (12345, 65536)]


def compare_phases(library):
    """Rows taken a fraction further down: enlarged, and plane by plane at 1x."""
    compared = 0
    for name, reference in (("bicubic", bicubic), ("fsr1", fsr1)):
        for num, den in PHASES:
            for (w, h), (width, height) in SIZES[2:7]:
                for picture in pictures(w, h):
                    want = reference(picture, width, height, num, den)
                    got = library.upscale(name, np.ascontiguousarray(picture), width, height, num,
                                          den)
                    if (got != want).any():
                        sys.exit(f"{name} {w}x{h} -> {width}x{height}, phase {num}/{den}: differs")
                    compared += 1
    random = np.random.default_rng(5)
    for fmt, top, dtype in ((FORMAT_I420, 255, np.uint8), (FORMAT_I420_10LE, 1023, "<u2")):
        for num, den in PHASES:
            for w, h in ((33, 21), (64, 40), (1, 1), (2, 3)):
                shapes = [(h, w)] + 2 * [((h + 1) // 2, (w + 1) // 2)]
                planes = [random.integers(0, top + 1, s).astype(dtype) for s in shapes]
                out = [np.zeros(s, dtype) for s in shapes]
                library.run("bicubic", fmt, planes, (w, h), out, (w, h), num, den)
                for plane, got in zip(planes, out):
                    if (got != shifted(plane, num, den, top)).any():
                        sys.exit(f"a plane of {w}x{h} in format {fmt} moved by {num}/{den} differs")
                    compared += 1
    return compared


def main():
    library = Library(sys.argv[1])
    compared = compare_phases(library)
    for name, reference in (("bicubic", bicubic), ("fsr1", fsr1)):
        for (w, h), (width, height) in SIZES:
            for picture in pictures(w, h):
                want = reference(picture, width, height)
                got = library.upscale(name, np.ascontiguousarray(picture), width, height)
                wrong = np.argwhere(got != want)
                if wrong.size:
                    y, x, c = wrong[0]
                    sys.exit(f"{name} {w}x{h} -> {width}x{height}: {len(wrong)} bytes differ, the "
                             f"first at ({x}, {y}), colour {c}: {got[y, x, c]}, not {want[y, x, c]}")
                compared += 1
            if (w, h) == (width, height):
                for picture in pictures(w, h):
                    got = library.upscale("rcas", np.ascontiguousarray(picture), w, h)
                    if (got != rcas(picture, F(0.87))).any():
                        sys.exit(f"rcas {w}x{h} differs")
                    compared += 1
    print(f"{compared} pictures equal")


main()
