#!/usr/bin/env python3
"""Converts the two pretrained networks that training and evaluation compare pictures with. Standard library only.

    convert_loss_models.py WHEELS SOURCES OUT

WHEELS holds stlpips_pytorch-*.whl, SOURCES face_recognition_models-*.tar.gz. OUT receives, in fp32:
st_lpips.safetensors  shift-tolerant LPIPS: convolution.0..4 of its AlexNet, head.0..4 (one weight a channel),
                      and the input's mean and deviation
identity.safetensors  dlib's face recognition ResNet-29: convolution.0..28 with the affine layers folded in, from the
                      input to the output, and projection
Neither package is imported.
"""
import array
import io
import json
import math
import pickle
import struct
import sys
import tarfile
import zipfile
from pathlib import Path


def write_safetensors(path, tensors):
    """tensors: name -> (shape, array of float)."""
    header, offset = {}, 0
    for name, (shape, values) in sorted(tensors.items()):
        if len(values) != math.prod(shape):
            sys.exit(f"convert_loss_models: {name} has {len(values)} numbers, expected {shape}")
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [offset, offset + 4 * len(values)]}
        offset += 4 * len(values)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    temporary = path.with_suffix(".part")
    with open(temporary, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for _, (_, values) in sorted(tensors.items()):
            file.write(values.tobytes())
    temporary.rename(path)


def find(folder, pattern):
    found = sorted(folder.glob(pattern))
    if not found:
        sys.exit(f"convert_loss_models: no {pattern} in {folder}")
    return found[-1]


class StateDictUnpickler(pickle.Unpickler):
    """Reads a state_dict of PyTorch's legacy format; knows only what its tensors need and executes nothing else."""

    class Table(dict):
        pass  # an OrderedDict may carry attributes (_metadata)

    def find_class(self, module, name):
        return {
            ("collections", "OrderedDict"): self.Table,
            ("torch._utils", "_rebuild_tensor_v2"): lambda storage, offset, shape, stride, *_: (storage, offset, shape),
            ("torch", "FloatStorage"): "f",
        }[module, name]

    def persistent_load(self, identity):
        _, kind, key, *_ = identity
        return key


def read_state_dict(file):
    for _ in range(3):  # magic number, protocol, machine
        pickle.load(file)
    table = StateDictUnpickler(file).load()
    storages = {}
    for key in pickle.load(file):
        count, = struct.unpack("<q", file.read(8))
        storages[key] = array.array("f", file.read(4 * count))
    return {name: (shape, storages[key][offset:offset + math.prod(shape)]) for name, (key, offset, shape) in table.items()}


def convert_perceptual(wheels, out):
    package = zipfile.ZipFile(find(wheels, "stlpips_pytorch-*.whl"))
    name = next(name for name in package.namelist() if name.endswith("/alex_shift_tolerant.pth"))
    source = read_state_dict(io.BytesIO(package.read(name)))
    result = {}
    for i, layer in enumerate(("slice1.0", "slice2.5", "slice3.9", "slice4.11", "slice5.13")):
        for part in ("weight", "bias"):
            result[f"convolution.{i}.{part}"] = source[f"net.{layer}.{part}"]
        result[f"head.{i}"] = source[f"lin{i}.model.1.weight"]
    for ours, theirs in (("mean", "shift"), ("deviation", "scale")):
        shape, values = source[f"scaling_layer.{theirs}"]
        result[ours] = [3], values
    write_safetensors(out / "st_lpips.safetensors", result)


class DlibReader:
    """dlib's serialized integers, strings and tensors. A layer's numbers follow its name in the file, and the layers
    follow each other from the input on, so the names are all that needs to be found."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def integer(self):
        size = self.data[self.at]
        if not 1 <= size <= 8:
            sys.exit("convert_loss_models: the face recognition model is not as expected")
        self.at += 1 + size
        return int.from_bytes(self.data[self.at - size:self.at], "little")

    def tensor(self):
        if self.integer() != 2:
            sys.exit("convert_loss_models: unknown version of a tensor in the face recognition model")
        count = math.prod(self.integer() for _ in range(4))
        values = array.array("f", self.data[self.at:self.at + 4 * count])
        self.at += 4 * count
        return values

    def next(self, *names):
        """Moves behind the nearest of the layer names; None at the end."""
        marks = ((self.data.find(bytes([1, len(name)]) + name.encode(), self.at), name) for name in names)
        place, name = min(((place, name) for place, name in marks if place >= 0), default=(None, None))
        if name:
            self.at = place + 2 + len(name)
        return name


def convert_identity(sources, out):
    with tarfile.open(find(sources, "face_recognition_models-*.tar.gz")) as package:
        name = next(name for name in package.getnames() if name.endswith("/dlib_face_recognition_resnet_model_v1.dat"))
        reader = DlibReader(package.extractfile(name).read())
    result, count = {}, 0
    while name := reader.next("con_4", "fc_2"):
        if name == "fc_2":
            outputs, inputs = reader.integer(), reader.integer()
            by_input = reader.tensor()
            weight = array.array("f", (by_input[i * outputs + o] for o in range(outputs) for i in range(inputs)))
            result["projection"] = [outputs, inputs], weight
            continue
        values = reader.tensor()
        filters, rows, columns = (reader.integer() for _ in range(3))
        reader.next("affine_")
        affine = reader.tensor()
        gain, shift = affine[:filters], affine[filters:]
        each = (len(values) - filters) // filters
        weight = array.array("f", (values[i] * gain[i // each] for i in range(filters * each)))
        bias = array.array("f", (b * g + s for b, g, s in zip(values[filters * each:], gain, shift)))
        result[f"convolution.{count}.weight"] = [filters, each // (rows * columns), rows, columns], weight
        result[f"convolution.{count}.bias"] = [filters], bias
        count += 1
    if count != 29 or "projection" not in result:
        sys.exit(f"convert_loss_models: {count} convolutions in the face recognition model, expected 29")
    write_safetensors(out / "identity.safetensors", result)


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    wheels, sources, out = (Path(argument) for argument in sys.argv[1:])
    out.mkdir(parents=True, exist_ok=True)
    convert_perceptual(wheels, out)
    convert_identity(sources, out)


if __name__ == "__main__":
    main()
