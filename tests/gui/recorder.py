"""A layout that draws nothing and refuses what Blender would refuse or silently leave out."""

from __future__ import annotations

from typing import Any

import bpy

_ICONS = set(bpy.types.UILayout.bl_rna.functions["prop"].parameters["icon"].enum_items.keys())
_SETTABLE = {
    "active",
    "alert",
    "enabled",
    "use_property_split",
    "use_property_decorate",
    "operator_context",
    "scale_x",
    "scale_y",
}


class Recorder:
    """Stands in for ``UILayout``; inner layouts share the list of what was drawn.

    Attributes:
        drawn: (owner's path or class, property) of every property, in order.
        operators: identifiers of the operators that have a button.
        labels: texts.
        texts: (context, text) of all that Blender would translate.
        alerts: what layouts were told about being red.
    """

    def __init__(self, parent: Recorder | None = None) -> None:
        values = self.__dict__
        values["drawn"] = [] if parent is None else parent.drawn
        values["operators"] = [] if parent is None else parent.operators
        values["labels"] = [] if parent is None else parent.labels
        values["texts"] = set() if parent is None else parent.texts
        values["alerts"] = [] if parent is None else parent.alerts

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in _SETTABLE:
            raise AttributeError(f"a layout has no {name}")
        self.__dict__[name] = value
        if name == "alert":
            self.alerts.append(value)

    def prop(
        self,
        data: Any,
        property: str,
        *,
        text: str | None = None,
        icon: str = "NONE",
        emboss: bool = True,
        translate: bool = True,
    ) -> None:
        self._say(text, translate, "Synth")
        assert property in data.bl_rna.properties, f"{data} has no property {property}"
        _check_icon(icon)
        self.drawn.append((_path(data), property))

    def label(self, *, text: str = "", icon: str = "NONE", translate: bool = True) -> None:
        _check_icon(icon)
        self._say(text, translate)
        self.labels.append(text)

    def operator(
        self, idname: str, *, text: str | None = None, icon: str = "NONE", translate: bool = True
    ) -> Any:
        _check_icon(icon)
        self._say(text, translate, "Synth")
        self.operators.append(idname)
        return _OperatorProperties(_operator_type(idname))

    def operator_menu_enum(
        self, idname: str, property: str, *, text: str = "", icon: str = "NONE"
    ) -> None:
        _check_icon(icon)
        self._say(text, True, "Synth")
        assert property in _operator_type(idname).properties, f"{idname} has no {property}"
        self.operators.append(idname)

    def template_list(
        self,
        kind: str,
        list_id: str,
        owner: Any,
        name: str,
        active_owner: Any,
        active_name: str,
        *,
        rows: int = 5,
    ) -> None:
        assert kind == "UI_UL_list" or hasattr(bpy.types, kind), f"there is no list {kind}"
        assert owner.bl_rna.properties[name].type == "COLLECTION"
        assert active_owner.bl_rna.properties[active_name].type == "INT"
        self.drawn.append((_path(owner), name))

    def prop_menu_enum(self, data: Any, property: str) -> None:
        assert data.bl_rna.properties[property].type == "ENUM"
        self.drawn.append((_path(data), property))

    def operator_enum(self, idname: str, property: str) -> None:
        assert property in _operator_type(idname).properties, f"{idname} has no {property}"
        self.operators.append(idname)

    def menu(self, name: str) -> None:
        assert issubclass(getattr(bpy.types, name), bpy.types.Menu)

    def menu_pie(self) -> Recorder:
        return Recorder(self)

    def separator(self) -> None:
        pass

    def template_icon(self, *, icon_value: int, scale: float) -> None:
        assert isinstance(icon_value, int)

    def progress(self, *, factor: float, text: str, translate: bool = True) -> None:
        self._say(text, translate)
        assert 0 <= factor <= 1
        self.labels.append(text)

    def _say(self, text: str | None, translate: bool, context: str = "*") -> None:
        if text and translate:
            self.texts.add((context, text))

    def row(self, *, align: bool = False, heading: str = "") -> Recorder:
        self._say(heading, True)
        return Recorder(self)

    def column(self, *, align: bool = False, heading: str = "", translate: bool = True) -> Recorder:
        self._say(heading, translate)
        return Recorder(self)

    def box(self) -> Recorder:
        return Recorder(self)


class _OperatorProperties:
    """The properties of a button's operator: unknown ones are refused."""

    def __init__(self, kind: Any) -> None:
        self.__dict__["kind"] = kind

    def __setattr__(self, name: str, value: Any) -> None:
        assert name in self.kind.properties, f"{self.kind.identifier} has no property {name}"


def _operator_type(idname: str) -> Any:
    group, name = idname.split(".")
    operator = getattr(getattr(bpy.ops, group), name)
    return operator.get_rna_type()  # KeyError: there is no such operator


def _check_icon(icon: str) -> None:
    assert icon in _ICONS, f"Blender has no icon {icon}"


def _path(data: Any) -> str:
    try:
        return str(data.path_from_id())
    except (AttributeError, ValueError):
        return type(data).__name__
