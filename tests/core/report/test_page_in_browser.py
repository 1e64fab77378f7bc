"""The report in a real browser: nothing is complained about, and every control works."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from synth_addon.core.report.page import ReportOptions, write_report
from tests.browser import IS_INSTALLED, start_browser
from tests.core.export.conftest import RECIPE, generated

pytestmark = pytest.mark.skipif(
    not IS_INSTALLED, reason="chromium and chromedriver are not installed"
)
LAYERS = ["boxes", "masks", "amodal", "axes", "keypoints", "solids"]
SHOWN = """
const isShown = (e) => getComputedStyle(e).display !== "none";
return [...document.querySelectorAll(arguments[0])].filter((element) => {
  const box = element.getBoundingClientRect();
  return getComputedStyle(element).visibility !== "hidden" && box.width + box.height > 0 &&
    isShown(element) && isShown(element.parentElement);
}).length;
"""
PIXELS = """
const masks = document.querySelector("canvas.masks");
const bytes = masks.getContext("2d").getImageData(0, 0, masks.width, masks.height).data;
let count = 0;
for (let i = 3; i < bytes.length; i += 4) count += bytes[i] > 0;
return count;
"""
READY = "return [...document.images].filter(i => i.src && i.complete && !i.naturalWidth).length"


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generated(RECIPE, tmp_path_factory.mktemp("page") / "data set #1")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    driver = start_browser(tmp_path_factory.mktemp("profile"))
    yield driver
    driver.quit()


@pytest.fixture(params=[False, True], ids=["linked", "embedded"])
def page(request: pytest.FixtureRequest, directory: Path, browser) -> Iterator:
    """The page, open; afterwards the console must be empty and nothing have come from elsewhere."""
    options = ReportOptions(embed=request.param, compare=directory)
    written = write_report(directory, directory / "report.html", options)
    browser.get(written.as_uri())
    wait(browser, lambda: browser.find_elements("css selector", "#frames .layer-boxes rect"))
    yield browser
    assert browser.get_log("browser") == []
    entries = "return performance.getEntriesByType('resource').map(e => e.name)"
    assert all(name.startswith(("file:", "data:")) for name in browser.execute_script(entries))


def wait(browser, condition) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(browser, 10).until(lambda _: condition())


def control(page, name: str, value: str):
    return page.find_element("css selector", f"#controls [name={name}][value={value}]")


@pytest.mark.parametrize("layer", LAYERS)
def test_every_layer_appears_and_disappears(page, layer: str) -> None:
    selector = "canvas.masks" if layer == "masks" else f".layer-{layer} > *"
    box = control(page, "layer", layer)
    before = page.execute_script(SHOWN, selector)
    assert (before > 0) == box.is_selected()
    box.click()
    after = page.execute_script(SHOWN, selector)
    assert (after > 0) == box.is_selected() != (before > 0)
    box.click()
    assert page.execute_script(SHOWN, selector) == before


def test_masks_are_those_of_the_record(page, directory: Path) -> None:
    from synth_addon.core.dataset.reading import open_dataset

    objects = open_dataset(directory).annotation(0).objects
    expected = sum(item.visible_pixels for item in objects if item.role == "target")
    assert page.execute_script(PIXELS) == expected


def test_pictures_depth_and_normals_take_turns(page) -> None:
    for kind in ("depth", "normals", "image"):
        control(page, "base", kind).click()
        selector = f"#frames .base-{kind}"
        first = page.find_element("css selector", selector)
        wait(page, lambda first=first: first.get_property("naturalWidth") > 0)
        assert page.execute_script(SHOWN, selector) == 12
        assert page.execute_script(SHOWN, "#frames .base") == 12
    assert page.execute_script(READY) == 0


def test_the_filter_leaves_what_was_asked_for(page) -> None:
    from selenium.webdriver.support.ui import Select

    form = page.find_element("id", "controls")
    found = page.find_element("id", "found")
    wait(page, lambda: found.text == "12 of 12 frames shown")
    Select(form.find_element("css selector", "[name=category]")).select_by_value("never")
    wait(page, lambda: found.text == "0 of 12 frames shown")
    assert page.execute_script(SHOWN, "#frames .frame") == 0
    form.find_element("css selector", "[type=reset]").click()
    wait(page, lambda: found.text == "12 of 12 frames shown")
    form.find_element("css selector", "[name=text]").send_keys("CUBE")
    boxes = page.find_elements("css selector", "#frames .frame:not([hidden]) .layer-boxes title")
    assert boxes
    assert all("cube" in box.get_property("textContent") for box in boxes)
    form.find_element("css selector", "[type=reset]").click()
    wait(page, lambda: found.text == "12 of 12 frames shown")
    form.find_element("css selector", "[name=least]").send_keys("99999")
    wait(page, lambda: found.text == "0 of 12 frames shown")


def test_frames_say_why_and_grow(page) -> None:
    frame = page.find_element("css selector", "#frames .frame")
    frame.find_element("css selector", "summary").click()
    assert "no label, a distractor" in frame.find_element("css selector", "details").text
    narrow = frame.size["width"]
    button = frame.find_element("css selector", "button")
    button.click()
    assert frame.size["width"] > 2 * narrow
    assert button.get_attribute("aria-pressed") == "true"


def test_everything_has_a_name_for_who_cannot_see(page) -> None:
    unnamed = """
    return [...document.querySelectorAll("button, input, select, svg[role=img], a, section")]
      .filter((e) => !(e.getAttribute("aria-label") || e.getAttribute("aria-labelledby") ||
        e.textContent.trim() || (e.labels && e.labels.length && e.labels[0].textContent.trim())))
      .map((e) => e.outerHTML);
    """
    assert page.execute_script(unnamed) == []
    anchors = "return [...document.querySelectorAll('nav a')].map(a => a.getAttribute('href'))"
    for anchor in page.execute_script(anchors):
        assert page.find_elements("css selector", anchor)
