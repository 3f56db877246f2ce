"""What the whole product adds to a prompt: claim, validation, renditions, storage, events.

From asking to the row that names the stored files, less the plain way of the same prompts.
"""

from tests.bench.plain_way import PlainWay
from tests.bench.rounds import Rounds, in_turns, seconds_of
from tests.bench.rows import Row
from tests.bench.studio import Studio, use_servers

GOAL_S = 0.2
DEPTH = 10


def measure(url: str, rounds: int, *, quick: bool) -> list[Row]:
    """The rows on the whole product; `url` is the server's, and a worker runs."""
    one, many = (1, 3) if quick else (10, 30)
    studio = Studio("Whole product")
    use_servers([url])

    def one_by_one() -> None:
        for _ in range(one):
            studio.make(1)

    with PlainWay(url) as plain:
        studio.make(2)
        plain.run(studio.prompts(2), 1)
        slowly = in_turns(
            rounds,
            {
                "product": lambda: seconds_of(one_by_one) / one,
                "plain": lambda: plain.run(studio.prompts(one), 1) / one,
            },
        )
        together = in_turns(
            rounds,
            {
                "product": lambda: seconds_of(lambda: studio.make(many)) / many,
                "plain": lambda: plain.run(studio.prompts(many), DEPTH) / many,
            },
        )
    return [_row("one after the other", slowly), _row(f"{many} asked for at once", together)]


def _row(how: str, found: Rounds) -> Row:
    more_s = found.more("product", "plain")
    return Row(
        f"what the whole product adds to a prompt, {how}",
        f"{more_s * 1e3:.0f} ms, {found.median('product') * 1e3:.0f} in all",
        f"{found.median('plain') * 1e3:.0f} ms (plain script)",
        goal=f"at most {GOAL_S * 1e3:.0f} ms more",
        met=more_s <= GOAL_S,
    )
