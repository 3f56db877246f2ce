"""What a test does and looks at on the review page."""

import re

from tests.browser.seeing import expect

AS_IT_COMES = {
    "layout": "compare", "mode": "side", "against": "source", "zoom": "1", "x": "0", "y": "0",
    "opacity": "50", "split": "50", "query": "",
}  # fmt: skip


def review(page, made, query="?show=open"):
    """Open the review page of a character as it comes, however it was left."""
    token = next(one["value"] for one in page.context.cookies() if one["name"] == "csrftoken")
    answer = page.request.post(
        f"{made.page}review/place/", form=AS_IT_COMES, headers={"X-CSRFToken": token}
    )
    assert answer.status == 204, answer.text()
    resume(page, made, query)


def resume(page, made, query=""):
    """Open the review page as it was left, and wait until it can be used."""
    page.goto(f"{made.page}review/{query}")
    expect(page.locator("#review[data-script=on]")).to_be_visible()
    expect(page.locator("#viewer[aria-busy=false], [data-layout=grid]").first).to_be_attached()


def frame(page, variant):
    """The frame of a variant in the strip."""
    return page.locator(f"#strip #variant-{variant}")


def on(page, variant):
    """Wait until the cursor is on a variant, and the viewer shows it."""
    expect(page.locator("#strip [aria-current=true]")).to_have_attribute("data-frame", f"{variant}")
    expect(page.locator("#review-status")).to_contain_text(re.compile(rf"^Candidate {variant} "))


def became(page, variant, status):
    """Wait until the strip shows a variant in a status."""
    part = page.locator(f"#strip #variant-{variant}-live")
    expect(part).to_have_attribute("data-status", status)


def said(page, text):
    """Wait until the page says what was done, or why not."""
    expect(page.locator("#review-said")).to_contain_text(text)


def refusal(page, variant):
    """What the page says was refused of a variant."""
    return page.locator(f"#refusals [data-refused='{variant}']")


def lens(page, number=0):
    """Scale and offset of what a view shows: a, b, c, d, e, f of its matrix."""
    return page.evaluate(
        """(number) => {
          const { a, b, c, d, e, f } = new DOMMatrix(
            getComputedStyle(document.querySelectorAll(".view .lens")[number]).transform);
          return [a, b, c, d, e, f];
        }""",
        number,
    )


def afresh(product, made, person="admin"):
    """Every variant is a candidate again, none is on the shortlist, and there are no others."""
    api = product.api(person)
    for other in {row["id"] for row in api.variants(made.character)} - set(made.variants):
        api.send("DELETE", f"characters/{made.character}/variants/{other}")
    for variant in made.variants:
        base = f"characters/{made.character}/variants/{variant}"
        row = api.get(base)
        if row["status"] != "generated":
            api.post(f"{base}/reconsider")
        if row["shortlisted"]:
            api.post(f"{base}/unshortlist")
