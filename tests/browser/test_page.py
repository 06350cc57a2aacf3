"""The page of an image in a real browser: it needs no network, and a reader can do all of it by keyboard too."""

import json

import numpy as np
import pytest
import yaml
from axe_core_python.selenium import Axe
from PIL import Image
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.actions.wheel_input import ScrollOrigin
from selenium.webdriver.common.keys import Keys

from helpers.opened_page import Opened
from helpers.page_data import PIPELINES, wall_place

SIDE, NM = 16, 0.395  # unit cells along the image, nm of each


@pytest.fixture
def page(driver, page_path, tmp_path):
    """The page, opened; it must not have logged anything when the test is over."""
    opened = Opened(driver, page_path, downloads=tmp_path)
    yield opened
    assert opened.complaints() == []


def chosen(page):
    """Name of trial A, from the heading on it."""
    return page.text("#trial h3")


def test_another_trial_is_another_map(page):
    before, name = page.pixels(), chosen(page)
    page.press("#front", Keys.ARROW_RIGHT)
    assert chosen(page) != name
    assert page.pixels() != before


def test_the_arrow_keys_visit_every_trial_along_the_axis(page):
    seen, said = [], []
    page.press("#front", Keys.HOME)
    for _ in range(12):
        seen.append(chosen(page))
        said.append(page.find("#front").get_attribute("aria-valuetext"))
        page.press("#front", Keys.ARROW_RIGHT)
    assert len(set(seen)) == 12 and seen[0] == chosen(page)
    assert all("boundary-evidence" in text for text in said)
    page.press("#front", Keys.END)
    assert chosen(page) == seen[-1]


def test_a_click_on_a_point_chooses_its_trial(page):
    at = page.call("front", "m.placeOf(m.inOrder()[3])")
    name = page.call("front", "m.inOrder()[3].id")
    front = page.find("#front")
    page.js("arguments[0].scrollIntoView()", front)
    middle = [front.size["width"] / 2, front.size["height"] / 2]
    ActionChains(page.driver).move_to_element_with_offset(front, at[0] - middle[0], at[1] - middle[1]).click().perform()
    page.wait(lambda: chosen(page) == "A: {}, trial {}".format(*name.split()))


def test_a_refused_trial_says_test_value_and_limit(page):
    page.click("#tab-table")
    page.click("button[aria-label='choose cell_gmm, trial 2']")
    assert "no wall stands: probability of its best wall on a null map is 0.4, the limit is 0.025" in page.text(
        "#trial"
    )
    row = page.find("tr.shown")
    assert row.get_attribute("data-trial") == "cell_gmm 2" and "no wall stands" in row.text


def test_the_selected_trial_is_shown_in_numbers(page):
    said = page.text("#measured")
    assert "71 or 109" in said and "neutral" in said and "20.00 ± 0.50" in said
    pictures = page.driver.find_elements("css selector", ".centroids canvas")
    assert [one.get_attribute("width") for one in pictures] == ["7"] * 5  # the window: 9 x 7 px
    code = "return Array.from(arguments[0].getContext('2d').getImageData(3, 0, 1, 9).data)"
    above, below = (np.reshape(page.js(code, pictures[k]), (9, 4))[[2, 6], 0] for k in (2, 4))
    assert above[0] == below[1] != above[1] == below[0]  # label 0 is bright above the middle, label 1 below it


def test_the_parameter_that_matters_has_the_longest_bar(page):
    page.click("#tab-parameters")
    bars = page.driver.find_elements("css selector", "#importance details[open] meter")
    shares = [float(bar.get_attribute("value")) / float(bar.get_attribute("max")) for bar in bars]
    assert shares == pytest.approx([1, 0.125] * 2) and "components matters most" in page.text("#importance")
    assert "These trials do not show which parameter matters for whether walls stand" in page.text("#importance")


def test_pipelines_and_the_front_can_be_shown_alone(page):
    assert page.text("#count") == "12 of 12 trials"
    page.click("#pipelines input[value=cell_gmm]")
    page.wait(lambda: page.text("#count") == "6 of 12 trials")
    page.click("#front-only")
    page.wait(lambda: page.text("#count") == "2 of 12 trials")
    page.click("#clear")
    page.wait(lambda: page.text("#count") == "6 of 12 trials")


