#!/usr/bin/env python3
"""The same head through a plain PyTorch renderer and through triptych, in one run: times and their ratio.

    python3 bench/peer.py build/triptych HEAD.tri [--size 128] [--threads N] [--repeats 3]

Needs a Python with PyTorch: bench/peer.txt says how. The renderer below is the textbook one: whole-image tensors, grid_sample, a linear layer at
a time, 48 + 48 samples, no skipping. Depths and colours of both are compared, so that both show the same head: exit status
1 where they do not, 77 where there is no PyTorch. Not for heads with super-resolution.
"""
import argparse
import json
import math
import os
import resource
import struct
import subprocess
import tempfile
import time

try:
    import torch
    import torch.nn.functional as F
except (ImportError, OSError) as error:
    print(f"no PyTorch here ({error}); bench/peer.txt says what it needs")
    raise SystemExit(77)

DTYPES = {"F32": torch.float32, "F16": torch.float16}


def load(path):
    """Tensors (as float32) and metadata of a safetensors file."""
    data = open(path, "rb").read()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        flat = torch.frombuffer(bytearray(data[begin:end]), dtype=DTYPES[entry["dtype"]])
        tensors[name] = flat.float().view(entry["shape"])
    return tensors, metadata


def numbers(text):
    return [float(v) for v in text.split()]


def orbit_camera(yaw, pitch, fov=18.837):
    yaw, pitch = math.radians(yaw), math.radians(pitch)
    phi = math.acos(1 - 2 * (math.pi / 2 + pitch) / math.pi)
    origin = 2.7 * torch.tensor([math.sin(phi) * math.sin(yaw), math.cos(phi), math.sin(phi) * math.cos(yaw)])
    forward = F.normalize(torch.tensor([0, 0, 0.2]) - origin, dim=0)
    right = F.normalize(torch.linalg.cross(forward, torch.tensor([0.0, 1.0, 0.0])), dim=0)
    down = torch.linalg.cross(forward, right)
    return origin, torch.stack([right, down, forward]), 1 / (1.414 * math.tan(fov * 3.14159 / 360))


class Head:
    def __init__(self, path):
        tensors, meta = load(path)
        self.frustum = meta["frame"] == "camera_frustum"
        self.near, self.far = numbers(meta["depth_range"])
        self.box = float(meta["box_size"])
        camera = torch.tensor(numbers(meta["camera"]))
        self.pose, self.focal = camera[:16].view(4, 4), camera[16].item()
        self.activation = F.relu if meta["decoder_activation"] == "relu" else F.softplus
        if self.frustum:
            channels = tensors["planes.0"].shape[2] - 5
            tensors["planes.0"][..., channels] = tensors["surface_depth"]
        image = lambda t: t.permute(2, 0, 1)[None].contiguous()
        self.planes = [image(tensors[f"planes.{i}"]) for i in range(3)]
        self.templates = [image(tensors[f"template_planes.{i}"]) for i in range(3)] if "template_planes.0" in tensors else []
        self.layers = []
        while f"decoder.{len(self.layers)}.weight" in tensors:
            name = f"decoder.{len(self.layers)}"
            self.layers.append((tensors[name + ".weight"], tensors[name + ".bias"]))

    @staticmethod
    def sample(plane, a, b, border):
        grid = torch.stack([a, b], -1)[None]
        return F.grid_sample(plane, grid, padding_mode=border, align_corners=False)[0].permute(1, 2, 0)

    def decode(self, x):
        for i, (weight, bias) in enumerate(self.layers):
            x = F.linear(x, weight, bias)
            if i + 1 < len(self.layers):
                x = self.activation(x)
        return x

    def field(self, p):
        """Raw density and colour of points (rays, samples, 3)."""
        s = 2 / self.box
        x, y, z = (p * s).unbind(-1)
        if not self.frustum:
            f = sum(self.sample(plane, a, b, "zeros") for plane, a, b in zip(self.planes, (x, x, z), (y, z, x))) / 3
            out = self.decode(f)
            return out[..., 0], torch.sigmoid(out[..., 1:]) * 1.002 - 0.001
        q = (p - self.pose[:3, 3]) @ self.pose[:3, :3]
        depth = q[..., 2]
        u, v = 2 * self.focal * q[..., 0] / depth, 2 * self.focal * q[..., 1] / depth
        w = 2 * (depth - self.near) / (self.far - self.near) - 1
        front = self.sample(self.planes[0], u, v, "border")
        f = front[..., :-5] + self.sample(self.planes[1], u, w, "border") + self.sample(self.planes[2], w, v, "border")
        for plane, a, b in zip(self.templates, (x, x, z), (-y, z, -y)):
            f = f + self.sample(plane, a, b, "border")
        delta = depth - front[..., -5]
        extra = torch.stack([torch.tanh(8 * delta), torch.tanh(40 * delta), torch.exp(-(20 * delta) ** 2)], -1)
        out = self.decode(torch.cat([f, extra], -1))
        raw = out[..., 0] - 1 + 3 * torch.tanh(30 * delta) + front[..., -1]
        gate = torch.sigmoid(out[..., 4:] + 1) * torch.sigmoid(80 * (0.05 - delta))[..., None]
        return raw, torch.sigmoid(out[..., 1:4] + gate * front[..., -4:-1])

    def density(self, raw):
        return 80 * torch.sigmoid(raw) if self.frustum else F.softplus(raw - 1)

    def weights(self, t, raw):
        alpha = 1 - torch.exp(-self.density((raw[:, 1:] + raw[:, :-1]) / 2) * (t[:, 1:] - t[:, :-1]))
        through = torch.cumprod(torch.cat([torch.ones_like(alpha[:, :1]), 1 - alpha], 1), 1)[:, :-1]
        return alpha * through


