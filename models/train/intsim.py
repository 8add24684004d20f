# SPDX-License-Identifier: BSD-2-Clause
"""The exact integer arithmetic of docs/numerics.md, layer by layer."""

import dataclasses
from fractions import Fraction

import numpy as np
import torch
from torch.nn import functional as F

EXACT_IN_FLOAT = 2 ** 24  # below it every integer is a float32


@dataclasses.dataclass
class Layer:
    weight: np.ndarray  # int8, (cout, ky, kx, cin)
    bias: np.ndarray  # int32, in accumulator units, 2^(s-1) included
    multiplier: np.ndarray  # uint16
    shift: np.ndarray  # uint8
    fraction: int
    branch: np.ndarray = None  # int8, (cout, ky, kx, 3): input branch of a head

    def bound(self):
        """Largest magnitude any partial sum of the accumulator can reach."""
        sums = 0
        for weight in (self.weight, self.branch):
            if weight is not None:
                sums += np.abs(weight.astype(np.int64)).reshape(len(self.bias), -1).sum(1)
        return int((np.abs(self.bias.astype(np.int64)) + 255 * sums).max())


@dataclasses.dataclass
class Model:
    channels: int
    blocks: int
    scale: Fraction
    layers: list
    card: dict
    test_input: np.ndarray = None  # uint8 (h, w, 3)
    test_output: np.ndarray = None

    @property
    def has_branch(self):
        return self.layers[-1].branch is not None


def requantise(acc, multiplier, shift, fraction, deep=False):
    """rq16 on an int32 tensor (n, c, h, w); the constants are (c,) int32. deep:
    the 10-bit store, for which there must be at least 3 fraction bits."""
    def spread(v):
        return v.view(1, -1, 1, 1)

    if deep:
        fraction -= 2
    t = (acc >> spread(shift)).clamp_(-32768, 32767)
    u = (t * spread(multiplier) + (1 << 14)) >> 15
    return ((u + (1 << (fraction - 1))) >> fraction).clamp_(0, 1020 if deep else 255)


def convolve(x, weight, exact_bound):
    """Integer-valued convolution (n, cin, h, w) -> float tensor, exact because
    no partial sum leaves the integers of the type it runs in. Zero padding of
    one for 3x3; 2x2 kernels step by 2 and see zeros beyond an odd side."""
    if exact_bound >= EXACT_IN_FLOAT:
        x, weight = x.double(), weight.double()
    if weight.shape[2] == 2:
        x = F.pad(x, (0, x.shape[3] % 2, 0, x.shape[2] % 2))
        return F.conv2d(x, weight, stride=2)
    return F.conv2d(x, weight, padding=1)


def convolve_branch(picture, weight, exact_bound):
    """The same for the weights of an input branch: 1x1, or 3x3 that steps by 2
    over a zero padding of one."""
    if exact_bound >= EXACT_IN_FLOAT:
        picture, weight = picture.double(), weight.double()
    size = weight.shape[2]
    return F.conv2d(picture, weight, stride=2 if size == 3 else 1, padding=size // 2)


def run_layer(layer, x, picture=None, deep=False):
    """picture: what an input branch reads."""
    def constant(values):
        return torch.from_numpy(np.asarray(values).astype(np.int32))

    def kernel(values):
        return torch.from_numpy(values.astype(np.float32)).permute(0, 3, 1, 2)

    acc = convolve(x, kernel(layer.weight), layer.bound()).to(torch.int32)
    if layer.branch is not None:
        acc += convolve_branch(picture, kernel(layer.branch), layer.bound()).to(torch.int32)
    acc += constant(layer.bias).view(1, -1, 1, 1)
    y = requantise(acc, constant(layer.multiplier), constant(layer.shift), layer.fraction, deep)
    return y.float()


def output_side(side, scale):
    return -(-side * scale.numerator // scale.denominator)


def upscale(model, picture, deep=False):
    """Upscale a uint8 (h, w, 3) picture to the bytes every engine must give;
    deep: to the 10-bit numbers (uint16)."""
    source = torch.from_numpy(picture.astype(np.float32)).permute(2, 0, 1)[None]
    with torch.no_grad():
        x = source
        for layer in model.layers[:-1]:
            x = run_layer(layer, x)
        x = run_layer(model.layers[-1], x, source, deep)
        x = F.pixel_shuffle(x, model.scale.numerator)[0]
    height, width = (output_side(n, model.scale) for n in picture.shape[:2])
    out = x[:, :height, :width].permute(1, 2, 0).numpy()
    return np.ascontiguousarray(out.astype(np.uint16 if deep else np.uint8))
