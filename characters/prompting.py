"""The prompt that a page suggests: a character's own fields in the photorealistic template.

Nothing is invented: a field that is empty has no word in it.
"""

from characters.models import Character

REALISM = (
    "authentic human photography, natural skin texture with visible pores and subtle "
    "imperfections, subsurface scattering, realistic eye moisture and reflections, accurate skin "
    "tones, 35mm lens, f/4, high dynamic range, crisp focus, magazine-quality photorealism"
)
MAX_LOOKS = 3000


def suggested_prompt(character: Character) -> str:
    """Who it is, how they look, and what makes a photograph of it; without quotes."""
    age = f"{character.age}-year-old" if character.age else ""
    who = " ".join(part for part in (age, character.ethnicity, character.gender) if part)
    looks = character.base_appearance_description or character.appearance
    words = " ".join(looks.split())[:MAX_LOOKS].rstrip(" .,;")
    parts = [character.name, who, words, REALISM]
    return ", ".join(part for part in parts if part).replace('"', "")