def test_a_box_on_a_parallel_axis_keeps_the_trials_that_pass_it(page):
    page.click("#tab-parameters")
    page.pixels("#parallel")
    frame = page.find("#parallel")
    page.js("arguments[0].scrollIntoView({block: 'center'})", frame)
    x, low, high = page.call("parallel", "m.placeOf('components', [0, 0.2])")
    width, height = frame.size["width"], frame.size["height"]
    actions = ActionChains(page.driver).move_to_element_with_offset(frame, x - 12 - width / 2, low + 14 - height / 2)
    actions.click_and_hold().move_by_offset(24, high - low - 14).release().perform()
    page.wait(lambda: page.text("#count") == "4 of 12 trials")  # two clusters
    assert page.text("#brushes").startswith("components: 2 to 2")
    page.click("#brushes button")
    page.wait(lambda: page.text("#count") == "12 of 12 trials")


def test_limits_can_be_set_without_a_pointer(page):
    page.press("#tab-trial", Keys.ARROW_RIGHT)
    page.press("#tab-compare", Keys.ARROW_RIGHT)
    assert page.find("#panel-parameters").is_displayed()
    page.js("const s = document.querySelector('#brush [name=axis]'); s.value = 'components'; s.onchange()")
    page.press("#brush [name=high]", Keys.HOME)
    page.press("#brush button", Keys.ENTER)
    page.wait(lambda: page.text("#count") == "4 of 12 trials")


def test_layers_are_blended(page):
    before = page.pixels()
    for layer in ("polarization", "arrows", "field", "columns", "reference", "confidence"):
        page.slide(f"[data-layer={layer}]", 60)
        after = page.pixels()
        assert after != before, layer
        page.slide(f"[data-layer={layer}]", 0)
        assert page.pixels() == before, layer


def test_the_map_is_zoomed_and_read_by_keyboard(page):
    before = page.pixels()
    page.press("#maps", "+", "+", Keys.ARROW_RIGHT)
    assert page.pixels() != before
    one, two = page.call("map", "m.ranges()")
    left, right, top, bottom = one
    assert right - left == pytest.approx(bottom - top) == pytest.approx(0.49 * 160)  # px: pixels stay square
    assert one == two and (left + right) / 2 > 80 == pytest.approx((top + bottom) / 2 + 0.5)
    page.wait(lambda: "middle of the map: x" in page.text("#readout"))
    said = page.text("#readout")
    assert "nm; label" in said and "pm at" in said and "alpha" in said
    page.press("#maps", "0")
    assert page.pixels() == before


def test_both_maps_follow_the_wheel_and_the_pointer(page):
    page.click("input[value=side]")
    page.pixels()
    frame = page.find("#map-two")
    page.js("arguments[0].scrollIntoView({block: 'center'})", frame)
    ActionChains(page.driver).scroll_from_origin(ScrollOrigin.from_element(frame), 0, -300).perform()
    one, two = page.wait(lambda: (found := page.call("map", "m.ranges()"))[0][0] > 0 and found)
    assert one == two
    ActionChains(page.driver).move_to_element(frame).click_and_hold().move_by_offset(-40, -20).release().perform()
    page.pixels()
    moved = page.call("map", "m.ranges()")
    assert moved[0] == moved[1] and moved[0][0] > one[0] and moved[0][2] > one[2]
    left, right, top, bottom = moved[0]
    assert right - left == pytest.approx(bottom - top)


def test_the_value_under_the_pointer_is_read(page):
    frame = page.find("#map-one")
    page.js("arguments[0].scrollIntoView({block: 'center'})", frame)
    offset = -0.4 * frame.size["width"], -0.25 * frame.size["height"]
    ActionChains(page.driver).move_to_element_with_offset(frame, *offset).perform()
    said = page.wait(lambda: page.text("#readout"))
    x, y = (0.1 * SIDE * NM, 0.25 * SIDE * NM)
    assert said.startswith("x ") and "label 0" in said
    places = [float(part) for part in said.split(" nm")[0].replace("x ", "").replace(" y ", "").split(",")]
    np.testing.assert_allclose(places, [x, y], atol=0.1)


