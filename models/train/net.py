# SPDX-License-Identifier: BSD-2-Clause
"""QuickSRNet, in its plain form and in an over-parameterised training form.

Every convolution has the kernel I + D + P*E: a fixed identity, a direct
kernel, and a wide expansion E followed by a 1x1 projection P. The sum is one
kernel of the plain size and is formed inside every step, so the training form
costs hardly more than the plain one but converges much faster."""

from fractions import Fraction

import torch
from torch import nn
from torch.nn import functional as F


def relu1(x):
    return F.hardtanh(x, 0.0, 1.0)


def kernel_of(position, channels, blocks, scale):
    """(cin, cout, kernel size, stride) of a layer; position 0 is conv_in."""
    if position == 0:
        return 3, channels, 3, 1
    if position <= blocks:
        return channels, channels, 3, 1
    if scale == Fraction(3, 2):
        return channels, 27, 2, 2  # space-to-depth by 2, then 1x1
    return channels, 3 * int(scale) ** 2, 3, 1


def identity_kernel(position, channels, blocks, scale):
    """Starting point that makes the untrained network a nearest-neighbour
    upscaler (linear for the middle sample of a 1.5x cell)."""
    cin, cout, size, _ = kernel_of(position, channels, blocks, scale)
    kernel = torch.zeros(cout, cin, size, size)
    if position <= blocks:
        for i in range(min(cin, cout)):
            kernel[i, i, 1, 1] = 1
    elif scale == Fraction(3, 2):
        share = ((1.0, 0.0), (0.5, 0.5), (0.0, 1.0))
        for out in range(27):
            colour, row, column = out // 9, out % 9 // 3, out % 3
            for dy in range(2):
                for dx in range(2):
                    kernel[out, colour, dy, dx] = share[row][dy] * share[column][dx]
    else:
        for out in range(cout):
            kernel[out, out // int(scale) ** 2, 1, 1] = 1
    return kernel


class CollapsingConv(nn.Module):
    def __init__(self, cin, cout, size, stride, identity, expand):
        super().__init__()
        self.stride, self.padding = stride, (size // 2 if stride == 1 else 0)
        bound = (cin * size * size) ** -0.5
        self.register_buffer("identity", identity)
        self.direct = nn.Parameter(torch.empty(cout, cin, size, size).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.zeros(cout))
        self.expand = self.project = None
        if expand:
            self.expand = nn.Parameter(torch.empty(expand, cin, size, size).uniform_(-bound, bound))
            self.project = nn.Parameter(torch.empty(cout, expand).uniform_(-1, 1) * expand ** -0.5)

    def kernel(self):
        kernel = self.identity + self.direct
        if self.expand is not None:
            kernel = kernel + (self.project @ self.expand.flatten(1)).view_as(kernel)
        return kernel

    def forward(self, x):
        weight = self.kernel().contiguous(memory_format=torch.channels_last)
        return F.conv2d(x, weight, self.bias, self.stride, self.padding)

    def load_kernel(self, weight, bias):
        """Continue from a collapsed kernel: the expansion starts at zero."""
        with torch.no_grad():
            self.direct.copy_(weight - self.identity)
            self.bias.copy_(bias)
            if self.project is not None:
                self.project.zero_()


class QuickSRNet(nn.Module):
    def __init__(self, channels, blocks, scale, expand=128):
        super().__init__()
        self.scale = Fraction(scale)
        self.convs = nn.ModuleList()
        for position in range(blocks + 2):
            cin, cout, size, stride = kernel_of(position, channels, blocks, self.scale)
            identity = identity_kernel(position, channels, blocks, self.scale)
            self.convs.append(CollapsingConv(cin, cout, size, stride, identity, expand))

    def forward(self, x):
        for conv in self.convs:
            x = relu1(conv(x))
        return F.pixel_shuffle(x, self.scale.numerator)

    def collapsed(self):
        """The plain network: a list of (weight, bias)."""
        return [(conv.kernel().detach().clone(), conv.bias.detach().clone())
                for conv in self.convs]

    def load_collapsed(self, layers, body_only=False):
        for conv, (weight, bias) in zip(self.convs[:-1] if body_only else self.convs, layers):
            conv.load_kernel(weight, bias)


def run_plain(layers, scale, x):
    """Forward pass of collapsed layers; x is (n, 3, h, w) in [0, 1]. Odd sides
    at 1.5x: every map counts as zero outside the frame, the result is cropped."""
    height, width = x.shape[2:]
    for position, (weight, bias) in enumerate(layers):
        size = weight.shape[2]
        if size == 2:
            x = F.pad(x, (0, width % 2, 0, height % 2))
        x = relu1(F.conv2d(x, weight, bias, 2 if size == 2 else 1, 0 if size == 2 else 1))
    x = F.pixel_shuffle(x, scale.numerator)
    num, den = scale.numerator, scale.denominator
    return x[:, :, :(height * num + den - 1) // den, :(width * num + den - 1) // den]
