"""Two-factor sign-in as a person meets it: turned on with a phone, asked for, lost, turned off."""

import time

import pyotp

from tests.browser.conftest import sign_in
from tests.browser.page_faults import faults
from tests.browser.seeing import expect

NARROW = {"width": 360, "height": 740}


def test_it_is_turned_on_asked_for_and_turned_off(visit, product):
    page = visit(viewport=NARROW)
    sign_in(page, "guest")
    page.goto("/settings/")
    page.get_by_role("link", name="Turn on").click()
    expect(page.get_by_role("img", name="The secret")).to_be_visible()
    page.get_by_text("Type it instead").click()
    phone = pyotp.TOTP(page.locator(".qr-secret").inner_text())
    assert faults(page) == {}
    page.get_by_label("Type the code").fill(phone.now())
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Keep these codes")).to_be_visible()
    codes = page.locator(".recovery li").all_inner_texts()
    assert len(codes) == 10
    assert faults(page) == {}

    for code in (codes[0], phone.at(time.time() + 30)):  # the code of this moment is used up
        other = visit()
        sign_in(other, "guest")
        expect(other.get_by_role("heading", name="One more step")).to_be_visible()
        other.get_by_label("Code").fill("000000")
        other.keyboard.press("Enter")
        expect(other.locator(".error")).to_contain_text("not the code")
        expect(other.get_by_label("Code")).to_be_focused()
        other.get_by_label("Code").fill(code)
        other.keyboard.press("Enter")
        other.wait_for_url(f"{product.url}/")

    page.goto("/settings/two-factor/")
    expect(page.locator("#content")).to_contain_text("9 recovery codes left")
    page.get_by_label("Code of your app").fill(codes[1])
    page.get_by_role("button", name="Turn off").click()
    expect(page.locator(".toast")).to_contain_text("off")
    again = visit()
    sign_in(again, "guest")
    again.wait_for_url(f"{product.url}/")
