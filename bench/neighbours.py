#!/usr/bin/env python3
"""Triptych's window beside darktable's and Blender's, under one Xvfb with Mesa's llvmpipe, in turns in one run.

    python3 bench/neighbours.py build/triptych assets/portraits/astronaut.jpg [--repeats 3] [--large big.jpg]
                                [--darktable darktable] [--blender blender] [--json FILE]

Of each start, medians over the repeats (a first round, which fills Mesa's shader cache, is not counted):
  shown    s until the middle of the view (320x240 pixels of a screen of 1360x860) is three quarters of the way from what
           the screen showed before to what it shows at rest: a head, a photograph, a mesh; work: s of processor till then
  sharp    s until that part changes no more; rest: s until the program has used less than a tenth of a core for 2 s
  changes  how many times a second that part becomes another while the mouse is dragged to and fro for 10 s (grabbed at
           --grab a second, one grab compared with the last); cost: ms of the program's processor time a change; gap: the
           longest time without a change, ms
  program, server, measuring, others    cores that each of them, and everything else on the machine, had during the drag
  MB       the most memory the program held at a time (VmHWM)
Dragged are: the head in Triptych (left button); the mesh that `triptych mesh` makes of it in Blender's viewport, solid
shading, one colour and vertex colours (middle button); the exposure slider of darktable, of which the photograph is
watched, not the slider. Every start has a home folder of its own, so that nothing is remembered.
Needs Xvfb, xdotool, ffmpeg and a Python with numpy; darktable and Blender of Debian 12 (others have other pixels). Not part
of the build nor of the tests. A program that is not installed is left out, with a sentence.
"""
import argparse
import dataclasses
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import numpy as np

WIDTH, HEIGHT, PART = 1360, 860, (320, 240)
BLEND = """
import bpy, sys
ply, out, colours = sys.argv[-3:]
for thing in list(bpy.data.objects): bpy.data.objects.remove(thing)
bpy.ops.import_mesh.ply(filepath=ply)
bpy.context.object.rotation_euler = (1.5708, 0, 0)
bpy.ops.object.select_all(action='DESELECT')
for view in [a.spaces[0] for s in bpy.data.screens for a in s.areas if a.type == 'VIEW_3D']:
    view.shading.color_type = colours
    view.region_3d.view_distance, view.region_3d.view_location = 1.2, (0, 0, 0)
    view.region_3d.view_rotation = (0.7071, 0.7071, 0, 0)
bpy.ops.wm.save_as_mainfile(filepath=out)
"""
TICK = os.sysconf("SC_CLK_TCK")


@dataclasses.dataclass
class Neighbour:
    name: str
    command: list    # HOME stands for the folder of this start
    part: tuple      # of the screen, that is watched: its corner
    start: tuple     # of the drag
    button: int
    prepare: tuple = ()  # what xdotool does before it


def used(pid):
    """Seconds of processor time."""
    with open(f"/proc/{pid}/stat") as file:
        return sum(map(int, file.read().rsplit(")", 1)[1].split()[11:15])) / TICK


