# SPDX-License-Identifier: BSD-2-Clause
"""Bicubic resampling as MATLAB's imresize does it: antialiased when it
shrinks, cubic with a = -0.5, symmetric edges, vertical pass first."""

from fractions import Fraction

import numpy as np


def cubic(x):
    x = np.abs(x)
    near = (1.5 * x - 2.5) * x * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x <= 1, near, np.where(x <= 2, far, 0.0))


def contributions(length_in, length_out, scale):
    """Source positions and weights of every output sample, (out, taps) each."""
    stretch = min(scale, 1.0)  # the kernel widens when the picture shrinks
    width = 4.0 / stretch
    centre = (np.arange(length_out) + 0.5) / scale - 0.5
    taps = int(np.ceil(width)) + 2
    left = np.floor(centre - width / 2).astype(np.int64)
    index = left[:, None] + np.arange(taps)[None, :]
    weight = stretch * cubic(stretch * (centre[:, None] - index))
    weight /= weight.sum(axis=1, keepdims=True)
    mirror = np.concatenate([np.arange(length_in), np.arange(length_in)[::-1]])
    return mirror[index % (2 * length_in)], weight


def resize_axis(picture, axis, length_out, scale):
    index, weight = contributions(picture.shape[axis], length_out, scale)
    moved = np.moveaxis(picture, axis, 0)
    out = np.zeros((length_out,) + moved.shape[1:])
    extra = (1,) * (moved.ndim - 1)
    for tap in range(index.shape[1]):
        out += moved[index[:, tap]] * weight[:, tap].reshape((-1,) + extra)
    return np.moveaxis(out, 0, axis)


def to_bytes(values):
    return np.clip(np.floor(values + 0.5), 0, 255).astype(np.uint8)


def imresize(picture, scale, round_between=False):
    """Resample an H x W or H x W x C uint8 picture; returns uint8, rounded.
    MATLAB itself also rounds to 8 bits between the two passes."""
    scale = Fraction(scale)
    height = -(-picture.shape[0] * scale.numerator // scale.denominator)
    width = -(-picture.shape[1] * scale.numerator // scale.denominator)
    out = resize_axis(picture.astype(np.float64), 0, height, float(scale))
    if round_between:
        out = to_bytes(out).astype(np.float64)
    return to_bytes(resize_axis(out, 1, width, float(scale)))
