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

    def bound(self):
        """Largest magnitude any partial sum of the accumulator can reach."""
        sums = np.abs(self.weight.astype(np.int64)).reshape(len(self.bias), -1).sum(1)
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


def requantise(acc, multiplier, shift, fraction, largest=255):
    """rq16 on an int32 tensor (n, c, h, w); the constants are (c,) int32."""
    def spread(v):
        return v.view(1, -1, 1, 1)

    t = (acc >> spread(shift)).clamp_(-32768, 32767)
    u = (t * spread(multiplier) + (1 << 14)) >> 15
    return ((u + (1 << (fraction - 1))) >> fraction).clamp_(0, largest)


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


def run_layer(layer, x, largest=255):
    def constant(values):
        return torch.from_numpy(np.asarray(values).astype(np.int32))

    weight = torch.from_numpy(layer.weight.astype(np.float32)).permute(0, 3, 1, 2)
    acc = convolve(x, weight, layer.bound()).to(torch.int32)
    acc += constant(layer.bias).view(1, -1, 1, 1)
    y = requantise(acc, constant(layer.multiplier), constant(layer.shift),
                   layer.fraction, largest)
    return y.float()


def output_side(side, scale):
    return -(-side * scale.numerator // scale.denominator)


def upscale(model, picture):
    """Upscale a uint8 (h, w, 3) picture to the bytes every engine must give."""
    x = torch.from_numpy(picture.astype(np.float32)).permute(2, 0, 1)[None]
    with torch.no_grad():
        for layer in model.layers:
            x = run_layer(layer, x)
        x = F.pixel_shuffle(x, model.scale.numerator)[0]
    height, width = (output_side(n, model.scale) for n in picture.shape[:2])
    out = x[:, :height, :width].permute(1, 2, 0).numpy()
    return np.ascontiguousarray(out.astype(np.uint8))