def test_two_trials_are_compared(page):
    """Walls at different places: what differs is the area between them, and labels are matched by overlap."""
    page.press("#front", Keys.HOME)
    one = page.call("state", "[m.state.chosen.pipeline, m.state.chosen.trial]")
    page.press("#front", Keys.SHIFT + Keys.END)
    two = page.call("state", "[m.state.other.pipeline, m.state.other.trial]")
    assert one != two and page.find("#map-two").is_displayed()
    page.click("#tab-compare")
    far = abs(wall_place(*one, SIDE) - wall_place(*two, SIDE)) / SIDE
    share = float(page.find("#compare").get_attribute("data-share"))
    assert share == pytest.approx(far, abs=1.5 / SIDE)
    assert "label 0 of A is label 1 of B" in page.text("#compare") or "label 1 of A is label 0 of B" in page.text(
        "#compare"
    )
    before = page.pixels()
    page.slide("[data-layer=difference]", 100)
    assert page.pixels() != before


def test_a_wipe_moves_over_the_map(page):
    page.press("#front", Keys.SHIFT + Keys.END)
    page.click("input[value=wipe]")
    whole = [page.pixels()]
    for _ in range(2):
        page.press("#wipe", *[Keys.ARROW_RIGHT] * 15)
        whole.append(page.pixels())
    assert len(set(whole)) == 3
    page.press("#wipe", Keys.END)
    labels = page.call("map", "Array.from(m.samplesShown('one'))")
    assert labels == page.call("map", "Array.from(m.comparison().one)")


def test_the_wipe_is_dragged_on_the_map(page):
    page.click("input[value=wipe]")
    before = page.pixels()
    frame = page.find("#map-one")
    page.js("arguments[0].scrollIntoView({block: 'center'})", frame)
    ActionChains(page.driver).move_to_element(frame).click_and_hold().move_by_offset(120, 0).release().perform()
    wanted = 0.5 + 120 / frame.size["width"]
    page.wait(lambda: page.call("state", "m.state.wipe") == pytest.approx(wanted, abs=0.02), 5)
    assert page.pixels() != before and page.call("map", "m.ranges()")[0][0] == pytest.approx(-0.5)


def test_labels_are_matched_by_overlap(page):
    gains = np.random.default_rng(0).integers(0, 99, (6, 7, 7))
    from scipy.optimize import linear_sum_assignment

    for gain in gains:
        found = page.call("compare", "m.assign(a[0])", gain.tolist())
        assert gain[range(7), found].sum() == gain[linear_sum_assignment(gain, maximize=True)].sum()


def test_trials_with_a_wall_on_a_drawn_line_light_up(page):
    place = wall_place("patch_gmm", 1, SIDE)
    for name, value in {"x0": place * NM, "y0": 1.0, "x1": place * NM, "y1": 5.0}.items():
        page.js("document.querySelector('#line').elements[arguments[0]].value = arguments[1]", name, value)
    page.press("#line button[type=submit]", Keys.ENTER)
    lit = set(page.call("state", "[...m.state.lit]"))
    near = {
        f"{pipeline} {trial}"
        for pipeline in PIPELINES
        for trial in (0, 1, 3, 4)  # every third has no wall that stands
        if abs(wall_place(pipeline, trial, SIDE) - place) <= 1
    }
    assert lit == near and page.text("#line-found").startswith(f"{len(near)} trials")


def test_a_line_is_drawn_by_two_clicks(page):
    page.click("#draw")
    frame = page.find("#map-one")
    page.js("arguments[0].scrollIntoView({block: 'center'})", frame)
    place = wall_place("patch_gmm", 1, SIDE) / SIDE - 0.5
    page.pixels()  # the map is at rest
    for ends, share in enumerate((-0.3, 0.3), start=1):
        offset = place * frame.size["width"], share * frame.size["height"]
        ActionChains(page.driver).move_to_element_with_offset(frame, *offset).click().perform()
        page.wait(lambda n=ends: page.call("state", "(m.state.line ?? []).length") == n)
    page.wait(lambda: "patch_gmm 1" in page.call("state", "[...m.state.lit]"))
    assert page.find("#draw").get_attribute("aria-pressed") == "false"
    page.click("#clear")
    assert page.call("state", "m.state.lit.size") == 0 and page.text("#line-found") == ""