def importance(t, weights, count):
    w = F.max_pool1d(weights[:, None], 2, 1, padding=1)
    w = F.avg_pool1d(w, 2, 1)[:, 0] + 0.01
    pdf = w[:, 1:-1] + 1e-5
    cdf = torch.cumsum(pdf / pdf.sum(1, keepdim=True), 1)
    cdf = torch.cat([torch.zeros_like(cdf[:, :1]), cdf], 1)
    middle = (t[:, 1:] + t[:, :-1]) / 2
    u = ((torch.arange(count) + 0.5) / count).expand(len(t), -1).contiguous()
    above = torch.searchsorted(cdf, u, right=True).clamp(max=cdf.shape[1] - 1)
    below = above - 1
    low, high = cdf.gather(1, below), cdf.gather(1, above)
    share = (u - low) / (high - low).clamp(min=1e-9)
    return middle.gather(1, below) + share * (middle.gather(1, above) - middle.gather(1, below))


@torch.no_grad()
def render(head, size, yaw, pitch, coarse=48, fine=48):
    origin, axes, focal = orbit_camera(yaw, pitch)
    edge = ((torch.arange(size) + 0.5) / size - 0.5) / focal
    v, u = torch.meshgrid(edge, edge, indexing="ij")
    directions = F.normalize(torch.stack([u, v, torch.ones_like(u)], -1).view(-1, 3) @ axes, dim=1)
    step = (head.far - head.near) / (coarse - 1)
    t = (torch.linspace(head.near, head.far, coarse) + step / 2).expand(len(directions), -1)
    points = lambda depths: origin + depths[..., None] * directions[:, None]
    raw, color = head.field(points(t))
    more = importance(t, head.weights(t, raw), fine)
    more_raw, more_color = head.field(points(more))
    t, order = torch.cat([t, more], 1).sort(1)
    raw = torch.cat([raw, more_raw], 1).gather(1, order)
    color = torch.cat([color, more_color], 1)
    color = color.gather(1, order[..., None].expand(-1, -1, color.shape[2]))
    w = head.weights(t, raw)
    total = w.sum(1)
    rgb = (w[..., None] * (color[:, 1:, :3] + color[:, :-1, :3]) / 2).sum(1)
    if head.frustum:  # over white; other heads have their background in them
        rgb = rgb + (1 - total)[:, None]
    depth = (w * (t[:, 1:] + t[:, :-1]) / 2).sum(1) / total
    return rgb.clamp(0, 1).view(size, size, 3), depth.nan_to_num(head.far).view(size, size), total.view(size, size)


def read_npy(path):
    data = open(path, "rb").read()
    start = 10 + struct.unpack("<H", data[8:10])[0]
    return torch.frombuffer(bytearray(data[start:]), dtype=torch.float32)


def read_bmp(path):
    """RGB, 0 to 1, of a bottom-up picture of 24 bits a pixel."""
    data = open(path, "rb").read()
    start, = struct.unpack("<I", data[10:14])
    width, height = struct.unpack("<ii", data[18:26])
    row = (3 * width + 3) // 4 * 4
    rows = torch.frombuffer(bytearray(data[start:start + row * height]), dtype=torch.uint8).view(height, row)
    return rows[:, :3 * width].reshape(height, width, 3).flip(0, 2).float() / 255


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("triptych")
    parser.add_argument("head")
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    head = Head(args.head)
    yaw, pitch = 20, 5

    def run_triptych(size, *more):
        """Processor time of one `triptych render`, in ms."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([args.triptych, "render", args.head, "--yaw", str(yaw), "--pitch", str(pitch), "--size", str(size),
                        "--threads", str(args.threads), "--quiet", *more], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return 1000 * (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)

    ours, theirs, our_work, their_work = [], [], [], []
    with tempfile.TemporaryDirectory() as folder:
        picture, depth_file, report = (os.path.join(folder, name) for name in ("a.bmp", "a.npy", "a.json"))
        for _ in range(args.repeats):  # in turns, so that both see the same machine
            start, started = time.perf_counter(), time.process_time()
            rgb, depth, alpha = render(head, args.size, yaw, pitch)
            theirs.append(1000 * (time.perf_counter() - start))
            their_work.append(1000 * (time.process_time() - started))
            work = run_triptych(args.size, "--out", picture, "--depth", depth_file, "--json", report)
            ours.append(json.load(open(report))["times_ms"]["render"])
            colors = read_bmp(picture)
            our_work.append(work - run_triptych(1, "--out", picture))  # without starting and reading
        depth_differs = (read_npy(depth_file).view(args.size, args.size) - depth)[alpha > 0.5].abs().mean().item()
        color_differs = 255 * (colors - rgb).square().mean().sqrt().item()
    print(f"{args.size}x{args.size}, 48 + 48 samples, {args.threads} threads, best of {args.repeats}")
    print("               elapsed    processor time")
    print(f"PyTorch   {min(theirs):9.1f} ms {min(their_work):12.1f} ms")
    print(f"triptych  {min(ours):9.1f} ms {min(our_work):12.1f} ms")
    print(f"ratio     {min(theirs) / min(ours):9.1f} {min(their_work) / min(our_work):15.1f}")
    print(f"depth differs by {depth_differs:.2e} on the head, colours by {color_differs:.2f} of 255 (rounding: 0.29)")
    return 0 if depth_differs < 1e-3 and color_differs < 0.5 else 1  # not where either is no number


if __name__ == "__main__":
    raise SystemExit(main())
