"""How long a candidate takes, from what was measured last."""

from statistics import median

from variants.models import ImageVariant

LAST = 20


def estimate() -> str:
    """A sentence for the generate form; honest when nothing was measured yet."""
    newest = ImageVariant.objects.filter(sha256__isnull=False, provenance="generated")
    times = [
        metrics["execution_ms"]
        for metrics in newest.order_by("-pk").values_list("metrics", flat=True)[:LAST]
        if metrics.get("execution_ms")
    ]
    if not times:
        return "Nothing was generated yet, so there is no estimate."
    seconds = median(times) / 1000
    words = f"{seconds:.0f} s" if seconds >= 1 else "under a second"
    return f"About {words} a candidate, by the last {len(times)}."
