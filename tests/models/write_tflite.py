# SPDX-License-Identifier: BSD-2-Clause
"""Writes TFLite files of the networks that the tests need: flatbuffers, built
from the end of what refers to the beginning of what is referred to."""

import struct

import numpy as np

from convert import onnx_out

FLOAT, INT32, UINT8, INT8 = 0, 2, 3, 9
CODES = {"CONV_2D": 3, "DEPTH_TO_SPACE": 5, "RESHAPE": 22, "TRANSPOSE": 39, "MINIMUM": 57,
         "QUANTIZE": 114}
OPTION_KINDS = {"CONV_2D": 1, "DEPTH_TO_SPACE": 94}
SIZES = {"b": 1, "i": 4, "I": 4}


class Table:
    """field number -> ("b" | "i" | "I", number), or a Table, bytes with their
    count, or a list of Tables."""

    def __init__(self, **fields):
        self.fields = {int(k[1:]): v for k, v in fields.items() if v is not None}


def vector(values, kind):
    values = np.asarray(values, kind)
    return struct.pack("<I", values.size) + values.tobytes()


def align(out, size=8):
    out += b"\0" * (-len(out) % size)


def place(out, thing):
    """Appends a thing and everything below it; returns where it lies."""
    if isinstance(thing, bytes):
        # The numbers behind the count lie at a multiple of 8.
        out += b"\0" * ((4 - len(out)) % 8)
        at = len(out)
        out += thing
        return at
    if isinstance(thing, list):
        align(out)
        at = len(out)
        out += struct.pack("<I", len(thing)) + bytes(4 * len(thing))
        for i, entry in enumerate(thing):
            target = place(out, entry)
            struct.pack_into("<I", out, at + 4 + 4 * i, target - (at + 4 + 4 * i))
        return at
    count = max(thing.fields, default=-1) + 1
    align(out)
    layout = len(out)
    out += struct.pack("<HH", 4 + 2 * count, 4 + 4 * count) + bytes(2 * count)
    align(out)
    at = len(out)
    out += struct.pack("<i", at - layout) + bytes(4 * count)
    for field, value in thing.fields.items():
        here = at + 4 + 4 * field
        struct.pack_into("<H", out, layout + 4 + 2 * field, 4 + 4 * field)
        if isinstance(value, tuple):
            struct.pack_into("<" + value[0], out, here, value[1])
        else:
            struct.pack_into("<I", out, here, place(out, value) - here)
    return at


class File:
    def __init__(self):
        self.tensors, self.operations, self.codes = [], [], []
        self.buffers = [Table()]

    def tensor(self, shape, kind=FLOAT, values=None, scale=None, zero=0, axis=0):
        quantisation = None
        if scale is not None:
            scale = np.atleast_1d(scale)
            quantisation = Table(_2=vector(scale, "<f4"), _3=vector([zero] * len(scale), "<i8"),
                                 _6=("i", axis))
        where = 0
        if values is not None:
            where = len(self.buffers)
            data = np.ascontiguousarray(values).tobytes()
            self.buffers.append(Table(_0=vector(np.frombuffer(data, "u1"), "u1")))
        name = f"t{len(self.tensors)}".encode()
        self.tensors.append(Table(_0=vector(shape, "<i4"), _1=("b", kind), _2=("I", where),
                                  _3=struct.pack("<I", len(name)) + name + b"\0",
                                  _4=quantisation))
        return len(self.tensors) - 1

    def constant(self, values, kind, **more):
        return self.tensor(values.shape, kind, values, **more)

    def operation(self, name, inputs, output, **options):
        if name not in self.codes:
            self.codes.append(name)
        made = Table(**options) if options else None
        self.operations.append(Table(
            _0=("I", self.codes.index(name)), _1=vector(inputs, "<i4"),
            _2=vector([output], "<i4"), _3=("b", OPTION_KINDS.get(name, 0)), _4=made))
        return output

    def data(self, picture, result):
        graph = Table(_0=self.tensors, _1=vector([picture], "<i4"), _2=vector([result], "<i4"),
                      _3=self.operations)
        codes = [Table(_0=("b", CODES[n]), _3=("i", CODES[n])) for n in self.codes]
        out = bytearray(struct.pack("<I4s", 0, b"TFL3"))
        struct.pack_into("<I", out, 0, place(out, Table(_0=("I", 3), _1=codes, _2=[graph],
                                                        _4=self.buffers)))
        return bytes(out)


SAME, RELU = 0, 1


def convolution(file, x, weight, bias, size, kind=FLOAT, **quantisation):
    out = file.tensor((1, *size, weight and file_shape(file, weight)), kind, **quantisation)
    return file.operation("CONV_2D", [x, weight, bias], out, _0=("b", SAME), _1=("i", 1),
                          _2=("i", 1), _3=("b", RELU))


def file_shape(file, tensor):
    """Output channels of a kernel."""
    return int(np.frombuffer(file.tensors[tensor].fields[0], "<i4", 1, 4)[0])


def shuffled(file, x, size, s, how, kind=FLOAT, **quantisation):
    height, width = size
    if how == "op":
        out = file.tensor((1, height * s, width * s, 3), kind, **quantisation)
        return file.operation("DEPTH_TO_SPACE", [x], out, _0=("i", s))
    for shape, order in (((1, height, width, 3, s, s), None),
                         ((1, height, s, width, s, 3), (0, 1, 4, 2, 5, 3)),
                         ((1, height * s, width * s, 3), None)):
        out = file.tensor(shape, kind, **quantisation)
        more = np.array(order or shape, np.int32)
        x = file.operation("TRANSPOSE" if order else "RESHAPE",
                           [x, file.constant(more, INT32)], out)
    return x


def network(layers, scale, how, size=(6, 8)):
    """In floats; how: depth-to-space as "op" (colours innermost) or as "reshape"."""
    file, s = File(), int(scale)
    picture = x = file.tensor((1, *size, 3))
    one = file.constant(np.array(1, np.float32), FLOAT)
    for position, (weight, bias) in enumerate(layers):
        weight, bias = weight.permute(0, 2, 3, 1).numpy(), bias.numpy()
        if position == len(layers) - 1 and how == "op":
            rows = np.arange(3 * s * s).reshape(3, s * s).T.flatten()
            weight, bias = weight[rows], bias[rows]
        x = convolution(file, x, file.constant(weight, FLOAT), file.constant(bias, FLOAT), size)
        out = file.tensor((1, *size, len(bias)))
        x = file.operation("MINIMUM", [x, one], out)
    return file.data(picture, shuffled(file, x, size, s, how))


def quantised(model, size=(6, 8)):
    """int8 maps, uint8 in and out, as AI Hub writes them."""
    file = File()
    picture = file.tensor((1, *size, 3), UINT8, scale=1 / 255)
    maps = {"kind": INT8, "scale": 1 / 255, "zero": -128}
    x = file.operation("QUANTIZE", [picture], file.tensor((1, *size, 3), **maps))
    for layer in model.layers:
        scale = onnx_out.scales(layer)
        weight = file.constant(layer.weight, INT8, scale=scale)
        bias = file.constant(onnx_out.plain_bias(layer).astype(np.int32), INT32, scale=scale / 255)
        x = convolution(file, x, weight, bias, size, **maps)
    s = model.scale.numerator
    x = shuffled(file, x, size, s, "reshape", **maps)
    out = file.tensor((1, size[0] * s, size[1] * s, 3), UINT8, scale=1 / 255)
    return file.data(picture, file.operation("QUANTIZE", [x], out))