def test_a_click_with_shift_compares(page):
    at, name = page.call("front", "m.placeOf(m.inOrder()[2])"), page.call("front", "m.inOrder()[2].id")
    front, before = page.find("#front"), chosen(page)
    page.js("arguments[0].scrollIntoView()", front)
    offset = at[0] - front.size["width"] / 2, at[1] - front.size["height"] / 2
    actions = ActionChains(page.driver).key_down(Keys.SHIFT).move_to_element_with_offset(front, *offset)
    actions.click().key_up(Keys.SHIFT).perform()
    page.wait(lambda: page.call("state", "m.state.other.id") == name)
    assert chosen(page) == before and page.find("#map-two").is_displayed()


def test_the_selection_is_downloaded_for_the_config(page, tmp_path):
    page.click("#tab-table")
    page.click("button[aria-label='choose patch_gmm, trial 1']")
    page.click("#tab-trial")
    assert page.text("#config-line") == "select: {film: {patch_gmm: 1}}"
    page.click("#choose")
    page.click("#download")
    file = tmp_path / "selection.yaml"
    page.wait(file.is_file)
    assert yaml.safe_load(file.read_text()) == {"select": {"film": {"patch_gmm": 1}}}


def test_what_is_seen_is_saved_as_a_picture(page, tmp_path):
    page.pixels()
    page.click("#picture")
    file = tmp_path / "film.png"
    page.wait(file.is_file)
    picture = Image.open(file)
    assert picture.width > 800 and len(picture.convert("RGB").getcolors(10**7)) > 500


@pytest.mark.parametrize("answers", ["left", "right", "turn by turn"])
def test_a_few_pairs_find_a_trial(page, answers):
    page.click("#tab-choose")
    page.click("#start-pairs")
    for count in range(13):
        sides = page.driver.find_elements("css selector", "#pairs [data-side]")
        if not sides:
            break
        side = {"left": 0, "right": 1}.get(answers, count % 2)
        sides[side].send_keys(Keys.ENTER)
    assert count <= 12 and "trial A now" in page.text("#pairs")
    line = page.text("#config-line")
    assert yaml.safe_load(line)["select"]["film"] and page.text("#picked").startswith("The file selects")


def test_pairs_find_the_trial_of_any_weights(page):
    """A reader with fixed weights is led to the trial that these weights prefer, among 40, in at most twelve pairs."""
    rng = np.random.default_rng(1)
    angle = np.sort(rng.random(40)) * np.pi / 2
    losses = [[1 - np.sin(a), 1 - np.cos(a)] for a in angle]
    for weight in (0.1, 0.35, 0.5, 0.9):
        loss = [max(weight * a, (1 - weight) * b) + 0.05 * (weight * a + (1 - weight) * b) for a, b in losses]
        code = """(() => {
            const search = m.questions(a[0]);
            for (let pair; (pair = search.pair()) !== null;) {
                const [left, right] = pair;
                if (a[1][left] < a[1][right]) search.answer(left, right); else search.answer(right, left);
            }
            return [search.favourite(), search.count()];
        })()"""
        found, count = page.call("pairs", code, losses, loss)
        assert count <= 12 and loss[found] <= sorted(loss)[1]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_and_kept_as_a_screenshot(driver, page_path, tmp_path_factory, scheme):
    page = Opened(driver, page_path, scheme)
    serious = []
    for tab in ("trial", "compare", "parameters", "choose", "table"):
        page.click(f"#tab-{tab}")
        found = Axe().run(driver)["violations"]
        serious += [
            (tab, one["id"], [node["target"] for node in one["nodes"]][:4])
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
    assert serious == []
    kept = tmp_path_factory.getbasetemp() / f"page_{scheme}.png"
    page.js("window.scrollTo(0, 0)")
    assert driver.save_screenshot(str(kept))
    print(json.dumps({"screenshot": str(kept)}))
