# SPDX-License-Identifier: BSD-2-Clause
"""A TFLite file as a graph to follow.

TFLite keeps the channels last. Each of its operations becomes ONNX's, with a
transposition in front and behind where that matters; they cancel out."""

import numpy as np

from .flatbuffer import Buffer
from .graph import Graph, Node, Refusal

KINDS = {0: "<f4", 1: "<f2", 2: "<i4", 3: "u1", 4: "<i8", 9: "i1"}
OPERATIONS = {0: "ADD", 2: "CONCATENATION", 3: "CONV_2D", 4: "DEPTHWISE_CONV_2D",
              5: "DEPTH_TO_SPACE", 6: "DEQUANTIZE", 18: "MUL", 19: "RELU", 20: "RELU_N1_TO_1",
              21: "RELU6", 22: "RESHAPE", 23: "RESIZE_BILINEAR", 26: "SPACE_TO_DEPTH", 34: "PAD",
              37: "BATCH_TO_SPACE_ND", 39: "TRANSPOSE", 41: "SUB", 42: "DIV", 54: "PRELU",
              55: "MAXIMUM", 57: "MINIMUM", 67: "TRANSPOSE_CONV",
              97: "RESIZE_NEAREST_NEIGHBOR", 114: "QUANTIZE", 152: "RELU_0_TO_1"}
SIMPLE = {"ADD": "Add", "MUL": "Mul", "SUB": "Sub", "DIV": "Div", "MINIMUM": "Min",
          "MAXIMUM": "Max", "RESHAPE": "Reshape"}
# Field number of "fused activation" in an operation's options.
FUSED = {"ADD": 0, "MUL": 0, "SUB": 0, "DIV": 0, "CONV_2D": 3}
LAST, FIRST = [0, 3, 1, 2], [0, 2, 3, 1]  # channels last to first, and back


class Tensor:
    def __init__(self, table, buffers):
        self.name = table.text(3)
        self.shape = tuple(int(n) for n in table.vector(0, "<i4"))
        kind = table.number(1, "b")
        quantisation = table.table(4)
        self.scale = self.zero = np.zeros(0)
        self.axis = 0
        if quantisation is not None:
            self.scale = quantisation.vector(2, "<f4").astype(np.float64)
            self.zero = quantisation.vector(3, "<i8")
            self.axis = quantisation.number(6, "i")
        self.kind = KINDS.get(kind)
        where = table.number(2, "I")
        if where >= len(buffers):
            raise Refusal("not a sound TFLite file (a buffer that is not there)")
        data = buffers[where].vector(0, "u1")
        self.values = None
        if len(data) and self.kind:
            count = int(np.prod(self.shape, dtype=object)) if self.shape else 1
            if min(self.shape, default=1) < 0 or count * np.dtype(self.kind).itemsize != len(data):
                raise Refusal(f"not a sound TFLite file ('{self.name[:60]}' is not of its size)")
            self.values = np.frombuffer(data.tobytes(), self.kind).reshape(self.shape)

    def quantised(self):
        return len(self.scale) > 0 and self.kind in ("u1", "i1", "<i4")

    def real(self):
        """A constant's values, dequantised."""
        if not self.quantised() or len(self.zero) not in (1, len(self.scale)):
            return self.values.astype(np.float64) if self.kind != "<i8" else self.values
        if len(self.scale) > 1 and (not 0 <= self.axis < len(self.shape) or
                                    self.shape[self.axis] != len(self.scale)):
            raise Refusal(f"not a sound TFLite file ('{self.name[:60]}' has scales for another "
                          "axis)")
        shape = [-1 if i == self.axis else 1 for i in range(len(self.shape))]
        if len(self.scale) == 1:
            return (self.values.astype(np.float64) - self.zero[0]) * self.scale[0]
        return (self.values - self.zero.reshape(shape if len(self.zero) > 1 else -1)) * \
            self.scale.reshape(shape)


