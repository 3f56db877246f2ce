"""Starts the product and headless Chromium once, and watches every page for errors.

`/usr/bin/chromium` is Debian's; without it these tests are skipped, but not in CI.
"""

import os
import re
from pathlib import Path

import pytest

from tests.browser.chromium import missing, started
from tests.browser.pages import pages_of
from tests.browser.product import PASSWORD, ROOT, Product

WIDE = {"width": 1280, "height": 900}
WAIT_MS = 20_000
# A refused exchange is told to the person; the console repeats it, and that is no defect.
REFUSALS = re.compile(r"status of 4\d\d|Response Status Error Code 4\d\d")
MADE_UP = re.compile(r"ERR_FAILED|ERR_ABORTED|status of 50\d")
REPORT_VIOLATIONS = (
    "addEventListener('securitypolicyviolation', (event) => console.error("
    "'CSP violation: ' + event.violatedDirective + ' ' + event.blockedURI));"
)
HERE = Path(__file__).parent
PICTURES = ROOT / "var" / "browser"  # what a failed test saw last
FAILED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in Path(item.path).parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture(scope="session")
def chromium():
    """Headless Chromium."""
    if what := missing():
        if os.environ.get("CI"):
            pytest.fail(f"There is no {what}, and CI is set")
        pytest.skip(f"There is no {what}")
    with started() as browser:
        yield browser


@pytest.fixture(scope="session")
def product(chromium, tmp_path_factory):
    """The product, running."""
    with Product(tmp_path_factory.mktemp("product")) as running:
        yield running


@pytest.fixture
def faultless(product):
    """The sandbox with every fault switched off, before and after."""
    product.sandbox.faults(reset=True)
    yield product.sandbox
    product.sandbox.faults(reset=True)


@pytest.fixture(scope="session")
def shown(product):
    """Every page of the product, by name."""
    product.sandbox.faults(reset=True)
    return pages_of(product)


@pytest.fixture(scope="session")
def signed():
    """Who has signed in already: the cookies of each person."""
    return {}


@pytest.fixture
def complaints():
    """What consoles and pages complained of: a test fails when one is left at its end."""
    return []


@pytest.fixture
def visit(request, chromium, product, signed, complaints):
    """`visit("creator", …)` is a new page of a browser of their own, signed in; None: nobody."""
    contexts = []

    def opened(person=None, **options):
        state = signed.get(person)
        context = chromium.new_context(
            base_url=product.url, storage_state=state, **({"viewport": WIDE} | options)
        )
        contexts.append(context)
        context.set_default_timeout(WAIT_MS)
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("console", lambda message: _note(complaints, message))
        context.on("weberror", lambda error: complaints.append(f"uncaught: {error.error}"))
        page = context.new_page()
        if person and not state:
            sign_in(page, person)
            signed[person] = context.storage_state()
        return page

    yield opened
    for number, context in enumerate(contexts):
        for page in context.pages if request.node.stash.get(FAILED, False) else ():
            page.screenshot(path=PICTURES / f"{request.node.name}-{number}.png")
        context.close()
    assert complaints == []


@pytest.fixture
def lost(visit, complaints):
    """What the console says of answers that the test itself cut off or made up is no defect."""
    yield
    complaints[:] = [said for said in complaints if not MADE_UP.search(said)]


def sign_in(page, person, password=PASSWORD):
    """Fill in the form of the sign-in page and send it."""
    page.goto("/sign-in/")
    page.get_by_label("User name").fill(person)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()


def _note(complaints, message):
    if message.type in {"error", "warning"} and not REFUSALS.search(message.text):
        complaints.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")
