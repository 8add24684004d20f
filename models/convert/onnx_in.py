# SPDX-License-Identifier: BSD-2-Clause
"""An ONNX file as a graph to follow."""

import onnx
from onnx import helper, numpy_helper

from .graph import Graph, Node, Refusal

FREE_SIDE = 6  # for a picture of any size; even


def attribute(proto):
    if proto.type == onnx.AttributeProto.TENSOR:
        return numpy_helper.to_array(proto.t)
    value = helper.get_attribute_value(proto)
    return value.decode("ascii", "replace") if isinstance(value, bytes) else value


def shape_of(info):
    """NCHW or NHWC with a batch of 1; free sides become small ones."""
    sides = [d.dim_value for d in info.type.tensor_type.shape.dim]
    if len(sides) != 4:
        raise Refusal(f"its input '{info.name}' has {len(sides)} axes; a picture has four")
    channels = 3 if sides[3] == 3 and sides[1] != 3 else 1
    return tuple(1 if i == 0 and n < 1 else n if n > 0 else 3 if i == channels else FREE_SIDE
                 for i, n in enumerate(sides))


def read(data):
    try:
        model = onnx.load_from_string(data)
        graph = model.graph
        if any(t.data_location == onnx.TensorProto.EXTERNAL for t in graph.initializer):
            raise Refusal("its weights are in another file; only files that hold them are taken")
        constants = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
        nodes = [Node(n.op_type, list(n.input), list(n.output),
                      {a.name: attribute(a) for a in n.attribute}, n.name) for n in graph.node]
        pictures = [i for i in graph.input if i.name not in constants]
    except Refusal:
        raise
    except Exception as fault:  # protobuf and onnx have no common class of errors
        reason = " ".join(str(fault).split())[:80] or type(fault).__name__
        raise Refusal(f"not a sound ONNX file ({reason})") from None
    if not nodes or not graph.output:
        raise Refusal("not a sound ONNX file (it has no operations)")
    if any(not n.outputs for n in nodes):
        raise Refusal("not a sound ONNX file (an operation has no output)")
    if len(pictures) != 1 or len(graph.output) != 1:
        raise Refusal(f"it has {len(pictures)} inputs and {len(graph.output)} outputs; one "
                      "picture in and one out are expected")
    return Graph(nodes, constants, pictures[0].name, shape_of(pictures[0]), graph.output[0].name)
