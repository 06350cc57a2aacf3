"""The page at the instrument in a real browser: opened as a file, it follows what is written beside it."""

import time

import pytest
from axe_core_python.selenium import Axe
from PIL import Image
from selenium.webdriver.common.by import By

from ferrotune.live.page import write_page, write_state
from helpers.opened_page import SLOWEST


def image_entry(name, answer, **more):
    words = {"reason": "", "setting": "cell_gmm: k = 2", "origin": "", "judged": "null maps of this image"}
    entry = {"image": name, "kind": "walls", "answer": answer, "map": f"live/{name}.png", "version": 1, "doubts": []}
    return entry | words | {"cells": "1,400", "seconds": "1.2 s"} | more


def seen(driver, name):
    return driver.find_element(By.ID, name).text


def wait_for(driver, name, text):
    end = time.monotonic() + SLOWEST
    while text not in seen(driver, name):
        assert time.monotonic() < end, (name, seen(driver, name))
        time.sleep(0.1)


@pytest.fixture
def folder(tmp_path):
    """A series with one image."""
    write_page(tmp_path, "today")
    write_state(tmp_path, {"images": [image_entry("one", "walls: 2 of 3 boundaries stand")], "problems": [], "now": ""})
    for name in ("one", "two", "three"):
        Image.new("RGB", (60, 40), "grey").save(tmp_path / f"live/{name}.png")
    return tmp_path


def test_a_new_image_and_a_bad_file_appear_without_a_reload(driver, folder):
    driver.get((folder / "live.html").as_uri())
    wait_for(driver, "answer", "walls: 2 of 3 boundaries stand")
    assert seen(driver, "image") == "one" and not driver.find_element(By.ID, "wrong").is_displayed()
    driver.execute_script("window.stays = true")
    images = [
        image_entry("two", "gradual: 0 of 1 boundary stand"),
        image_entry("one", "walls: 2 of 3 boundaries stand"),
    ]
    write_state(folder, {"images": images, "problems": ["bad.tif: cannot be read"], "now": "waits for an image"})
    wait_for(driver, "answer", "gradual: 0 of 1")
    assert seen(driver, "image") == "two" and seen(driver, "problems") == "bad.tif: cannot be read"
    assert driver.execute_script("return window.stays")
    assert driver.find_element(By.ID, "map").get_property("naturalWidth") == 60


def test_an_earlier_image_can_be_looked_at_while_others_come(driver, folder):
    images = [image_entry(name, f"walls of {name}") for name in ("two", "one")]
    write_state(folder, {"images": images, "problems": [], "now": ""})
    driver.get((folder / "live.html").as_uri())
    wait_for(driver, "answer", "walls of two")
    driver.find_elements(By.CSS_SELECTOR, "#strip button")[1].click()
    assert seen(driver, "answer") == "walls of one"
    write_state(folder, {"images": [image_entry("three", "walls of three"), *images], "problems": [], "now": "new"})
    wait_for(driver, "now", "new")
    assert seen(driver, "answer") == "walls of one"


def test_the_page_is_accessible(driver, folder):
    driver.get((folder / "live.html").as_uri())
    wait_for(driver, "answer", "walls")
    assert [one["id"] for one in Axe().run(driver)["violations"]] == []
