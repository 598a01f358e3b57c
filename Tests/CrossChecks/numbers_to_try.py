"""Numbers for comparing two implementations: uniformly random ones, and valid ones with a character changed."""
import datetime
import random
import string

ALPHABETS = {"#": string.digits, "@": string.ascii_uppercase, "%": string.digits + string.ascii_uppercase}
DATES = {"<ymd>": "%y%m%d", "<dmy>": "%d%m%y", "<Ymd>": "%Y%m%d", "<dm>": "%d%m"}


def draw(template: str, rng: random.Random) -> str:
    """Fills a template: `#` a digit, `@` a letter, `%` either, `<ymd>` and its like a date; anything else stands for itself."""
    for token, form in DATES.items():
        if token in template:
            day = datetime.date(1900, 1, 1) + datetime.timedelta(days=rng.randrange(43_000))
            template = template.replace(token, day.strftime(form))
    return "".join(rng.choice(ALPHABETS[c]) if c in ALPHABETS else c for c in template)


def alphabet_of(character: str) -> str:
    return string.digits if character.isdigit() else string.ascii_uppercase if character.isalpha() else character


def completed(value: str, accepts, rng: random.Random) -> str | None:
    """The value with one or two characters changed so that it passes; None if that doesn't do it."""
    places = list(range(len(value)))
    rng.shuffle(places)
    for place in [len(value) - 1, 0] + places[:4]:
        for other in alphabet_of(value[place]):
            candidate = value[:place] + other + value[place + 1 :]
            if accepts(candidate):
                return candidate
    if value[-2:].isdigit():
        for number in range(100):
            candidate = f"{value[:-2]}{number:02d}"
            if accepts(candidate):
                return candidate
    return None


def numbers(templates: list[str], accepts, count: int, rng: random.Random) -> list[str]:
    """`count` numbers: half of them random, half made valid and then, three times out of four, changed in one place."""
    values = [draw(rng.choice(templates), rng) for _ in range(count // 2)]
    while len(values) < count:
        value = completed(draw(rng.choice(templates), rng), accepts, rng)
        if value is None:
            values.append(draw(rng.choice(templates), rng))
            continue
        if rng.random() < 0.75:
            place = rng.randrange(len(value))
            value = value[:place] + rng.choice(alphabet_of(value[place])) + value[place + 1 :]
        values.append(value)
    return values
