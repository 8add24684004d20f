# SPDX-License-Identifier: BSD-2-Clause
"""A .qsr model as ONNX, in three forms.

float: the real network that the integers stand for: each weight is its integer
times the scale of its channel.

qdq: the same graph between QuantizeLinear and DequantizeLinear with the scales
of the contract: what runtimes take as a quantised network. They round half to
even what rq16 rounds in two steps, so a map may differ by one step here and
there.

exact: integer convolutions (ConvInteger) and rq16 itself, in double precision
where it is exact: the bytes of docs/numerics.md from any runtime."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FORMS = ("float", "qdq", "exact")
OPSET, IR_VERSION = 13, 7
STEP = np.float32(1 / 255)


def scales(layer):
    """Output steps per accumulator unit, which is the scale of the weights, too."""
    return layer.multiplier.astype(np.float64) * \
        2.0 ** -(15 + layer.shift.astype(np.float64) + layer.fraction)


def plain_bias(layer):
    """The bias without the half that makes the first shift round."""
    shift = layer.shift.astype(np.int64)
    return layer.bias.astype(np.int64) - np.where(shift > 0, 1 << np.maximum(shift - 1, 0), 0)


def oihw(kernel):
    return np.ascontiguousarray(kernel.transpose(0, 3, 1, 2))


def names_of(model):
    """As in the published networks: their activations have the odd numbers."""
    return [f"cnn.{2 * i}" for i in range(len(model.layers) - 1)] + ["conv_last"]


def channel_order(model, order):
    """Which channel of ours each channel of the head becomes. crd: colour, dy, dx
    (PyTorch's PixelShuffle); dcr: dy, dx, colour."""
    places = model.scale.numerator ** 2
    ours = np.arange(3 * places)
    return ours if order == "crd" else ours.reshape(3, places).T.flatten()


class Writer:
    def __init__(self, model, form, order):
        self.model, self.form, self.order = model, form, order
        self.nodes, self.constants = [], []

    def constant(self, name, values):
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(self, op, inputs, output, **attributes):
        self.nodes.append(helper.make_node(op, inputs, [output], output, **attributes))
        return output

    def convolution(self, op, x, weight, inputs, output):
        size = weight.shape[2]
        # A cell of 2x2 that an odd side cuts through sees zeros.
        pads = [0, 0, 1, 1] if size == 2 else [size // 2] * 4
        return self.node(op, [x] + inputs, output, kernel_shape=[size, size], pads=pads,
                         strides=[self.stride] * 2)

    def layer(self, layer, name, x, picture, last):
        rows = channel_order(self.model, self.order) if last else slice(None)
        parts = [(name, oihw(layer.weight)[rows], x)]
        if layer.branch is not None:
            parts.append(("anchor.net", oihw(layer.branch)[rows], picture))
        self.stride = 2 if layer.weight.shape[1] == 2 else 1
        write = {"float": self.float_layer, "qdq": self.qdq_layer, "exact": self.exact_layer}
        return write[self.form](layer, rows, parts)

    def sums(self, outputs, name):
        return outputs[0] if len(outputs) == 1 else self.node("Add", outputs, f"{name}.sum")

    def float_layer(self, layer, rows, parts):
        scale, outputs = scales(layer)[rows], []
        for name, weight, x in parts:
            real = (weight * scale[:, None, None, None]).astype(np.float32)
            inputs = [self.constant(f"{name}.weight", real)]
            if not outputs:
                bias = plain_bias(layer)[rows] * scale / 255
                inputs.append(self.constant(f"{name}.bias", bias.astype(np.float32)))
            outputs.append(self.convolution("Conv", x, weight, inputs, f"{name}.conv"))
        return self.node("Clip", [self.sums(outputs, parts[0][0]), "zero", "one"],
                         f"{parts[0][0]}.clip")

    def quantise(self, x, name):
        whole = self.node("QuantizeLinear", [x, "step", "zero_point"], f"{name}.quantised")
        return self.node("DequantizeLinear", [whole, "step", "zero_point"], f"{name}.real")

    def qdq_layer(self, layer, rows, parts):
        scale, outputs = scales(layer)[rows].astype(np.float32), []
        for name, weight, x in parts:
            self.constant(f"{name}.weight.scale", scale)
            self.constant(f"{name}.weight.zero_point", np.zeros(len(scale), np.int8))
            self.constant(f"{name}.weight.int8", weight)
            inputs = [self.node("DequantizeLinear",
                                [f"{name}.weight.int8", f"{name}.weight.scale",
                                 f"{name}.weight.zero_point"], f"{name}.weight", axis=0)]
            if not outputs:
                self.constant(f"{name}.bias.scale", scale * STEP)
                self.constant(f"{name}.bias.int32", plain_bias(layer)[rows].astype(np.int32))
                inputs.append(self.node("DequantizeLinear",
                                        [f"{name}.bias.int32", f"{name}.bias.scale"],
                                        f"{name}.bias", axis=0))
            outputs.append(self.convolution("Conv", x, weight, inputs, f"{name}.conv"))
        return self.quantise(self.sums(outputs, parts[0][0]), parts[0][0])

    def exact_layer(self, layer, rows, parts):
        def spread(name, values):
            return self.constant(f"{base}.{name}", np.asarray(values).reshape(1, -1, 1, 1))

        base, outputs = parts[0][0], []
        for name, weight, x in parts:
            # ONNX Runtime has it for unsigned weights alone.
            unsigned = (weight.astype(np.int16) + 128).astype(np.uint8)
            inputs = [self.constant(f"{name}.weight", unsigned), "no_offset", "offset128"]
            outputs.append(self.convolution("ConvInteger", x, weight, inputs, f"{name}.conv"))
        bias = spread("bias", layer.bias[rows].astype(np.int32))
        x = self.node("Add", [self.sums(outputs, base), bias], f"{base}.biased")
        x = self.node("Cast", [x], f"{base}.double", to=TensorProto.DOUBLE)
        x = self.node("Mul", [x, spread("shift", 2.0 ** -layer.shift[rows].astype(np.float64))],
                      f"{base}.scaled")
        x = self.node("Floor", [x], f"{base}.shifted")
        x = self.node("Clip", [x, "least16", "most16"], f"{base}.t")
        multiplier = layer.multiplier[rows].astype(np.float64) / (1 << 15)
        x = self.node("Mul", [x, spread("multiplier", multiplier)], f"{base}.product")
        x = self.node("Add", [x, "half"], f"{base}.product.half")
        x = self.node("Floor", [x], f"{base}.u")
        x = self.node("Mul", [x, spread("fraction", [2.0 ** -layer.fraction])], f"{base}.whole")
        x = self.node("Add", [x, "half"], f"{base}.whole.half")
        x = self.node("Floor", [x], f"{base}.rounded")
        x = self.node("Clip", [x, "least8", "most8"], f"{base}.clip")
        # Runtimes shuffle floats; an 8-bit number is one.
        wanted = TensorProto.FLOAT if base == "conv_last" else TensorProto.UINT8
        return self.node("Cast", [x], f"{base}.stored", to=wanted)

    def graph(self):
        x = picture = "image"
        if self.form == "float":
            self.constant("zero", np.float32(0))
            self.constant("one", np.float32(1))
        elif self.form == "qdq":
            self.constant("step", STEP)
            self.constant("zero_point", np.uint8(0))
            x = picture = self.quantise(x, "image")
        else:
            for name, value in (("least16", -32768), ("most16", 32767), ("half", 0.5),
                                ("least8", 0), ("most8", 255)):
                self.constant(name, np.float64(value))
            self.constant("no_offset", np.uint8(0))
            self.constant("offset128", np.uint8(128))
        names = names_of(self.model)
        for layer, name in zip(self.model.layers, names):
            x = self.layer(layer, name, x, picture, name == names[-1])
        s = self.model.scale.numerator
        shuffled = "shuffled" if self.form == "exact" else "upscaled"
        self.node("DepthToSpace", [x], shuffled, blocksize=s, mode=self.order.upper())
        if self.form == "exact":
            self.node("Cast", [shuffled], "upscaled", to=TensorProto.UINT8)
        kind = TensorProto.UINT8 if self.form == "exact" else TensorProto.FLOAT
        return helper.make_graph(
            self.nodes, self.model.card["name"],
            [helper.make_tensor_value_info("image", kind, ["n", 3, "height", "width"])],
            [helper.make_tensor_value_info("upscaled", kind,
                                           ["n", 3, "upscaled_height", "upscaled_width"])],
            self.constants)


def to_onnx(model, form="float", order="crd"):
    """An onnx.ModelProto. Pictures are RGB, NCHW: float in [0, 1], or uint8 in the
    exact form. At 1.5x an odd side gives one row or column more than 1.5 times
    the picture; it is to be cut off."""
    made = helper.make_model(Writer(model, form, order).graph(), producer_name="qsr",
                             opset_imports=[helper.make_opsetid("", OPSET)])
    made.ir_version = IR_VERSION
    made.doc_string = f"{model.card['name']} {model.card.get('scale', '')}x, {form}, {order}"
    onnx.checker.check_model(made)
    return made


def encodings(model, order="crd"):
    """Scales in the manner of AIMET's files (version 0.6.1): activations per
    tensor, parameters per output channel; and, beside them, the constants of rq16."""
    activation = {"bitwidth": 8, "dtype": "int", "is_symmetric": "False", "min": 0.0, "max": 1.0,
                  "offset": 0, "scale": 1 / 255}
    parameters, constants = {}, {}
    names = names_of(model)
    for layer, name in zip(model.layers, names):
        rows = channel_order(model, order) if name == names[-1] else np.arange(len(layer.bias))
        entries = [{"bitwidth": 8, "dtype": "int", "is_symmetric": "True", "min": -128 * k,
                    "max": 127 * k, "offset": -128, "scale": k} for k in scales(layer)[rows]]
        parameters[f"{name}.weight"] = entries
        if layer.branch is not None:
            parameters["anchor.net.weight"] = entries
        constants[name] = {"fraction": layer.fraction, "bias": layer.bias[rows].tolist(),
                           "multiplier": layer.multiplier[rows].tolist(),
                           "shift": layer.shift[rows].tolist()}
    tensors = ["image"] + [f"{name}.clip" for name in names]
    return {"version": "0.6.1", "order": order,
            "activation_encodings": {name: [activation] for name in tensors},
            "param_encodings": parameters, "rq16": constants}
