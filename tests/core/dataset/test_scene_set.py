"""Sets of scenes are sets, whatever their size."""

from hypothesis import given
from hypothesis import strategies as st

from synth_addon.core.dataset.scene_set import SceneSet

SCENES = st.integers(0, 10**12) | st.integers(0, 300)


@given(st.lists(SCENES), st.lists(SCENES))
def test_it_holds_what_was_added_ascending(added, others):
    scenes = SceneSet()
    for place, scene in enumerate(added):
        assert scenes.add(scene) == (scene not in added[:place])
    assert list(scenes) == sorted(set(added))
    assert len(scenes) == len(set(added))
    assert all((scene in scenes) == (scene in added) for scene in others)
    assert "1" not in scenes
    for scene in others:
        scenes.discard(scene)
    assert list(scenes) == sorted(set(added) - set(others))
    assert len(scenes) == len(set(added) - set(others))
