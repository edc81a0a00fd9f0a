#!/usr/bin/env python3
"""Converts MediaPipe's face finder, landmarks and person mask to ONNX that OpenCV reads (pip: tflite, onnx, numpy).

    convert_face_models.py mediapipe-0.10.14-*.whl OUT

What it writes is what ships in assets/models/face. TFLite's pictures are rows x columns x channels, ONNX's channels x
rows x columns: tensors of four axes are transposed as they come; a tensor that a RESHAPE has flattened keeps its order.
Weights are half floats in the wheel, behind DEQUANTIZE; here they are floats.
"""
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np
import onnx
import tflite
from onnx import TensorProto, helper, numpy_helper

MODELS = {"face_detection_short_range": "face_detection", "face_landmark": "face_landmark",
          "selfie_segmentation": "selfie_segmentation"}
OPERATORS = {number: name for name, number in vars(tflite.BuiltinOperator).items() if isinstance(number, int)}
TYPES = {0: np.float32, 1: np.float16, 2: np.int32, 4: np.int64}
SAME = 0  # padding so that the output has the input's size over the stride


def padding(size, kernel, stride):
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


class Converter:
    def __init__(self, data):
        self.model = tflite.Model.GetRootAsModel(data, 0)
        self.graph = self.model.Subgraphs(0)
        self.tensors = [self.graph.Tensors(i) for i in range(self.graph.TensorsLength())]
        self.constants = {i: c for i, t in enumerate(self.tensors) if (c := self.constant(t)) is not None}
        self.nodes, self.weights = [], []
        self.names = {self.graph.Inputs(0): "input"}  # of what has been computed
        self.flat = set()                             # tensors that kept TFLite's order

    def constant(self, tensor):
        buffer = self.model.Buffers(tensor.Buffer())
        if buffer.DataLength() == 0:
            return None
        shape = tensor.ShapeAsNumpy() if tensor.ShapeLength() else ()
        return buffer.DataAsNumpy().view(TYPES[tensor.Type()]).reshape(shape)

    def shape(self, index):
        return self.tensors[index].ShapeAsNumpy().tolist()

    def onnx_shape(self, index):
        shape = self.shape(index)
        return [shape[0], shape[3], shape[1], shape[2]] if len(shape) == 4 and index not in self.flat else shape

    def add(self, operator, inputs, **attributes):
        name = f"{operator.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, **attributes))
        return name

    def weight(self, array):
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def floats(self, index):
        return self.constants[index].astype(np.float32)

    def activated(self, name, activation):
        assert activation in (0, 1), activation
        return self.add("Relu", [name]) if activation == 1 else name

    def window(self, index, option, kernel):
        """Strides and padding of a convolution or pooling over tensor `index`."""
        _, rows, columns, _ = self.shape(index)
        strides = [option.StrideH(), option.StrideW()]
        same = option.Padding() == SAME
        top, bottom = padding(rows, kernel[0], strides[0]) if same else (0, 0)
        left, right = padding(columns, kernel[1], strides[1]) if same else (0, 0)
        return {"kernel_shape": list(kernel), "strides": strides, "pads": [top, left, bottom, right]}

    def convolution(self, inputs, option, weights, **attributes):
        parts = [self.names[inputs[0]], self.weight(weights)]
        if len(inputs) > 2 and inputs[2] >= 0:
            parts.append(self.weight(self.floats(inputs[2])))
        name = self.add("Conv", parts, **self.window(inputs[0], option, weights.shape[2:]), **attributes)
        return self.activated(name, option.FusedActivationFunction())

    def CONV_2D(self, inputs, output, option):
        return self.convolution(inputs, option(tflite.Conv2DOptions), self.floats(inputs[1]).transpose(0, 3, 1, 2))

    def DEPTHWISE_CONV_2D(self, inputs, output, option):
        weights = self.floats(inputs[1]).transpose(3, 0, 1, 2)
        return self.convolution(inputs, option(tflite.DepthwiseConv2DOptions), weights, group=len(weights))

    def Convolution2DTransposeBias(self, inputs, output, option):
        weights = self.floats(inputs[1])
        stride = struct.unpack("<iii", option(None)[:12])[1:]
        assert weights.shape[1:3] == stride, "only windows that do not overlap"
        parts = [self.names[inputs[0]], self.weight(weights.transpose(3, 0, 1, 2)), self.weight(self.floats(inputs[2]))]
        return self.add("ConvTranspose", parts, kernel_shape=list(stride), strides=list(stride))

    def elementwise(self, operator, inputs, option):
        def operand(index):
            if index not in self.constants:
                return self.names[index]
            value = self.floats(index)
            return self.weight(value.reshape(1, -1, 1, 1))
        return self.activated(self.add(operator, [operand(i) for i in inputs]), option.FusedActivationFunction())

    def ADD(self, inputs, output, option):
        return self.elementwise("Add", inputs, option(tflite.AddOptions))

    def MUL(self, inputs, output, option):
        return self.elementwise("Mul", inputs, option(tflite.MulOptions))

    def PRELU(self, inputs, output, option):
        return self.add("PRelu", [self.names[inputs[0]], self.weight(self.floats(inputs[1]).reshape(-1, 1, 1))])

    def RELU(self, inputs, output, option):
        return self.add("Relu", [self.names[inputs[0]]])

    def LOGISTIC(self, inputs, output, option):
        return self.add("Sigmoid", [self.names[inputs[0]]])

    def HARD_SWISH(self, inputs, output, option):
        # x * min(max(x + 3, 0), 6) / 6, with the clip as relu(x + 3) - relu(x - 3): OpenCV 4.6 cannot read Clip.
        number = lambda value: self.weight(np.full((1, 1, 1, 1), value, np.float32))
        x = self.names[inputs[0]]
        upper, lower = (self.add("Relu", [self.add("Add", [x, number(shift)])]) for shift in (3, -3))
        return self.add("Mul", [x, self.add("Mul", [self.add("Sub", [upper, lower]), number(1 / 6)])])

    def pooling(self, operator, inputs, option):
        kernel = (option.FilterHeight(), option.FilterWidth())
        if operator == "AveragePool":
            assert kernel == tuple(self.shape(inputs[0])[1:3]), "only the mean of the whole picture"
            return self.add("GlobalAveragePool", [self.names[inputs[0]]])
        return self.add(operator, [self.names[inputs[0]]], **self.window(inputs[0], option, kernel))

    def AVERAGE_POOL_2D(self, inputs, output, option):
        return self.pooling("AveragePool", inputs, option(tflite.Pool2DOptions))

    def MAX_POOL_2D(self, inputs, output, option):
        return self.pooling("MaxPool", inputs, option(tflite.Pool2DOptions))

    def PAD(self, inputs, output, option):
        before_after = self.constants[inputs[1]].astype(np.int64)[[0, 3, 1, 2]]
        return self.add("Pad", [self.names[inputs[0]], self.weight(before_after.T.ravel()), self.weight(np.float32(0))],
                        mode="constant")

    def RESIZE_BILINEAR(self, inputs, output, option):
        corners = option(tflite.ResizeBilinearOptions).AlignCorners()
        half = option(tflite.ResizeBilinearOptions).HalfPixelCenters()
        mode = "align_corners" if corners else "half_pixel" if half else "asymmetric"
        nothing = self.weight(np.zeros(0, np.float32))
        size = self.weight(np.array(self.onnx_shape(output), np.int64))
        return self.add("Resize", [self.names[inputs[0]], nothing, nothing, size], mode="linear",
                        coordinate_transformation_mode=mode)

    def RESHAPE(self, inputs, output, option):
        rows_first = self.add("Transpose", [self.names[inputs[0]]], perm=[0, 2, 3, 1])
        self.flat.add(output)
        return self.add("Reshape", [rows_first, self.weight(np.array(self.shape(output), np.int64))])

    def CONCATENATION(self, inputs, output, option):
        assert all(i in self.flat for i in inputs)
        self.flat.add(output)
        return self.add("Concat", [self.names[i] for i in inputs], axis=option(tflite.ConcatenationOptions).Axis())

    def operator_name(self, operator):
        code = self.model.OperatorCodes(operator.OpcodeIndex())
        number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        return code.CustomCode().decode() if OPERATORS[number] == "CUSTOM" else OPERATORS[number]

    def convert(self):
        for k in range(self.graph.OperatorsLength()):
            operator = self.graph.Operators(k)
            name, inputs, output = self.operator_name(operator), list(operator.InputsAsNumpy()), operator.Outputs(0)

            def option(kind):
                if kind is None:
                    return operator.CustomOptionsAsNumpy().tobytes()
                table, options = operator.BuiltinOptions(), kind()
                options.Init(table.Bytes, table.Pos)
                return options

            if name == "DEQUANTIZE":
                self.constants[output] = self.floats(inputs[0])
            else:
                self.names[output] = getattr(self, name)(inputs, output, option)
        return self.finished()

    def finished(self):
        outputs = []
        for index in self.graph.OutputsAsNumpy():
            name = self.tensors[index].Name().decode()
            self.nodes.append(helper.make_node("Identity", [self.names[index]], [name]))
            outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, self.onnx_shape(index)))
        inputs = [helper.make_tensor_value_info("input", TensorProto.FLOAT, self.onnx_shape(self.graph.Inputs(0)))]
        graph = helper.make_graph(self.nodes, "face", inputs, outputs, self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=6)
        onnx.checker.check_model(model)
        return model


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    wheel, out = zipfile.ZipFile(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    for name, folder in MODELS.items():
        data = wheel.read(f"mediapipe/modules/{folder}/{name}.tflite")
        onnx.save(Converter(data).convert(), out / f"{name}.onnx")


if __name__ == "__main__":
    main()
