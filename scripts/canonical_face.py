#!/usr/bin/env python3
"""Makes assets/models/face/canonical_face.json from synthetic heads whose cameras are known (pip: numpy, scipy).

    canonical_face.py VIEWS.jsonl --out canonical_face.json

VIEWS.jsonl has one view a line: "landmarks" and "depth" of a face as `triptych align --json` reports them, divided by
the picture's edge; "camera_to_world" (16 numbers, OpenCV axes) and "focal" that the view was rendered with, in the world
of engine/synthetic; "head", a number that views of one person share. Views with occluded faces do no harm when few.

What is learned (engine/face/pose.h uses it):
  points       the landmark network's own idea of the mean face, in the world of the cameras: its points of every view,
               turned into the world by the true camera and laid over each other, where the rays through them meet.
  yaw, pitch   ridge regression from how a face differs from the mean one to the error of the plain similarity fit:
  _correction  a long nose is not a raised head. Every view is used as it is and mirrored, so both are symmetric.
"""
import argparse
import json

import numpy as np
from scipy.optimize import linear_sum_assignment

DEPTH_SCALE = 1.1  # the network's depth is too flat by this much: yaw's slope is then 1
RIDGE = 0.2
MOUTH = {0, 11, 12, 13, 14, 15, 16, 17, 37, 38, 39, 40, 41, 42, 61, 62, 72, 73, 74, 76, 77, 78, 80, 81, 82, 84, 85, 86,
         87, 88, 89, 90, 91, 95, 96, 146, 178, 179, 180, 181, 183, 184, 185, 191, 267, 268, 269, 270, 271, 272, 291, 292,
         302, 303, 304, 306, 307, 308, 310, 311, 312, 314, 315, 316, 317, 318, 319, 320, 321, 324, 325, 375, 402, 403,
         404, 405, 407, 408, 409, 415}


def similarity(source, target):
    """Scale, rotation, translation that lay source over target (Umeyama 1991)."""
    a, b = source - source.mean(0), target - target.mean(0)
    u, d, vt = np.linalg.svd(b.T @ a)
    sign = np.array([1, 1, np.sign(np.linalg.det(u @ vt))])
    rotation = u @ np.diag(sign) @ vt
    scale = (d * sign).sum() / (a * a).sum()
    return scale, rotation, target.mean(0) - scale * rotation @ source.mean(0)


def angles(forward):
    """Yaw and pitch of a camera that looks along `forward`; pitch above 0 looks up."""
    return np.degrees([np.arctan2(-forward[0], -forward[2]), np.arcsin(forward[1])])


class View:
    def __init__(self, line):
        record = json.loads(line)
        xy = np.array(record["landmarks"])
        z = np.array(record["depth"])
        self.points = np.stack([xy[:, 0] - 0.5, 0.5 - xy[:, 1], -z * DEPTH_SCALE], 1)
        pose = np.array(record["camera_to_world"]).reshape(4, 4)
        self.rotation = pose[:3, :3] @ np.diag([1, -1, -1])  # x right, y up, z towards the viewer
        self.position = pose[:3, 3]
        self.focal = record["focal"]
        self.head = record["head"]
        self.truth = angles(-self.rotation[:, 2])

    def rays(self):
        directions = np.stack([self.points[:, 0], self.points[:, 1], -np.full(len(self.points), self.focal)], 1)
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        return directions @ self.rotation.T


def triangulate(views):
    """The points nearest to the rays of all views: where the mean face is in the world."""
    normal, right = np.zeros((468, 3, 3)), np.zeros((468, 3))
    for view in views:
        d = view.rays()
        across = np.eye(3) - d[:, :, None] * d[:, None, :]
        normal += across
        right += across @ view.position
    return np.linalg.solve(normal, right[..., None])[..., 0]


def mean_shape(views, place):
    """Mean of the network's points, each view turned upright by its true camera and laid over `place`."""
    total = np.zeros((468, 3))
    for view in views:
        upright = view.points @ view.rotation.T
        scale = np.sqrt(((place - place.mean(0)) ** 2).sum() / ((upright - upright.mean(0)) ** 2).sum())
        total += scale * (upright - upright.mean(0)) + place.mean(0)
    return total / len(views)


