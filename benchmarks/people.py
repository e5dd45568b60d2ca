"""The patients of a made-up practice, as a GP information system would hand them over (design §6).

Nobody in it exists. Ages follow the Dutch population roughly, problems and drugs are those that a Dutch GP sees most,
and everything is drawn from one seed. One in twenty is about what the topics are about; the others are ordinary, which
includes what only looks like it: a bone broken as a child, back pain that is long over, stiff necks, inhaled steroids,
one short course of prednisolone.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

ON: Final = date(2026, 3, 1)
SEED: Final = 19480117
TOPIC_PART: Final = 20
"""One patient in this many is about what the topics are about."""

Entry = dict[str, Any]

_AGES: Final = (
    (0, 11, 12),
    (12, 19, 10),
    (20, 39, 25),
    (40, 59, 26),
    (60, 69, 12),
    (70, 79, 10),
    (80, 96, 5),
)
"""From, to and including, and how many in a hundred."""

_PROBLEMS: Final = (
    # code, from age, chance at that age and older, chance that it is still open
    ("icpc-1:K86", 40, 0.28, 1.0),  # hypertension
    ("icpc-1:T90.02", 40, 0.09, 1.0),  # type 2 diabetes
    ("icpc-1:T93", 40, 0.18, 1.0),  # raised lipids
    ("icpc-1:K76", 55, 0.08, 1.0),  # ischaemic heart disease
    ("icpc-1:K78", 65, 0.07, 1.0),  # atrial fibrillation
    ("icpc-1:K77", 70, 0.06, 1.0),  # heart failure
    ("icpc-1:R95", 50, 0.06, 1.0),  # COPD
    ("icpc-1:R96", 4, 0.08, 1.0),  # asthma
    ("icpc-1:L89", 55, 0.07, 1.0),  # hip osteoarthritis
    ("icpc-1:L90", 50, 0.10, 1.0),  # knee osteoarthritis
    ("icpc-1:L88", 45, 0.01, 1.0),  # rheumatoid arthritis
    ("icpc-1:L92", 30, 0.06, 0.2),  # shoulder
    ("icpc-1:L99", 20, 0.04, 0.2),  # tennis elbow and the like
    ("icpc-1:L03", 20, 0.10, 0.0),  # low back pain, over
    ("icpc-1:L86", 30, 0.02, 0.0),  # radicular back pain, over
    ("icpc-1:L01", 20, 0.03, 0.3),  # neck pain
    ("icpc-1:L17", 12, 0.03, 0.1),  # foot
    ("icpc-1:P76", 18, 0.08, 0.5),  # depression
    ("icpc-1:P74", 18, 0.05, 0.5),  # anxiety
    ("icpc-1:P06", 40, 0.06, 0.5),  # sleep
    ("icpc-1:P17", 18, 0.10, 1.0),  # smoking
    ("icpc-1:N89", 14, 0.06, 0.8),  # migraine
    ("icpc-1:S88", 2, 0.08, 0.3),  # contact eczema
    ("icpc-1:S87", 0, 0.07, 0.6),  # constitutional eczema
    ("icpc-1:R74", 0, 0.25, 0.0),  # cold
    ("icpc-1:R78", 2, 0.05, 0.0),  # bronchitis
    ("icpc-1:U71", 15, 0.08, 0.0),  # cystitis
    ("icpc-1:H71", 0, 0.06, 0.0),  # middle ear
    ("icpc-1:D73", 0, 0.05, 0.0),  # gastroenteritis
    ("icpc-1:D84", 35, 0.06, 0.8),  # reflux
    ("icpc-1:A97", 0, 0.10, 0.0),  # no disease
    ("icpc-1:T86", 30, 0.04, 1.0),  # hypothyroidism
    ("icpc-1:F92", 60, 0.12, 0.8),  # cataract
    ("icpc-1:X76", 40, 0.02, 0.7),  # breast cancer
    ("icpc-1:Y85", 60, 0.05, 1.0),  # prostate
)
_DRUGS: Final = (
    # for which problem, code, strength, chance
    ("icpc-1:K86", "atc:C07AB02", "50 mg", 0.35),
    ("icpc-1:K86", "atc:C08CA01", "5 mg", 0.35),
    ("icpc-1:K86", "atc:C09AA04", "4 mg", 0.45),
    ("icpc-1:T93", "atc:C10AA01", "40 mg", 0.7),
    ("icpc-1:T90.02", "atc:A10BA02", "500 mg", 0.8),
    ("icpc-1:K76", "atc:B01AC06", "80 mg", 0.8),
    ("icpc-1:K78", "atc:B01AF02", "5 mg", 0.7),
    ("icpc-1:K77", "atc:C03CA01", "40 mg", 0.7),
    ("icpc-1:R95", "atc:R03BB04", "2,5 ug", 0.6),
    ("icpc-1:R96", "atc:R03AC02", "100 ug", 0.8),
    ("icpc-1:R96", "atc:R03BA05", "125 ug", 0.5),  # inhaled: no systemic glucocorticoid
    ("icpc-1:S87", "atc:D07AC13", "0,05 mg/g", 0.5),  # on the skin
    ("icpc-1:D84", "atc:A02BC01", "20 mg", 0.7),
    ("icpc-1:P76", "atc:N06AB04", "20 mg", 0.5),
    ("icpc-1:P06", "atc:N05CD07", "10 mg", 0.3),
    ("icpc-1:T86", "atc:H03AA01", "75 ug", 0.9),
    ("icpc-1:L90", "atc:N02BE01", "500 mg", 0.4),
    ("icpc-1:N89", "atc:N02CC01", "50 mg", 0.4),
    ("icpc-1:U71", "atc:J01XE01", "100 mg", 0.8),
)
_BACK_PAIN: Final = ("icpc-1:L03", "icpc-1:L86")
_CHRONIC: Final = ("atc:A10", "atc:B01", "atc:C", "atc:H03", "atc:N06", "atc:R03")


@dataclass(slots=True)
class Person:
    """One patient under construction."""

    id: str
    born: date
    sex: str
    dice: random.Random
    about: str = ""  # what of the topics this patient is about; "" for an ordinary patient
    lists: dict[str, list[Entry]] = field(default_factory=dict)

    @property
    def own(self) -> random.Random:
        """Dice of this patient alone, so that throwing them changes nobody else."""
        return random.Random(self.id)

    @property
    def age(self) -> int:
        return ON.year - self.born.year - ((ON.month, ON.day) < (self.born.month, self.born.day))

    def add(self, name: str, days_ago: int, **fields: object) -> None:
        """Writes an entry, unless it would lie before birth."""
        on = ON - timedelta(days=days_ago)
        if on >= self.born:
            self.lists.setdefault(name, []).append({"on": on.isoformat(), **fields})

    def chance(self, part: float) -> bool:
        return self.dice.random() < part

    def record(self) -> Entry:
        """As the system hands it over: complete as far as this practice knows, letters unread."""
        since = {"from": "2016-01-01"}
        return {
            "id": self.id,
            "birth_date": self.born.isoformat(),
            "sex": self.sex,
            "delivered": {
                "conditions": {},
                "prescriptions": since,
                "dispensings": {"from": "2021-01-01", "reach": "own"},
                "administrations": since,
                "agreements": since,
                "observations": since,
                "procedures": {},
                "allergies": {},
                "contacts": {**since, "reach": "own"},
                "referrals": since,
                "documents": since,
                "questionnaires": {},
                "decisions": {},
            },
            **self.lists,
        }


def people(size: int = 2_000, seed: int = SEED, left_open: float = 0.0) -> list[Person]:
    """The patients of a practice, in a fixed order.

    `left_open` is the part of the old back-pain episodes that nobody closed: systems leave many open.
    """
    dice = random.Random(seed)
    found = []
    for number in range(size):
        about = tuple(_ABOUT)[number // TOPIC_PART % len(_ABOUT)] if number % TOPIC_PART == 0 else ""
        low, high = _ABOUT[about].ages if about else _age_group(dice)
        person = Person(f"p{number:05}", _birthday(dice, low, high), _sex(dice, about), dice, about)
        _ordinary(person, left_open)
        if about:
            _ABOUT[about].add(person)
        found.append(person)
    return found


def _age_group(dice: random.Random) -> tuple[int, int]:
    ((low, high, _),) = dice.choices(_AGES, weights=[part for _, _, part in _AGES])
    return low, high


def _birthday(dice: random.Random, low: int, high: int) -> date:
    return ON - timedelta(days=dice.randrange(low * 365 + low // 4 + 1, (high + 1) * 365 + high // 4))


def _sex(dice: random.Random, about: str) -> str:
    women = 0.8 if about in ("bisphosphonate", "lapsed bisphosphonate", "denosumab") else 0.5
    return "female" if dice.random() < women else "male"


def _ordinary(person: Person, left_open: float) -> None:
    """The usual record of a GP: problems, drugs, measurements, contacts, letters."""
    open_codes = []
    for code, from_age, part, still in _PROBLEMS:
        if person.age < from_age or not person.chance(part):
            continue
        active = person.chance(still)
        days_ago = person.dice.randrange(400, 4000) if not active else person.dice.randrange(30, 4000)
        never_closed = code in _BACK_PAIN and person.own.random() < left_open
        episode = {
            "date_kind": "reported",
            "active": active or never_closed,
            "episode": f"e{len(person.lists.get('conditions', []))}",
        }
        person.add("conditions", days_ago, codes=[code], **episode)
        if active:
            open_codes.append(code)
        elif person.chance(0.5):
            person.add(
                "contacts", max(days_ago - 5, 1), discipline="gp", organisation="practice", codes=[code]
            )
    _drugs(person, open_codes)
    _measurements(person, open_codes)
    _looks_like_it(person)
    for _ in range(person.dice.randrange(0, 3 if person.age < 60 else 6)):
        days_ago = person.dice.randrange(1, 700)
        person.add("contacts", days_ago, discipline="gp", organisation="practice", codes=["icpc-1:A97"])
    if person.chance(0.03 + person.age / 200):
        sender = person.dice.choice(
            ("cardiology", "internal-medicine", "ophthalmology", "dermatology", "orthopaedics")
        )
        person.add("documents", person.dice.randrange(5, 1500), **{"from": sender, "kind": "letter"})


def _drugs(person: Person, open_codes: list[str]) -> None:
    for problem, code, strength, part in _DRUGS:
        if problem not in open_codes or not person.chance(part):
            continue
        chronic = code.startswith(_CHRONIC)
        for turn in range(4 if chronic else 1):
            days_ago = person.dice.randrange(1, 80) + 90 * turn
            drug = {
                "codes": [code],
                "strength": strength,
                "quantity": 90 if chronic else 30,
                "usage": "nhg-25:1D1T",
            }
            person.add("prescriptions", days_ago, **drug, indication=problem, prescriber="own")
            person.add("dispensings", days_ago, **drug, kind="normal")


def _measurements(person: Person, open_codes: list[str]) -> None:
    dice = person.dice
    if person.age >= 18 and person.chance(0.25 if person.age < 50 else 0.5):
        bmi = min(48.0, max(17.5, dice.gauss(26.5, 4.2)))
        person.add(
            "observations",
            dice.randrange(1, 1400),
            codes=["loinc:39156-5"],
            value=round(bmi, 1),
            unit="kg/m2",
        )
    if person.age >= 40 and (open_codes or person.chance(0.3)):
        for code, mean, spread in (("loinc:8480-6", 138, 14), ("loinc:8462-4", 82, 9)):
            value = round(dice.gauss(mean, spread))
            person.add("observations", dice.randrange(1, 500), codes=[code], value=value, unit="mm[Hg]")
    if person.age >= 50 and person.chance(0.5):
        egfr = max(18, round(dice.gauss(125 - 0.75 * person.age, 13)))
        person.add(
            "observations",
            dice.randrange(1, 700),
            codes=["loinc:33914-3"],
            value=egfr,
            unit="mL/min/{1.73_m2}",
        )


def _looks_like_it(person: Person) -> None:
    """What lies near the topics and is not what they are about."""
    dice = person.dice
    if person.age >= 16 and person.chance(0.10):  # broken as a child or young adult
        at = dice.randrange(5, min(person.age, 45))
        broken = dice.choice(("icpc-1:L72", "icpc-1:L74", "icpc-1:L73", "icpc-1:L76"))
        days_ago = (person.age - at) * 365
        if days_ago > 800:
            person.add("conditions", days_ago, codes=[broken], date_kind="reported", active=False)
    if 16 <= person.age < 48 and person.chance(0.012):  # sports
        person.add(
            "conditions", dice.randrange(10, 700), codes=["icpc-1:L74"], date_kind="reported", active=False
        )
    if person.age >= 40 and person.chance(0.012):
        _course(person, dice.randrange(20, 340))
    if person.age >= 18 and person.chance(0.02):
        drug = {"codes": ["atc:M01AE01"], "strength": "400 mg", "quantity": 20, "usage": "nhg-25:3D1T"}
        person.add("prescriptions", dice.randrange(10, 300), **drug, prescriber="own")


def _course(person: Person, days_ago: int) -> None:
    """One short course of prednisolone."""
    drug = {"codes": ["atc:H02AB06"], "strength": "30 mg", "quantity": 7, "usage": "nhg-25:1D1T"}
    person.add("prescriptions", days_ago, **drug, prescriber="own")
    person.add("dispensings", days_ago, **drug, kind="normal")


# What the topics are about


def _recent_fracture(person: Person) -> None:
    code, site = person.dice.choice(
        (
            ("icpc-1:L72", "distal-radius"),
            ("icpc-1:L72", None),
            ("icpc-1:L75", "hip"),
            ("icpc-1:L73", "ankle"),
            ("icpc-1:L76", "spine-lumbar"),
            ("icpc-1:L76", "humerus"),
        )
    )
    told: Entry = {} if site is None else {"site": site}
    if person.chance(0.4):
        told["cause"] = person.dice.choice(("low_energy", "low_energy", "high_energy"))
    days_ago = person.dice.randrange(5, 700)
    person.add("conditions", days_ago, codes=[code], date_kind="reported", active=True, **told)
    person.add("documents", max(days_ago - 6, 1), **{"from": "trauma-surgery", "kind": "letter"})


def _fracture_without_site(person: Person) -> None:
    """L74 holds hands and feet, fingers and toes; L76 holds vertebrae and noses. Nobody wrote which."""
    code = person.dice.choice(("icpc-1:L74", "icpc-1:L76"))
    person.add("conditions", person.dice.randrange(5, 700), codes=[code], date_kind="reported", active=True)


def _long_glucocorticoid(person: Person) -> None:
    person.add("conditions", 900, codes=["icpc-1:L88.02"], date_kind="reported", active=True)
    drug = {"codes": ["atc:H02AB06"], "strength": "5 mg", "quantity": 90, "usage": "nhg-25:1D1T"}
    for turn in range(person.dice.randrange(2, 5)):
        person.add("prescriptions", 10 + 88 * turn, **drug, prescriber="own")
        person.add("dispensings", 9 + 88 * turn, **drug, kind="normal")


def _many_courses(person: Person) -> None:
    person.add("conditions", 2_000, codes=["icpc-1:R95"], date_kind="reported", active=True)
    for turn in range(person.dice.randrange(2, 6)):
        _course(person, 20 + 65 * turn)


def _alendronate(person: Person, since: int, boxes: int) -> None:
    """Boxes of 12 weekly tablets, every 84 days, the first this many days ago."""
    drug = {"codes": ["atc:M05BA04"], "strength": "70 mg", "quantity": 12, "usage": "nhg-25:1W1T"}
    for turn in range(boxes):
        days_ago = since - 84 * turn + person.dice.randrange(-4, 5)
        if days_ago > 0:
            person.add("prescriptions", days_ago + 1, **drug, prescriber="own")
            person.add("dispensings", days_ago, **drug, kind="normal")


def _bisphosphonate(person: Person) -> None:
    since = person.dice.randrange(300, 1500)
    person.add("conditions", since + 30, codes=["icpc-1:L95.02"], date_kind="reported", active=True)
    _alendronate(person, since, since // 84 + 1)


def _lapsed_bisphosphonate(person: Person) -> None:
    since = person.dice.randrange(500, 1500)
    person.add("conditions", since + 30, codes=["icpc-1:L95.02"], date_kind="reported", active=True)
    _alendronate(person, since, person.dice.randrange(1, max(2, (since - 170) // 84)))


def _denosumab(person: Person) -> None:
    late = person.dice.choice((-120, -90, -20, 10, 60))
    person.add("conditions", 1_200, codes=["icpc-1:L95.02"], date_kind="reported", active=True)
    for turn in range(4):
        syringe = {"codes": ["atc:M05BX04"], "strength": "60 mg", "quantity": 1}
        person.add("dispensings", 183 + late + 183 * turn, **syringe, kind="normal")


def _back_pain(person: Person) -> None:
    code = person.dice.choice(("icpc-1:L03", "icpc-1:L03", "icpc-1:L86", "icpc-1:L02"))
    days_ago = person.dice.randrange(1, 200)
    episode = {"codes": [code], "episode": "back"}
    person.add("conditions", days_ago, **episode, date_kind="reported", active=True)
    person.add("contacts", days_ago, **episode, discipline="gp", organisation="practice")
    if person.chance(0.4):
        person.add(
            "contacts", max(days_ago - 14, 0), **episode, discipline="physiotherapist", organisation="fysio"
        )
    if person.chance(0.4):
        drug = {"codes": ["atc:M01AB05"], "strength": "50 mg", "quantity": 30, "usage": "nhg-25:3D1T"}
        person.add("prescriptions", days_ago, **drug, prescriber="own", indication=code)


@dataclass(frozen=True, slots=True)
class _About:
    ages: tuple[int, int]
    add: Callable[[Person], None]


_ABOUT: Final = {
    "recent fracture": _About((50, 90), _recent_fracture),
    "fracture without site": _About((50, 90), _fracture_without_site),
    "long glucocorticoid": _About((40, 85), _long_glucocorticoid),
    "short courses": _About((40, 85), _many_courses),
    "bisphosphonate": _About((55, 90), _bisphosphonate),
    "lapsed bisphosphonate": _About((55, 90), _lapsed_bisphosphonate),
    "denosumab": _About((60, 90), _denosumab),
    "back pain": _About((20, 80), _back_pain),
    "more back pain": _About((20, 80), _back_pain),
    "one more fracture": _About((50, 90), _recent_fracture),
}
"""In equal parts; half of those on a bisphosphonate have lapsed."""
