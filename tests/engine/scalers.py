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
FORMAT_RGB = 5
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


class Scale(ctypes.Structure):
    _fields_ = [("num", ctypes.c_int), ("den", ctypes.c_int)]


# ----------------------------------------------------------------- positions ---


def phases(n_in, n_out):
    """Base column, fraction and Q14 Catmull-Rom weights of every output position."""
    q = 2 * n_out
    base, fraction, taps = [], [], []
    for i in range(n_out):
        p = (2 * i + 1) * n_in - n_out
        x = -1 if p < 0 else p // q
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


def bicubic(picture, width, height):
    h, w, _ = picture.shape
    ys, _, ty = phases(h, height)
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


def easu(picture, width, height):
    h, w, _ = picture.shape
    ys, fys, _ = phases(h, height)
    xs, fxs, _ = phases(w, width)
    rgb = picture.astype(F) * F(1 / 255)
    border = np.pad(rgb, ((3, 3), (3, 3), (0, 0)), mode="edge")
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


def fsr1(picture, width, height):
    return rcas(easu(picture, width, height), F(0.87))


# --------------------------------------------------------------------- libqsr ---


class Library:
    def __init__(self, path):
        self.lib = ctypes.CDLL(path)
        self.lib.qsr_model_open.argtypes = [ctypes.c_void_p, ctypes.c_char_p, Scale,
                                            ctypes.c_void_p]
        self.lib.qsr_open.argtypes = [ctypes.c_void_p] * 4
        self.lib.qsr_process.argtypes = [ctypes.c_void_p] * 4
        Picture.layout(4)

    def upscale(self, name, picture, width, height):
        model, context, error = ctypes.c_void_p(), ctypes.c_void_p(), Error()
        out = np.zeros((height, width, 3), np.uint8)

        def check(result):
            if result < 0:
                sys.exit(f"{name}: {error.message.decode()}")

        check(self.lib.qsr_model_open(ctypes.byref(model), name.encode(), Scale(0, 0),
                                      ctypes.byref(error)))
        check(self.lib.qsr_open(ctypes.byref(context), model, None, ctypes.byref(error)))
        pictures = []
        for array in (picture, out):
            p = Picture(FORMAT_RGB, array.shape[1], array.shape[0])
            p.data[0] = array.ctypes.data
            p.stride[0] = array.strides[0]
            pictures.append(p)
        check(self.lib.qsr_process(context, ctypes.byref(pictures[0]), ctypes.byref(pictures[1]),
                                   ctypes.byref(error)))
        self.lib.qsr_close(ctypes.byref(context))
        self.lib.qsr_model_unref(ctypes.byref(model))
        return out


def pictures(width, height):
    random = np.random.default_rng(width * 1000 + height)
    yield random.integers(0, 256, (height, width, 3), dtype=np.uint8)
    yield random.integers(0, 2, (height, width, 3), dtype=np.uint8) * 255
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    wave = 127.5 + 127.5 * np.sin(x * 0.4 + y * 0.23)
    yield np.repeat(wave[..., None], 3, 2).astype(np.uint8)
    yield np.full((height, width, 3), 255, np.uint8)


def main():
    library = Library(sys.argv[1])
    compared = 0
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
