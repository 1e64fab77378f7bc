"""A pole on a cart as an environment: nothing is rendered but what is asked for."""

from math import cos, sin

import bpy
import numpy as np

from synth_addon.stream import script

GRAVITY, CART_KG, POLE_KG, HALF_POLE_M, PUSH_N, STEP_S = 9.8, 1.0, 0.1, 0.5, 10.0, 0.02
MOST_M, MOST_RAD = 2.4, 0.21

scene = bpy.context.scene
scene.render.engine = "BLENDER_WORKBENCH"
scene.camera.location, scene.camera.rotation_euler = (0, -7, 0.5), (np.pi / 2, 0, 0)
cart, pole = bpy.data.objects["Cube"], bpy.data.objects["Cube"].copy()
scene.collection.objects.link(pole)
cart.scale, pole.scale = (0.25, 0.15, 0.1), (0.03, 0.03, HALF_POLE_M)

state = np.zeros(4)  # the cart's place and speed, the pole's angle and its rate


def push(force):
    """Move by one step of Euler's method, as in Barto, Sutton and Anderson (1983)."""
    _, speed, angle, rate = state
    mass = CART_KG + POLE_KG
    thrust = (force + POLE_KG * HALF_POLE_M * rate**2 * sin(angle)) / mass
    inertia = HALF_POLE_M * (4 / 3 - POLE_KG * cos(angle) ** 2 / mass)
    turning = (GRAVITY * sin(angle) - cos(angle) * thrust) / inertia
    pull = thrust - POLE_KG * HALF_POLE_M * turning * cos(angle) / mass
    state[:] += STEP_S * np.array([speed, pull, rate, turning])


def show():
    """Put the objects where the state has them."""
    place, _, angle, _ = state
    cart.location = (place, 0, 0)
    pole.location = (place + HALF_POLE_M * sin(angle), 0, HALF_POLE_M * cos(angle))
    pole.rotation_euler = (0, angle, 0)


@script.on_command
def answer(command):
    match command["do"]:
        case "reset":
            state[:] = np.random.default_rng(command["seed"]).uniform(-0.05, 0.05, 4)
            return {"observation": state}
        case "step":
            push(PUSH_N if command["action"] == 1 else -PUSH_N)
            has_fallen = abs(state[0]) > MOST_M or abs(state[2]) > MOST_RAD
            return {"observation": state, "reward": 1.0, "terminated": has_fallen}
        case "render":
            show()
            return script.render()
