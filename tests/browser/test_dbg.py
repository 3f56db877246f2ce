from tests.browser.test_every_page import *
def test_dbg(visit, shown):
    page = visit("admin", viewport=WIDE)
    page.goto(shown["home"]); page.wait_for_load_state("networkidle")
    c = page.context.new_cdp_session(page)
    tree = c.send("Accessibility.getFullAXTree")
    for n in tree["nodes"]:
        if n.get("role",{}).get("value")=="DisclosureTriangle":
            d = c.send("DOM.describeNode", {"backendNodeId": n["backendDOMNodeId"]})
            print(n.get("name",{}).get("value"), n.get("ignored"), d["node"]["nodeName"], d["node"].get("attributes"))
