"""Which rooms the 3D-FRONT houses of a recipe offer, and what they lack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..asset_files import keep_file, matching_files, root_folder
from ..asset_roots import AssetRoot
from ..errors import AssetError
from ..furnished_room import FurnishedRoom
from ..notices import Notice
from ..recipe.front3d import Front3dRecipe
from ..recipe.loading import LoadedRecipe
from .document import House, RoomEntry, read_house
from .folders import Folders
from .rooms import Source, finish_of, furniture_of, has_floor, house_rooms, parts_of, room_name

HOUSE_SUFFIX = ".json"


@dataclass(frozen=True)
class HouseCatalog:
    """What the houses of a recipe offer.

    Attributes:
        rooms: the rooms of each house that has any, by the house's file.
        files: names of the models and images that the rooms use.
        notices: what is missing.
    """

    rooms: Mapping[str, tuple[FurnishedRoom, ...]]
    files: tuple[str, ...]
    notices: tuple[Notice, ...]


@dataclass(frozen=True)
class _Findings:
    """One house: its rooms, and how often they want which files, with those that there are.

    Attributes:
        bare: rooms all of whose models are missing.
        lost: entries of rooms that refer to nothing in the file.
    """

    rooms: tuple[FurnishedRoom, ...]
    models: Counter[str]
    images: Counter[str]
    available: frozenset[str]
    bare: tuple[str, ...]
    lost: tuple[str, ...]


def catalog_front3d(loaded: LoadedRecipe, paths: dict[str, Path]) -> HouseCatalog | None:
    """Return the rooms that a recipe can draw, if it wants any; adds their files to `paths`.

    Raises:
        AssetError: a file is missing or damaged, or there is no room that can be shown.
    """
    room, where = loaded.recipe.room, "room.front3d"
    if room.front3d is None or not room.enabled:
        return None
    root = root_folder(loaded, "front3d")
    pattern = room.front3d.scenes
    files = matching_files(f"{where}.scenes", pattern, root, (HOUSE_SUFFIX,), paths)
    houses = catalog_houses(room.front3d, root, files, paths, loaded.recipe.spawn.on)
    for name in houses.files:
        keep_file(where, name, root.at(where, name), root, paths)
    return houses


def catalog_houses(
    recipe: Front3dRecipe,
    root: AssetRoot,
    files: Sequence[str],
    paths: Mapping[str, Path],
    categories: Sequence[str] = (),
) -> HouseCatalog:
    """Read houses, one after the other, and find what their rooms need.

    Args:
        root: what names are relative to, and may reach.
        files: the houses' names.
        paths: where they lie.
        categories: only rooms that hold something of one of them, if there are any.

    Raises:
        AssetError: a file is damaged or must not be reached, or there is no room that can be
            shown.
    """
    folders = Folders(recipe.models, recipe.textures)

    def is_there(name: str) -> bool:
        return root.at("room.front3d", name).is_file()

    findings = {
        file: _explore(file, read_house(file, paths[file]), recipe, folders, is_there)
        for file in files
    }
    notices = tuple(_notices(list(findings.values())))
    if not any(found.rooms for found in findings.values()):
        reasons = "".join(f"; {notice.text}" for notice in notices)
        raise AssetError(
            f"room.front3d: no {recipe.room_type or 'room'} with a floor and furniture in "
            f"{len(files)} files under {root.folder}{reasons}. Mend room.front3d or assets.front3d"
        )
    rooms = rooms_with({file: found.rooms for file, found in findings.items()}, categories)
    used = frozenset().union(*(found.available for found in findings.values()))
    return HouseCatalog(rooms, tuple(sorted(used)), notices)


def rooms_with(
    rooms: Mapping[str, tuple[FurnishedRoom, ...]], categories: Sequence[str]
) -> dict[str, tuple[FurnishedRoom, ...]]:
    """Return the rooms that hold something of one of `categories`; all of them without any.

    Raises:
        AssetError: there is none.
    """
    if not categories:
        return {file: offered for file, offered in rooms.items() if offered}
    held = {
        room: {fixture.category for fixture in room.fixtures}
        for offered in rooms.values()
        for room in offered
    }
    fitting = {
        file: tuple(room for room in offered if held[room] & set(categories))
        for file, offered in rooms.items()
    }
    if not any(fitting.values()):
        known = ", ".join(sorted({name for names in held.values() for name in names if name}))
        raise AssetError(
            f"spawn.on: no room of room.front3d holds a {' or '.join(categories)}. Use some of "
            f"{known}"
        )
    return {file: offered for file, offered in fitting.items() if offered}


def _explore(
    file: str,
    house: House,
    recipe: Front3dRecipe,
    folders: Folders,
    is_there: Callable[[str], bool],
) -> _Findings:
    kind = (recipe.room_type or "").lower()
    candidates = [
        room
        for room in house.scene.room
        if kind in room.type.lower() and has_floor(house, room) and any(furniture_of(house, room))
    ]
    entries = [entry for room in candidates for _, entry in furniture_of(house, room)]
    models = Counter(folders.model(entry.jid) for entry in entries)
    images = Counter(
        folders.texture(finish.jid)
        for room in candidates
        for part in parts_of(house, room)
        if (finish := finish_of(house, part)) is not None and finish.texture
    )
    skins = {folders.model_texture(entry.jid) for entry in entries}
    available = frozenset(filter(is_there, models.keys() | images.keys() | skins))
    rooms = house_rooms(Source(file, house, folders, available), candidates)
    made = {room.name for room in rooms}
    bare = (name for room in candidates if (name := room_name(file, room)) not in made)
    return _Findings(
        rooms, models, images, available, tuple(bare), tuple(_lost(file, house, candidates))
    )


def _lost(file: str, house: House, rooms: Iterable[RoomEntry]) -> Iterator[str]:
    for room in rooms:
        for child in room.children:
            if child.ref not in house.models and child.ref not in house.meshes:
                yield f"{room_name(file, room)} {child.ref}"


def _notices(findings: Sequence[_Findings]) -> Iterator[Notice]:
    models: Counter[str] = sum((found.models for found in findings), Counter())
    images: Counter[str] = sum((found.images for found in findings), Counter())
    available = frozenset().union(*(found.available for found in findings))
    lacking = tuple(sorted(models.keys() - available))
    faded = tuple(sorted(images.keys() - available))
    bare = tuple(name for found in findings for name in found.bare)
    lost = tuple(name for found in findings for name in found.lost)
    pieces = _counted(sum(models[name] for name in lacking), "piece")
    told = (
        (
            lacking,
            f"{_counted(len(lacking), 'model')} of {len(models)} missing, so {pieces} of "
            "furniture left out",
        ),
        (
            faded,
            f"{_counted(len(faded), 'image')} of {len(images)} for walls and floors missing, "
            "so plain colours stand in",
        ),
        (bare, f"{_counted(len(bare), 'room')} left out, all of whose models are missing"),
        (lost, f"{_counted(len(lost), 'reference')} to nothing in the house's file left out"),
    )
    for names, message in told:
        if names:
            yield Notice(f"room.front3d: {message}", names)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