def waited(pid):
    """Seconds for which its threads were ready and had no core."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{task}/schedstat") as file:
                total += int(file.read().split()[1]) / 1e9
        except OSError:  # ended meanwhile
            pass
    return total


def machine_used():
    with open("/proc/stat") as file:
        user, nice, system, _, _, irq, softirq = map(int, file.readline().split()[1:8])
    return (user + nice + system + irq + softirq) / TICK


class Grab:
    """Reads a part of the screen: when each grab came, whether it differs from the last, and a small copy of it."""

    def __init__(self, display, at, rate):
        self.process = subprocess.Popen(
            ["ffmpeg", "-loglevel", "fatal", "-f", "x11grab", "-draw_mouse", "0", "-framerate", str(rate), "-video_size",
             "%dx%d" % PART, "-i", f"{display}+{at[0]},{at[1]}", "-fps_mode", "passthrough", "-f", "rawvideo", "-"],
            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, bufsize=0)
        self.times, self.changed, self.small = [], [], []
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        last, size, stream = b"", PART[0] * PART[1] * 4, os.fdopen(os.dup(self.process.stdout.fileno()), "rb", 1 << 20)
        while len(data := stream.read(size)) == size:
            self.times.append(time.monotonic())
            self.small.append(np.frombuffer(data, np.uint8).reshape(PART[1], PART[0], 4)[2::4, 2::4, :3].astype(np.int16))
            self.changed.append(data != last)
            last = data


def wait_for_rest(process, grab, limit=180):
    """Returns when for two seconds the program has used less than a tenth of a core, has not stood in line for one, and its
    window has not changed; says when that began, and how much of the processor it had used by when."""
    history, end = [], time.monotonic() + limit
    while time.monotonic() < end and process.poll() is None:
        history.append((time.monotonic(), used(process.pid), waited(process.pid), sum(grab.changed)))
        then = next((h for h in reversed(history) if h[0] < history[-1][0] - 2), None)
        spent, used_then, waited_then, changes = (n - t for n, t in zip(history[-1], then or history[-1]))
        if then and used_then < 0.1 * spent and waited_then < 0.3 * spent and changes == 0:
            return then[0], history
        time.sleep(0.1)
    raise SystemExit(f"{process.args[0]} ended or did not come to rest within {limit} s")


def drag(start, button, seconds, reach=150, rate=60):
    """One xdotool call: to and fro, about 4 pixels a step."""
    steps = ["mousemove", *map(str, start), "sleep", "0.3", "mousedown", str(button)]
    for i in range(int(seconds * rate)):
        way = (4 * i + reach) % (4 * reach)
        x = start[0] + (way if way < 2 * reach else 4 * reach - way) - reach
        steps += ["mousemove", str(x), str(start[1]), "sleep", "%.4f" % (1 / rate)]
    return ["xdotool", *steps, "mouseup", str(button)]


def end(process):
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def measure(neighbour, server, env, options):
    home = tempfile.mkdtemp(dir=options.work)
    env = env | {"HOME": home} | {f"XDG_{n}_HOME": f"{home}/{n}" for n in ("STATE", "CONFIG", "DATA", "CACHE")}
    grab = Grab(env["DISPLAY"], neighbour.part, options.grab)
    while not grab.times:
        time.sleep(0.05)
    begin = time.monotonic()
    process = subprocess.Popen([c.replace("HOME", home) for c in neighbour.command], env=env,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        return start_of(process, grab, begin) | drag_of(process, grab, neighbour, server, env, options)
    finally:
        end(process)
        end(grab.process)


def start_of(process, grab, begin):
    rest, history = wait_for_rest(process, grab)
    first = next(i for i, t in enumerate(grab.times) if t >= begin)
    far = np.array([np.abs(f - grab.small[-1]).mean() for f in grab.small[first:]])
    shown = grab.times[first + int(np.argmax(far < far[0] / 4))]
    sharp = grab.times[first + int(np.flatnonzero(far > 0)[-1]) + 1]
    work = next((h[1] for h in history if h[0] >= shown), history[-1][1])
    return {"shown": shown - begin, "work": work, "sharp": sharp - begin, "rest": rest - begin}


def drag_of(process, grab, neighbour, server, env, options):
    for step in neighbour.prepare:
        subprocess.run(["xdotool", *step.split()], env=env, check=True)
        wait_for_rest(process, grab)
    pids = [process.pid, server.pid, grab.process.pid, os.getpid()]
    before, machine, started = [used(p) for p in pids], machine_used(), time.monotonic()
    subprocess.run(drag(neighbour.start, neighbour.button, options.seconds), env=env, check=True)
    ended = time.monotonic()
    if process.poll() is not None:
        raise SystemExit(f"{process.args[0]} ended with status {process.returncode} during the drag")
    shares = [(used(p) - b) / (ended - started) for p, b in zip(pids, before)]
    others = (machine_used() - machine) / (ended - started) - sum(shares)
    moved = started + 0.3  # the pause before the button is pressed
    changes = [t for t, c in zip(grab.times, grab.changed) if c and moved <= t <= ended]
    rate = len(changes) / (ended - moved)
    with open(f"/proc/{process.pid}/status") as file:
        memory = next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1024
    return {"changes": rate, "cost": 1000 * shares[0] / max(rate, 0.01),
            "gap": 1000 * max(b - a for a, b in zip([moved, *changes], [*changes, ended])),
            "program": shares[0], "server": shares[1], "measuring": shares[2] + shares[3], "others": others, "MB": memory,
            "grabs": sum(moved <= t <= ended for t in grab.times) / (ended - moved)}


def neighbours(options, env):
    size = (str(WIDTH), str(HEIGHT))
    yield Neighbour("Triptych, head", [options.triptych, "--size", "x".join(size)], (670, 230), (830, 500), 1)
    if shutil.which(options.blender):
        head, mesh, script = (f"{options.work}/{name}" for name in ("head.tri", "head.ply", "blend.py"))
        subprocess.run([options.triptych, "edit", options.portrait, "--out", head, "--quiet"], check=True)
        subprocess.run([options.triptych, "mesh", head, "--out", mesh, "--quiet"], check=True)
        with open(script, "w") as file:
            file.write(BLEND)
        for colours, name in (("MATERIAL", "one colour"), ("VERTEX", "vertex colours")):
            scene = f"{options.work}/{colours}.blend"
            subprocess.run([options.blender, "-b", "--factory-startup", "--python", script, "--", mesh, scene, colours],
                           check=True, stdout=subprocess.DEVNULL, env=env)
            command = [options.blender, "--factory-startup", "-p", "0", "0", *size, scene]
            yield Neighbour(f"Blender, {name}", command, (400, 290), (560, 410), 2)
    else:
        print(f"{options.blender} is not installed and left out")
    if shutil.which(options.darktable):
        for picture in filter(None, (options.portrait, options.large)):
            command = [options.darktable, "--configdir", "HOME/dt", "--cachedir", "HOME/dtc", "--library", ":memory:",
                       "--disable-opencl", "--conf", f"ui_last/window_w={WIDTH}", "--conf", f"ui_last/window_h={HEIGHT}",
                       os.path.abspath(picture)]
            find_exposure = ("mousemove 1200 282 click 1", "type exposure", "mousemove 1130 308 click 1")
            yield Neighbour(f"darktable, {os.path.basename(picture)}", command, (508, 274), (1170, 398), 1, find_exposure)
    else:
        print(f"{options.darktable} is not installed and left out")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("triptych")
    parser.add_argument("portrait")
    for name, default in (("darktable", "darktable"), ("blender", "blender"), ("large", None), ("json", None)):
        parser.add_argument(f"--{name}", default=default)
    for name, default in (("repeats", 3), ("seconds", 10), ("grab", 60)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started ends too
    options.triptych = os.path.abspath(options.triptych)
    options.work = tempfile.mkdtemp()
    env = os.environ | {"LIBGL_ALWAYS_SOFTWARE": "1", "OMP_WAIT_POLICY": "passive",
                        "MESA_SHADER_CACHE_DIR": f"{options.work}/mesa"}
    ready, ready_end = os.pipe()
    server = subprocess.Popen(["Xvfb", "-displayfd", str(ready_end), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten",
                               "tcp", "-r", "-noreset"], pass_fds=[ready_end], stderr=subprocess.DEVNULL)
    env["DISPLAY"] = ":" + os.read(ready, 16).decode().strip()
    try:
        programs, results = list(neighbours(options, env)), {}
        for round_ in range(options.repeats + 1):
            for program in programs:
                result = measure(program, server, env, options)
                print(round_, program.name, *(f"{k} {v:.2f}" for k, v in result.items()), flush=True)
                if round_ > 0:
                    results.setdefault(program.name, []).append(result)
        for name, rows in results.items():
            print(f"{name:30}", "  ".join(f"{k} {statistics.median(r[k] for r in rows):.2f}" for k in rows[0]))
        if options.json:
            with open(options.json, "w") as file:
                json.dump(results, file, indent=1)
    finally:
        end(server)
        shutil.rmtree(options.work, ignore_errors=True)


if __name__ == "__main__":
    main()
