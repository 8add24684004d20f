# SPDX-License-Identifier: BSD-2-Clause
"""A small ONNX interpreter in NumPy and PyTorch, for the operations that models
of this kind use. It is a reference to compare with, not a runtime."""

import numpy as np
import torch
from onnx import helper, numpy_helper
from torch.nn import functional as F

TYPES = {1: np.float32, 2: np.uint8, 3: np.int8, 6: np.int32, 7: np.int64, 11: np.float64}


def convolve(x, weight, attributes, kind):
    top, left, bottom, right = attributes.get("pads", [0] * 4)
    x = F.pad(torch.from_numpy(x.astype(kind)), (left, right, top, bottom))
    out = F.conv2d(x, torch.from_numpy(weight.astype(kind)), None,
                   tuple(attributes.get("strides", [1, 1])), 0,
                   tuple(attributes.get("dilations", [1, 1])), attributes.get("group", 1))
    return out.numpy()


def conv(attributes, x, weight, bias=None):
    out = convolve(x, weight, attributes, np.float32)
    return out if bias is None else out + bias.reshape(1, -1, 1, 1)


def conv_integer(attributes, x, weight, x_zero=0, weight_zero=0):
    x, weight = x.astype(np.float64) - x_zero, weight.astype(np.float64) - weight_zero
    return convolve(x, weight, attributes, np.float64).astype(np.int32)


def along(values, axis, ndim):
    return values if values.ndim == 0 else values.reshape([-1 if i == axis else 1
                                                           for i in range(ndim)])


def quantise(attributes, x, scale, zero_point):
    axis = attributes.get("axis", 1)
    scale, zero = along(scale, axis, x.ndim), along(zero_point, axis, x.ndim)
    limits = np.iinfo(zero_point.dtype)
    value = np.rint(x / scale) + zero.astype(np.float64)
    return value.clip(limits.min, limits.max).astype(zero_point.dtype)


def dequantise(attributes, x, scale, zero_point=np.int64(0)):
    axis = attributes.get("axis", 1)
    zero = along(np.asarray(zero_point), axis, x.ndim).astype(np.int64)
    return ((x.astype(np.int64) - zero) * along(scale, axis, x.ndim)).astype(np.float32)


def depth_to_space(attributes, x):
    n, channels, height, width = x.shape
    s = attributes["blocksize"]
    if attributes.get("mode", b"DCR") == b"CRD":
        x = x.reshape(n, channels // s ** 2, s, s, height, width).transpose(0, 1, 4, 2, 5, 3)
    else:
        x = x.reshape(n, s, s, channels // s ** 2, height, width).transpose(0, 3, 4, 1, 5, 2)
    return x.reshape(n, channels // s ** 2, height * s, width * s)


def space_to_depth(attributes, x):
    n, channels, height, width = x.shape
    s = attributes["blocksize"]
    x = x.reshape(n, channels, height // s, s, width // s, s).transpose(0, 3, 5, 1, 2, 4)
    return x.reshape(n, channels * s * s, height // s, width // s)


def clip(attributes, x, low=None, high=None):
    low = attributes.get("min") if low is None else low
    high = attributes.get("max") if high is None else high
    return np.clip(x, low, high).astype(x.dtype)


def reshape(attributes, x, shape):
    return x.reshape([x.shape[i] if n == 0 else n for i, n in enumerate(shape)])


OPERATIONS = {
    "Add": lambda a, x, y: x + y, "Mul": lambda a, x, y: x * y, "Div": lambda a, x, y: x / y,
    "Sub": lambda a, x, y: x - y, "Min": lambda a, *x: np.minimum.reduce(x),
    "Max": lambda a, *x: np.maximum.reduce(x), "Relu": lambda a, x: np.maximum(x, 0),
    "Floor": lambda a, x: np.floor(x), "Identity": lambda a, x: x,
    "Cast": lambda a, x: x.astype(TYPES[a["to"]]),
    "Transpose": lambda a, x: x.transpose(a["perm"]), "Reshape": reshape, "Clip": clip,
    "Conv": conv, "ConvInteger": conv_integer, "QuantizeLinear": quantise,
    "DequantizeLinear": dequantise, "DepthToSpace": depth_to_space,
    "SpaceToDepth": space_to_depth,
    "Constant": lambda a: numpy_helper.to_array(a["value"]),
}


def run(model, picture):
    """The first output for the only input."""
    graph = model.graph
    values = {c.name: numpy_helper.to_array(c) for c in graph.initializer}
    inputs = [i.name for i in graph.input if i.name not in values]
    values[inputs[0]] = picture
    with torch.no_grad():
        for node in graph.node:
            attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
            arguments = [values[name] if name else None for name in node.input]
            values[node.output[0]] = OPERATIONS[node.op_type](attributes, *arguments)
    return values[graph.output[0].name]
