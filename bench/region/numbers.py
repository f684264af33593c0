"""Valid synthetic numbers: persons (citizen, resident new and old) and facilities.

source: validation.md sections 1 and 3. Facility codes carry county 99, which no county has.
"""

from random import Random

LETTERS = {
    letter: 10 + place for place, letter in enumerate("ABCDEFGHJKLMNPQRSTUVXYWZIO")
}  # the official order: W, Z, I and O come last
WEIGHTS = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1)


def check_digit_of(number: str) -> str:
    """The tenth character that makes nine characters (letter, sex, seven digits) a valid number."""
    first = LETTERS[number[0]]
    second = LETTERS[number[1]] % 10 if number[1].isalpha() else int(number[1])
    digits = [first // 10, first % 10, second, *map(int, number[2:])]
    total = sum(weight * digit for weight, digit in zip(WEIGHTS, digits, strict=True))
    return str(-total % 10)


def facility_check_digit(code: str) -> str:
    """The tenth character of a facility code of nine."""
    return str(sum(place * int(char, 36) for place, char in enumerate(code, start=1)))[-1]


# Which second characters stand for male and female, in turns.
SEXES = {"citizen": "12", "resident_new": "89", "resident_old": "ABCD"}


class Numbers:
    """Hands out numbers, none twice."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.persons: set[str] = set()
        self.near: set[str] = set()

    def person(self, sex: str) -> str:
        """A number for a person of this sex: 1 male, 2 female. Nine of ten are citizens."""
        return self.of_kind(
            self._random.choices(("citizen", "resident_new", "resident_old"), (90, 7, 3))[0], sex
        )

    def of_kind(self, kind: str, sex: str) -> str:
        """A number of one kind: see SEXES."""
        marks = SEXES[kind]
        mark = self._random.choice(marks[int(sex) - 1 :: 2])
        while True:
            letter = self._random.choice("ABCDEFGHJKLMNPQRSTUVXYWZIO")
            number = f"{letter}{mark}{self._random.randrange(10**7):07d}"
            number += check_digit_of(number)
            if number not in self.persons and number not in self.near:
                self.persons.add(number)
                return number

    def transposed(self, number: str) -> str:
        """The number with two neighbours swapped: its check digit no longer fits, nobody has it.

        Falls back to one wrong digit where all digits are the same or the swap is somebody's.
        """
        for place in range(2, 9):
            wrong = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
            if wrong not in self.persons and check_digit_of(wrong[:9]) != wrong[9]:
                self.near.add(wrong)
                return wrong
        return self.mistyped(number)

    def wrong_check_digit(self, number: str) -> str:
        """The number with another check digit; nobody has it."""
        digit = (int(number[9]) + self._random.randrange(1, 10)) % 10
        wrong = f"{number[:9]}{digit}"
        self.near.add(wrong)
        return wrong

    def mistyped(self, number: str) -> str:
        """The number with one digit wrong: its check digit no longer fits, nobody has it."""
        while True:
            place = self._random.randrange(2, 10)
            digit = str((int(number[place]) + self._random.randrange(1, 10)) % 10)
            wrong = number[:place] + digit + number[place + 1 :]
            if wrong not in self.persons and check_digit_of(wrong[:9]) != wrong[9]:
                self.near.add(wrong)
                return wrong


def facility_code(kind: str, serial: int, fits: bool = True) -> str:
    """kind: two digits of ownership and type. fits: whether the check digit does."""
    code = f"{kind}9901{serial:03d}"
    digit = int(facility_check_digit(code))
    return f"{code}{digit if fits else (digit + 1) % 10}"