def mirror_partners(points):
    mirrored = points * [-1, 1, 1]
    _, partner = linear_sum_assignment(((points[:, None] - mirrored[None]) ** 2).sum(-1))
    assert (partner[partner] == np.arange(len(points))).all()
    return partner


def residual(points, shape):
    scale, rotation, move = similarity(points, shape)
    difference = scale * points @ rotation.T + move - shape
    return difference.ravel(), angles(-rotation[:, 2])


def collect(views, shape, partner):
    rows, errors, heads = [], [], []
    for view in views:
        for side in (1, -1):
            points = view.points if side == 1 else view.points[partner] * [-1, 1, 1]
            row, estimate = residual(points, shape)
            rows.append(row)
            errors.append(view.truth * [side, 1] - estimate)
            heads.append(view.head)
    return np.array(rows), np.array(errors), np.array(heads)


def ridge(rows, errors):
    return rows.T @ np.linalg.solve(rows @ rows.T + RIDGE * np.eye(len(rows)), errors)


def report(name, errors):
    size = np.abs(errors)
    print(f"{name}: yaw mean {size[:, 0].mean():.2f} p95 {np.percentile(size[:, 0], 95):.2f}, "
          f"pitch mean {size[:, 1].mean():.2f} p95 {np.percentile(size[:, 1], 95):.2f} degrees")


def scaled_to_distance(shape, views, rigid):
    """Scales about the middle of the face until cameras of known rotation come out at their true distance."""
    estimated, true = [], []
    for view in views:
        world = view.rotation.T @ shape[rigid].T
        rows, values = [], []
        for axis in (0, 1):
            u = view.points[rigid, axis]
            row = np.zeros((len(rigid), 3))
            row[:, axis], row[:, 2] = view.focal, u
            rows.append(row)
            values.append(-u * world[2] - view.focal * world[axis])
        move, *_ = np.linalg.lstsq(np.concatenate(rows), np.concatenate(values), rcond=None)
        middle = shape[rigid].mean(0)
        estimated.append(np.linalg.norm(-view.rotation @ move - middle))
        true.append(np.linalg.norm(view.position - middle))
    scale = np.mean(true) / np.mean(estimated)
    print(f"distance {np.mean(estimated):.3f}, true {np.mean(true):.3f}")
    middle = shape[rigid].mean(0)
    return (shape - middle) * scale + middle


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("views")
    parser.add_argument("--also", help="more views, in another world, to learn the corrections from")
    parser.add_argument("--out", required=True)
    parser.add_argument("--pitch-offset", type=float, default=0.0,
                        help="degrees added to every pitch, so that upright portraits have none")
    arguments = parser.parse_args()
    views = [View(line) for line in open(arguments.views)]
    place = triangulate(views)
    shape = mean_shape(views, place)
    partner = mirror_partners(shape)
    shape = (shape + shape[partner] * [-1, 1, 1]) / 2

    more = [View(line) for line in open(arguments.also)] if arguments.also else []
    rows, errors, heads = collect(views + more, shape, partner)
    report("similarity alone", errors)
    held = np.zeros_like(errors)
    for fold in range(4):
        test = heads % 4 == fold
        held[test] = errors[test] - rows[test] @ ridge(rows[~test], errors[~test])
    report("corrected, on heads not learned from", held)
    weights = ridge(rows, errors)

    turn = np.radians(arguments.pitch_offset)  # about x
    tilt = np.array([[1, 0, 0], [0, np.cos(turn), -np.sin(turn)], [0, np.sin(turn), np.cos(turn)]])
    shape = (shape - shape.mean(0)) @ tilt.T + shape.mean(0)
    weights = np.einsum("ij,njk->nik", tilt, weights.reshape(468, 3, 2)).reshape(-1, 2)
    rigid = [i for i in range(468) if i not in MOUTH and shape[i, 1] > -0.13 and abs(shape[i, 0]) < 0.13]
    shape = scaled_to_distance(shape, views, rigid)
    numbers = {"points": shape.round(5).tolist(), "rigid": rigid, "depth_scale": DEPTH_SCALE,
               "yaw_correction": weights[:, 0].round(3).tolist(), "pitch_correction": weights[:, 1].round(3).tolist()}
    with open(arguments.out, "w") as file:
        json.dump(numbers, file, separators=(",", ":"))


if __name__ == "__main__":
    main()
