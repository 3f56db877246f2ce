"""Work spread over several ComfyUI servers: throughput beside what they could do at best.

Their node sleeps and their pictures are small, so that only waiting and placing are measured.
"""

import io
from collections.abc import Sequence
from contextlib import ExitStack

from PIL import Image

from tests import make
from tests.bench.plain_way import PlainWay
from tests.bench.rounds import Rounds, in_turns, seconds_of
from tests.bench.rows import Row, least, most
from tests.bench.studio import Studio, use_servers
from tests.fakes.sandbox import start_sandbox

SIDE_PX = 128
MOST = 4
SLOWER = 3
WORKFLOW = "sd_img2img"
ONE_STEP = {"steps": 1, "checkpoint": "sandbox.safetensors"}


def measure(rounds: int, *, quick: bool) -> list[Row]:
    """The rows on several servers; a worker runs that can follow all of them."""
    counts = (1, 2) if quick else (1, 2, MOST)
    each, mixed, sleep_ms = (2, 4, 50) if quick else (15, 24, 1000)
    studio = Studio("Several servers", portrait=_small())
    with ExitStack() as stack:
        urls = [
            stack.enter_context(start_sandbox(step_ms=step_ms, preview=False)).url
            for step_ms in (*[sleep_ms] * counts[-1], SLOWER * sleep_ms)
        ]
        fast, slow = urls[0], urls[-1]
        for url in urls:
            _product(studio, [url], 1)
        alike = in_turns(
            rounds,
            {
                "plain": lambda: _plain(studio, fast, each),
                **{
                    str(count): lambda count=count: _product(studio, urls[:count], each * count)
                    for count in counts
                },
            },
        )
        unlike = in_turns(
            rounds,
            {
                "product": lambda: _product(studio, [fast, slow], mixed),
                "ideal": lambda: _ideal(studio, fast, slow, mixed),
            },
        )
    return [
        *(_alike(alike, count, each) for count in counts),
        most(
            f"{mixed} prompts on two servers, one {SLOWER} × as fast",
            f"{unlike.median('product'):.2f} s",
            f"{unlike.median('ideal'):.2f} s (at their plain script's speeds)",
            unlike.ratio("product", "ideal"),
            1.1,
        ),
    ]


def _alike(found: Rounds, count: int, each: int) -> Row:
    servers = "1 server" if count == 1 else f"{count} servers"
    return least(
        f"{servers} whose node sleeps, {each} prompts for each",
        f"{each * count / found.median(str(count)):.2f} a second",
        f"{each * count / found.median('plain'):.2f} a second ({count} × the plain script)",
        found.ratio("plain", str(count)),
        0.95,
    )


def _product(studio: Studio, urls: Sequence[str], count: int) -> float:
    use_servers(urls)
    return seconds_of(lambda: studio.make(count, WORKFLOW, **ONE_STEP))


def _plain(studio: Studio, url: str, count: int) -> float:
    """Two at a time, so that the server never waits for the script."""
    with PlainWay(url) as plain:
        return plain.run(studio.prompts(count, WORKFLOW, **ONE_STEP), 2)


def _ideal(studio: Studio, fast: str, slow: str, count: int) -> float:
    """Seconds if both servers were busy to the very end, each at its plain script's speed."""
    few = max(1, count // (2 * (SLOWER + 1)))
    speeds = [many / _plain(studio, url, many) for url, many in ((fast, few * SLOWER), (slow, few))]
    return count / sum(speeds)


def _small() -> bytes:
    picture = Image.open(io.BytesIO(make.portrait())).resize((SIDE_PX, SIDE_PX))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
