# SPDX-License-Identifier: BSD-2-Clause
"""From float kernels to the integer contract: scales, requantisation
constants, safe pairs, and the network that is fine-tuned under exactly the
arithmetic it will run in."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from .intsim import Layer, Model, convolve, convolve_branch, requantise

FRACTION = 6
# A weight of 1.98 at scale 1.98/127 keeps the output scale below 2^-6, the
# limit of 6 fraction bits.
WIDEST_SCALE = 1.98 / 127
NARROWEST_SCALE = 2.0 ** -29
PAIR_LIMIT = 128


def project_pairs(q):
    """Make integer weights (cout, cin, ky, kx) pair-safe: of two neighbouring
    input channels the positive parts sum to at most 128, the negative parts
    likewise. The nearest such pair: half of the excess is taken from each."""
    if q.shape[1] % 2:
        last = q[:, -1:]
        return torch.cat([project_pairs(q[:, :-1]), last], 1) if q.shape[1] > 1 else q
    a, b = q[:, 0::2], q[:, 1::2]
    excess_up = (a.clamp(min=0) + b.clamp(min=0) - PAIR_LIMIT).clamp(min=0)
    excess_down = ((-a).clamp(min=0) + (-b).clamp(min=0) - PAIR_LIMIT).clamp(min=0)
    excess = excess_up - excess_down  # at most one of them is not zero
    from_a = torch.sign(excess) * torch.ceil(excess.abs() / 2)
    return torch.stack([a - from_a, b - (excess - from_a)], 2).flatten(1, 2)


def integer_weights(weight, scale):
    """Round real weights to pair-safe integers of a per-channel scale."""
    return project_pairs((weight / scale.view(-1, 1, 1, 1)).round().clamp(-127, 127))


def constants(scale, fraction=FRACTION):
    """Multiplier and shift (int32) of real scales: k = M * 2^-(15 + s + f)."""
    mantissa, exponent = np.frexp(scale.detach().cpu().double().numpy())
    multiplier = np.rint(mantissa * (1 << 15)).astype(np.int64)
    shift = -exponent.astype(np.int64) - fraction
    full = multiplier == 1 << 15
    multiplier[full] >>= 1
    shift[full] -= 1
    if shift.min() < 0 or shift.max() > 24:
        raise ValueError("a scale is out of the reach of rq16")
    return (torch.from_numpy(multiplier).to(torch.int32), torch.from_numpy(shift).to(torch.int32))


def integer_bias(bias, scale, shift):
    """Bias in accumulator units, with the half that makes `>> s` round."""
    half = torch.where(shift > 0, 1 << (shift - 1).clamp(min=0), torch.zeros_like(shift))
    exact = (bias.detach().double() * 255 / scale.detach().double()).round()
    return exact.to(torch.int32) + half.to(bias.device)


def best_scales(*kernels):
    """Per output channel the scale of least squared error, clipping and pair
    projection counted. Several kernels share one scale."""
    widest = torch.cat([k.abs().flatten(1) for k in kernels], 1).max(1)[0].clamp(min=1e-6)
    best = torch.full_like(widest, float("inf"))
    chosen = widest / 127
    for factor in np.linspace(0.6, 2.1, 101):
        scale = (widest / 127 * factor).clamp(NARROWEST_SCALE, WIDEST_SCALE)
        error = sum((k - integer_weights(k, scale) * scale.view(-1, 1, 1, 1))
                    .pow(2).flatten(1).sum(1) for k in kernels)
        better = error < best
        best = torch.where(better, error, best)
        chosen = torch.where(better, scale, chosen)
    return chosen


class QuantConv(nn.Module):
    """One layer: forward gives the integers of the contract, backward the
    gradient of the clipped real convolution (straight-through)."""

    def __init__(self, weight, bias, branch=None):
        super().__init__()
        self.weight = nn.Parameter(weight.clone())
        self.bias = nn.Parameter(bias.clone())
        self.branch = None if branch is None else nn.Parameter(branch.clone())
        self.log_scale = nn.Parameter(best_scales(*(k.detach() for k in self.kernels())).log())
        self.frozen = None

    def kernels(self):
        return [self.weight] if self.branch is None else [self.weight, self.branch]

    def scale(self):
        return self.log_scale.exp().clamp(NARROWEST_SCALE, WIDEST_SCALE)

    def freeze(self):
        """From now on the integers stay; only bias and scale can be trained."""
        scale = self.scale().detach()
        self.frozen = [integer_weights(k.detach(), scale) for k in self.kernels()]

    def integers(self, scale):
        """Of the weights and, where there is one, of the branch."""
        if self.frozen is not None:
            return self.frozen
        whole = []
        for kernel in self.kernels():
            # Clipped weights get no gradient but pull on the scale.
            real = (kernel / scale.view(-1, 1, 1, 1)).clamp(-127, 127)
            rounded = integer_weights(kernel.detach(), scale.detach())
            whole.append(real + (rounded - real).detach())
        return whole

    def forward(self, x, picture=None):
        scale = self.scale()
        whole, *branch = self.integers(scale)
        bound = 255 * float(sum(k.detach().abs().flatten(1).sum(1)
                                for k in [whole] + branch).max())
        acc = convolve(x, whole.contiguous(memory_format=torch.channels_last), bound)
        for kernel in branch:
            acc = acc + convolve_branch(picture, kernel, bound)
        soft = acc.float() * scale.view(1, -1, 1, 1) + 255 * self.bias.view(1, -1, 1, 1)
        soft = soft.clamp(0, 255)
        with torch.no_grad():
            multiplier, shift = (v.to(x.device) for v in constants(scale))
            total = acc.to(torch.int32) + integer_bias(self.bias, scale, shift).view(1, -1, 1, 1)
            hard = requantise(total, multiplier, shift, FRACTION).float()
        return soft + (hard - soft).detach()

    def layer(self):
        scale = self.scale().detach()
        multiplier, shift = constants(scale)
        bias = integer_bias(self.bias.cpu(), scale.cpu(), shift)
        weights = [np.ascontiguousarray(k.detach().permute(0, 2, 3, 1).cpu().numpy()
                                        .astype(np.int8)) for k in self.integers(scale)]
        return Layer(weights[0], bias.numpy().astype(np.int32),
                     multiplier.numpy().astype(np.uint16), shift.numpy().astype(np.uint8),
                     FRACTION, *weights[1:])


class QuantNet(nn.Module):
    """Collapsed float layers under the integer contract; in and out 0..255."""

    def __init__(self, layers, scale):
        super().__init__()
        self.scale = scale
        self.convs = nn.ModuleList(QuantConv(*(t.float() for t in layer)) for layer in layers)

    def forward(self, picture):
        x = picture
        for conv in self.convs:
            x = conv(x, picture)
        return F.pixel_shuffle(x, self.scale.numerator)

    def model(self, card):
        channels, blocks = self.convs[0].weight.shape[0], len(self.convs) - 2
        return Model(channels, blocks, self.scale, [conv.layer() for conv in self.convs], card)


def is_pair_safe(layer):
    return all(kernel_is_pair_safe(k) for k in (layer.weight, layer.branch) if k is not None)


def kernel_is_pair_safe(kernel):
    weight = kernel.astype(np.int64)
    if weight.shape[3] % 2:
        weight = np.concatenate([weight, np.zeros_like(weight[..., :1])], 3)
    a, b = weight[..., 0::2], weight[..., 1::2]
    up = np.maximum(a, 0) + np.maximum(b, 0)
    down = np.maximum(-a, 0) + np.maximum(-b, 0)
    return bool(max(up.max(), down.max()) <= PAIR_LIMIT)
