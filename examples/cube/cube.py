"""Turns a cube at random and says where its corners are: Figure 4 of the BlendTorch paper."""

import bpy

from synth_addon.stream import script

cube = bpy.data.objects["Cube"]
bpy.context.scene.render.engine = "BLENDER_WORKBENCH"


@script.pre_frame
def turn(frame):
    cube.rotation_euler = frame.random.uniform(0, 3.14, 3)


@script.post_frame
def publish(frame):
    frame.publish(xy=frame.pixels_of(cube))
