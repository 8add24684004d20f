# SPDX-License-Identifier: BSD-2-Clause
"""From float kernels to the integer contract: scales, requantisation
constants, safe pairs, and the network that is fine-tuned under exactly the
arithmetic it will run in."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from .intsim import Layer, Model, convolve, requantise

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


def best_scales(weight):
    """Per output channel the scale of least squared error, clipping and pair
    projection counted."""
    widest = weight.abs().flatten(1).max(1)[0].clamp(min=1e-6)
    best = torch.full_like(widest, float("inf"))
    chosen = widest / 127
    for factor in np.linspace(0.6, 2.1, 101):
        scale = (widest / 127 * factor).clamp(NARROWEST_SCALE, WIDEST_SCALE)
        error = weight - integer_weights(weight, scale) * scale.view(-1, 1, 1, 1)
        error = error.pow(2).flatten(1).sum(1)
        better = error < best
        best = torch.where(better, error, best)
        chosen = torch.where(better, scale, chosen)
    return chosen


class QuantConv(nn.Module):
    """One layer: forward gives the integers of the contract, backward the
    gradient of the clipped real convolution (straight-through)."""

    def __init__(self, weight, bias):
        super().__init__()
        self.weight = nn.Parameter(weight.clone())
        self.bias = nn.Parameter(bias.clone())
        self.log_scale = nn.Parameter(best_scales(weight).log())
        self.frozen = None

    def scale(self):
        return self.log_scale.exp().clamp(NARROWEST_SCALE, WIDEST_SCALE)

    def freeze(self):
        """From now on the integers stay; only bias and scale can be trained."""
        self.frozen = integer_weights(self.weight.detach(), self.scale().detach())

    def integers(self, scale):
        if self.frozen is not None:
            return self.frozen
        # Clipped weights get no gradient but pull on the scale.
        real = (self.weight / scale.view(-1, 1, 1, 1)).clamp(-127, 127)
        whole = integer_weights(self.weight.detach(), scale.detach())
        return real + (whole - real).detach()

    def forward(self, x):
        scale = self.scale()
        whole = self.integers(scale)
        bound = 255 * float(whole.detach().abs().flatten(1).sum(1).max())
        acc = convolve(x, whole.contiguous(memory_format=torch.channels_last), bound)
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
        whole = self.integers(scale).detach().permute(0, 2, 3, 1).cpu()
        return Layer(np.ascontiguousarray(whole.numpy().astype(np.int8)),
                     bias.numpy().astype(np.int32), multiplier.numpy().astype(np.uint16),
                     shift.numpy().astype(np.uint8), FRACTION)


class QuantNet(nn.Module):
    """Collapsed float layers under the integer contract; in and out 0..255."""

    def __init__(self, layers, scale):
        super().__init__()
        self.scale = scale
        self.convs = nn.ModuleList(QuantConv(w.float(), b.float()) for w, b in layers)

    def forward(self, x):
        for conv in self.convs:
            x = conv(x)
        return F.pixel_shuffle(x, self.scale.numerator)

    def model(self, card):
        channels, blocks = self.convs[0].weight.shape[0], len(self.convs) - 2
        return Model(channels, blocks, self.scale, [conv.layer() for conv in self.convs], card)


def is_pair_safe(layer):
    weight = layer.weight.astype(np.int64)
    if weight.shape[3] % 2:
        weight = np.concatenate([weight, np.zeros_like(weight[..., :1])], 3)
    a, b = weight[..., 0::2], weight[..., 1::2]
    up = np.maximum(a, 0) + np.maximum(b, 0)
    down = np.maximum(-a, 0) + np.maximum(-b, 0)
    return bool(max(up.max(), down.max()) <= PAIR_LIMIT)