class Reader:
    def __init__(self, model):
        if not model.tables(2):
            raise Refusal("not a sound TFLite file (it has no graph)")
        main = model.tables(2)[0]
        buffers = model.tables(4)
        self.tensors = [Tensor(t, buffers) for t in main.tables(0)]
        self.codes = []
        for code in model.tables(1):
            number = max(code.number(0, "b"), code.number(3, "i"))
            name = "a custom operation" if code.text(1) else f"operation {number}"
            self.codes.append(OPERATIONS.get(number, name))
        self.main, self.nodes, self.constants, self.made = main, [], {}, 0

    def tensor(self, number):
        if not 0 <= number < len(self.tensors):
            raise Refusal("not a sound TFLite file (a tensor that is not there)")
        return self.tensors[number]

    def key(self, number):
        """A tensor's name, unique; a constant is given along."""
        name = f"{number}:{self.tensor(number).name}"
        if self.tensor(number).values is not None:
            self.constants.setdefault(name, self.tensor(number).real())
        return name

    def constant(self, values):
        self.made += 1
        name = f"constant {self.made}"
        self.constants[name] = np.asarray(values)
        return name

    def add(self, op, inputs, name, output=None, **attributes):
        self.made += 1
        output = output or f"value {self.made}"
        self.nodes.append(Node(op, inputs, [output], attributes, name))
        return output

    def finish(self, x, name, fused, number):
        """A fused activation, and what the result's 8 bits can hold."""
        if fused == 1:
            x = self.add("Relu", [x], name)
        elif fused == 3:
            x = self.add("Clip", [x], name, min=0.0, max=6.0)
        elif fused:
            raise Refusal(f"{name}: its fused activation ({fused}) is not one of a QuickSRNet's")
        tensor = self.tensor(number)
        if tensor.quantised() and tensor.kind != "<i4":
            x = self.quantise(x, tensor, name)
        self.add("Identity", [x], name, self.key(number))

    def quantise(self, x, tensor, name):
        if len(tensor.scale) != 1 or len(tensor.zero) != 1:
            raise Refusal(f"{name}: its result has a scale per channel")
        limits = np.iinfo(np.dtype(tensor.kind))
        zero = np.array(int(tensor.zero[0])).astype(tensor.kind)
        if not limits.min <= int(tensor.zero[0]) <= limits.max:
            raise Refusal(f"{name}: a zero point that its 8 bits do not hold")
        return self.add("QuantizeLinear",
                        [x, self.constant(tensor.scale[0]), self.constant(zero)], name)

    def operation(self, table):
        index = table.number(0, "I")
        if index >= len(self.codes):
            raise Refusal("not a sound TFLite file (an operation without a code)")
        op, options = self.codes[index], table.table(4)
        inputs = [int(n) for n in table.vector(1, "<i4")]
        outputs = [int(n) for n in table.vector(2, "<i4")]
        if len(outputs) != 1 or not inputs:
            raise Refusal(f"{op}: it has {len(inputs)} inputs and {len(outputs)} outputs")
        x = [self.key(n) for n in inputs if n >= 0]
        fused = options.number(FUSED[op], "b") if op in FUSED and options is not None else 0
        if op in ("QUANTIZE", "DEQUANTIZE", "RELU", "RELU6", "RELU_0_TO_1"):
            fused = {"RELU": 1, "RELU6": 3}.get(op, 0)
            value = x[0]
            if op == "RELU_0_TO_1":
                value = self.add("Clip", [value], op, min=0.0, max=1.0)
        elif op in SIMPLE:
            if op == "RESHAPE":
                x = [x[0], self.constant(np.array(self.tensor(outputs[0]).shape))]
            value = self.add(SIMPLE[op], x, op)
        elif op == "TRANSPOSE" and len(x) == 2:
            order = self.tensor(inputs[1]).values
            if order is None:
                raise Refusal("TRANSPOSE: its order depends on the picture")
            value = self.add("Transpose", x[:1], op, perm=[int(n) for n in order])
        else:
            value = self.channels_first(op, x, inputs, options)
        self.finish(value, op, fused, outputs[0])

    def channels_first(self, op, x, inputs, options):
        first = self.add("Transpose", x[:1], op, perm=LAST)
        if op == "CONV_2D" and len(x) in (2, 3) and options is not None:
            kernel = self.constants.get(x[1])
            if kernel is None or kernel.ndim != 4:
                raise Refusal("CONV_2D: its weights are not constant")
            x[1] = self.constant(kernel.transpose(0, 3, 1, 2))
            value = self.add("Conv", [first] + x[1:], op,
                             auto_pad="NOTSET" if options.number(0, "b") else "SAME_UPPER",
                             strides=[options.number(2, "i", 1), options.number(1, "i", 1)],
                             dilations=[options.number(5, "i", 1), options.number(4, "i", 1)])
        elif op in ("DEPTH_TO_SPACE", "SPACE_TO_DEPTH") and options is not None:
            name = "DepthToSpace" if op == "DEPTH_TO_SPACE" else "SpaceToDepth"
            value = self.add(name, [first], op, blocksize=options.number(0, "i"), mode="DCR")
        elif op == "PAD" and len(x) == 2 and self.tensor(inputs[1]).values is not None and \
                self.tensor(inputs[1]).shape == (4, 2):
            pads = self.tensor(inputs[1]).values[LAST].T.flatten()
            value = self.add("Pad", [first, self.constant(pads)], op)
        else:
            raise Refusal(f"{op}: this operation is not one of a QuickSRNet's")
        return self.add("Transpose", [value], op, perm=FIRST)

    def graph(self):
        ends = [self.main.vector(field, "<i4") for field in (1, 2)]
        if any(len(end) != 1 for end in ends):
            raise Refusal(f"it has {len(ends[0])} inputs and {len(ends[1])} outputs; one picture "
                          "in and one out are expected")
        picture, result = (int(end[0]) for end in ends)
        for table in self.main.tables(3):
            self.operation(table)
        return Graph(self.nodes, self.constants, self.key(picture), self.tensor(picture).shape,
                     self.key(result))


def read(data):
    try:
        return Reader(Buffer(data).root()).graph()
    except Refusal:
        raise
    except (TypeError, ValueError, IndexError, ArithmeticError, MemoryError) as fault:
        reason = " ".join(str(fault).split())[:80]
        raise Refusal(f"not a sound TFLite file ({reason})") from None
