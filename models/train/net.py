# SPDX-License-Identifier: BSD-2-Clause
"""QuickSRNet, in its plain form and in an over-parameterised training form.

Every convolution has the kernel I + D + P*E: a fixed identity, a direct
kernel, and a wide expansion E followed by a 1x1 projection P. The sum is one
kernel of the plain size and is formed inside every step, so the training form
costs hardly more than the plain one but converges much faster.

A plain network is a list of layers (weight, bias); the last one is (weight,
bias, branch) where the network has an input branch."""

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


def branch_of(scale):
    """(kernel size, stride) of an input branch."""
    return (3, 2) if scale == Fraction(3, 2) else (1, 1)


def nearest(kernel, scale, row, column):
    """Make the head or branch a nearest-neighbour upscaler (linear for the
    middle sample of a 1.5x cell); (row, column) is the tap of the own pixel."""
    for out in range(kernel.shape[0]):
        if scale == Fraction(3, 2):
            share = ((1.0, 0.0), (0.5, 0.5), (0.0, 1.0))
            colour, y, x = out // 9, out % 9 // 3, out % 3
            for dy in range(2):
                for dx in range(2):
                    kernel[out, colour, row + dy, column + dx] = share[y][dy] * share[x][dx]
        else:
            kernel[out, out // int(scale) ** 2, row, column] = 1
    return kernel


def identity_kernel(position, channels, blocks, scale, branch=False):
    """Starting point that makes the untrained network a nearest-neighbour
    upscaler. With an input branch that is the branch's part, and the head
    starts at nothing."""
    cin, cout, size, _ = kernel_of(position, channels, blocks, scale)
    kernel = torch.zeros(cout, cin, size, size)
    if position <= blocks:
        for i in range(min(cin, cout)):
            kernel[i, i, 1, 1] = 1
        return kernel
    own = 1 if size == 3 else 0
    return kernel if branch else nearest(kernel, scale, own, own)


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


def run_branch(picture, kernel):
    """Sums for the last layer, straight from the input: 1x1, or 3x3 that steps
    by 2 over zero padding. Odd sides need no care."""
    size = kernel.shape[2]
    return F.conv2d(picture, kernel, stride=2 if size == 3 else 1, padding=size // 2)


class InputBranch(nn.Module):
    """The convolution of the input that Large adds to the sums of its last
    layer. The bias is that layer's."""

    def __init__(self, scale):
        super().__init__()
        size, _ = branch_of(scale)
        start = torch.zeros(3 * scale.numerator ** 2, 3, size, size)
        self.register_buffer("identity", nearest(start, scale, size // 2, size // 2))
        self.direct = nn.Parameter(torch.zeros_like(start))

    def kernel(self):
        return self.identity + self.direct

    def forward(self, picture):
        return run_branch(picture, self.kernel())

    def load_kernel(self, weight):
        with torch.no_grad():
            self.direct.copy_(weight - self.identity)


class QuickSRNet(nn.Module):
    def __init__(self, channels, blocks, scale, expand=128, branch=False):
        super().__init__()
        self.scale = Fraction(scale)
        self.convs = nn.ModuleList()
        for position in range(blocks + 2):
            cin, cout, size, stride = kernel_of(position, channels, blocks, self.scale)
            identity = identity_kernel(position, channels, blocks, self.scale, branch)
            self.convs.append(CollapsingConv(cin, cout, size, stride, identity, expand))
        self.branch = InputBranch(self.scale) if branch else None

    def forward(self, picture):
        x = picture
        for conv in self.convs[:-1]:
            x = relu1(conv(x))
        x = self.convs[-1](x)
        if self.branch is not None:
            x = x + self.branch(picture)
        return F.pixel_shuffle(relu1(x), self.scale.numerator)

    def kernels(self):
        """All kernels in their plain form."""
        kernels = [conv.kernel() for conv in self.convs]
        return kernels if self.branch is None else kernels + [self.branch.kernel()]

    def collapsed(self):
        """The plain network."""
        layers = [(conv.kernel().detach().clone(), conv.bias.detach().clone())
                  for conv in self.convs]
        if self.branch is not None:
            layers[-1] += (self.branch.kernel().detach().clone(),)
        return layers

    def load_collapsed(self, layers):
        for conv, layer in zip(self.convs, layers):
            conv.load_kernel(*layer[:2])
        if self.branch is not None:
            self.branch.load_kernel(layers[-1][2])

    def adopt(self, layers):
        """Start from the body of another network of this width. If that has fewer
        blocks, the further ones pass on what they get, which ReLU1 leaves as it
        is. The head comes along where it fits."""
        body, head = layers[:-1], layers[-1]
        for conv, layer in zip(self.convs[:-1], body):
            conv.load_kernel(*layer[:2])
        for conv in self.convs[len(body):-1]:
            conv.load_kernel(conv.identity, torch.zeros_like(conv.bias))
        if head[0].shape == self.convs[-1].direct.shape and self.branch is None and len(head) == 2:
            self.convs[-1].load_kernel(*head)


def run_plain(layers, scale, picture):
    """Forward pass of collapsed layers; picture is (n, 3, h, w) in [0, 1]. Odd
    sides at 1.5x: every map counts as zero outside the frame, the result is
    cropped."""
    x, (height, width) = picture, picture.shape[2:]
    for weight, bias, *branch in layers:
        size = weight.shape[2]
        if size == 2:
            x = F.pad(x, (0, width % 2, 0, height % 2))
        x = F.conv2d(x, weight, bias, 2 if size == 2 else 1, 0 if size == 2 else 1)
        for kernel in branch:
            x = x + run_branch(picture, kernel)
        x = relu1(x)
    x = F.pixel_shuffle(x, scale.numerator)
    num, den = scale.numerator, scale.denominator
    return x[:, :, :(height * num + den - 1) // den, :(width * num + den - 1) // den]
